/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "pent-model-scan.h"

G_BEGIN_DECLS

#define PENT_TYPE_MODEL_ENTRY (pent_model_entry_get_type ())
G_DECLARE_FINAL_TYPE (PentModelEntry, pent_model_entry, PENT, MODEL_ENTRY, GObject)

PentModelEntry *pent_model_entry_new         (PentScannedModel *model);
PentModelEntry *pent_model_entry_new_starter (void);

const char *pent_model_entry_get_path        (PentModelEntry *self);
const char *pent_model_entry_get_name        (PentModelEntry *self);
const char *pent_model_entry_get_reason      (PentModelEntry *self);
gboolean    pent_model_entry_get_usable      (PentModelEntry *self);
int         pent_model_entry_get_native_side (PentModelEntry *self);
char       *pent_model_entry_get_family      (PentModelEntry *self);
char       *pent_model_entry_describe        (PentModelEntry *self);
int         pent_model_entry_compare         (gconstpointer a, gconstpointer b, gpointer data);

G_END_DECLS
