/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "pent-model-entry.h"

G_BEGIN_DECLS

#define PENT_TYPE_MODEL_ROW (pent_model_row_get_type ())
G_DECLARE_FINAL_TYPE (PentModelRow, pent_model_row, PENT, MODEL_ROW, GtkBox)

GtkWidget      *pent_model_row_new       (void);
void            pent_model_row_set_entry (PentModelRow *self, PentModelEntry *entry, gboolean whole);
PentModelEntry *pent_model_row_get_entry (PentModelRow *self);

G_END_DECLS
