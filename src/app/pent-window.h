/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-document.h"
#include "pent-folders.h"
#include "pent-prompt-pane.h"
#include "pent-queue.h"

G_BEGIN_DECLS

#define PENT_TYPE_WINDOW (pent_window_get_type ())
G_DECLARE_FINAL_TYPE (PentWindow, pent_window, PENT, WINDOW, AdwApplicationWindow)

PentWindow   *pent_window_new          (GtkApplication *application, PentQueue *queue, const char *draft_folder);
PentDocument *pent_window_get_document (PentWindow *self);
void          pent_window_open_file    (PentWindow *self, GFile *file);
void          pent_window_open_image   (PentWindow *self, PentImage *image);
void          pent_window_use_request  (PentWindow *self, const PentRequest *request, PentUse use);
void          pent_window_submit       (PentWindow *self, PentRequest *request);
void          pent_window_choose_model (PentWindow *self, const char *path, int side);
void          pent_window_show_error   (PentWindow *self, const char *message);
void          pent_window_show_toast   (PentWindow *self, const char *message);

/* Places for what has files of its own. */
void pent_window_set_gallery       (PentWindow *self, GtkWidget *gallery);
void pent_window_add_gallery       (PentWindow *self, const PentFolders *folders);
void pent_window_add_models        (PentWindow *self);
void pent_window_set_model_chooser (PentWindow *self, GtkWidget *chooser);

G_END_DECLS
