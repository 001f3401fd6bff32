/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-model-entry.h"

G_BEGIN_DECLS

#define PENT_TYPE_MODEL_LIST (pent_model_list_get_type ())
G_DECLARE_FINAL_TYPE (PentModelList, pent_model_list, PENT, MODEL_LIST, GObject)

PentModelList *pent_model_list_new           (GSettings *settings);
GListModel    *pent_model_list_get_entries   (PentModelList *self);
char         **pent_model_list_get_folders   (PentModelList *self);
gboolean       pent_model_list_get_scanning  (PentModelList *self);
const char    *pent_model_list_get_problem   (PentModelList *self);
void           pent_model_list_add_folder    (PentModelList *self, const char *folder);
void           pent_model_list_remove_folder (PentModelList *self, const char *folder);
void           pent_model_list_scan          (PentModelList *self);

G_END_DECLS
