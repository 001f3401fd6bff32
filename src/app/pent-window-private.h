/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-canvas.h"
#include "pent-draft-keeper.h"
#include "pent-prompt-pane.h"
#include "pent-window.h"

G_BEGIN_DECLS

struct _PentWindow
{
  AdwApplicationWindow parent_instance;

  PentPainter     *painter;
  PentDocument    *document;
  PentDraftKeeper *keeper;      /* NULL without a folder for drafts */
  GSettings       *settings;    /* NULL without a schema */
  char            *draft_folder;
  guint            inhibited;   /* cookie that keeps the machine awake, or 0 */

  AdwWindowTitle  *title;
  GtkWidget       *generate_button;
  GtkWidget       *cancel_button;
  GtkRevealer     *error_revealer;
  GtkLabel        *error_label;
  AdwFlap         *flap;
  AdwFlap         *gallery_flap;
  AdwBin          *gallery_slot;
  GtkWidget       *gallery_button;
  AdwBin          *model_slot;
  PentPromptPane  *prompt_pane;
  AdwToastOverlay *toasts;
  PentCanvas      *canvas;
  GtkRevealer     *progress_revealer;
  GtkLabel        *brush_label;
  GtkLabel        *size_label;
  GtkLabel        *zoom_label;
  GtkRange        *brush_size;
  GtkRange        *brush_hardness;
  GtkRange        *brush_opacity;
  GtkWidget       *pressure_size;
  GtkWidget       *pressure_opacity;
};

void pent_window_enable (PentWindow *self, const char *action, gboolean enabled);

/* pent-window-canvas.c */
void pent_window_init_canvas (PentWindow *self);

/* pent-window-files.c */
void pent_window_init_files  (PentWindow *self);

/* pent-window-library.c */
void pent_window_init_library (PentWindow *self);

G_END_DECLS
