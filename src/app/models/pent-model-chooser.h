/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-model-list.h"

G_BEGIN_DECLS

#define PENT_TYPE_MODEL_CHOOSER (pent_model_chooser_get_type ())
G_DECLARE_FINAL_TYPE (PentModelChooser, pent_model_chooser, PENT, MODEL_CHOOSER, AdwBin)

GtkWidget *pent_model_chooser_new       (PentModelList *list);
void       pent_model_chooser_set_model (PentModelChooser *self, const char *path);

PentModelList *pent_model_chooser_get_list (PentModelChooser *self);

G_END_DECLS
