/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-document.h"
#include "pent-painter.h"

G_BEGIN_DECLS

#define PENT_TYPE_WINDOW (pent_window_get_type ())
G_DECLARE_FINAL_TYPE (PentWindow, pent_window, PENT, WINDOW, AdwApplicationWindow)

PentWindow   *pent_window_new          (GtkApplication *application, PentPainter *painter, const char *draft_folder);
PentDocument *pent_window_get_document (PentWindow *self);
void          pent_window_open_file    (PentWindow *self, GFile *file);

G_END_DECLS
