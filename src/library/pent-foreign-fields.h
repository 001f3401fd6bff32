/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "pent-recipe.h"

G_BEGIN_DECLS

/* Members of other programs' JSON: what is missing or of another type is NULL,
 * or leaves a recipe's field as it is. Numbers may be written as texts. */
JsonObject *pent_foreign_parse      (const char *text);
JsonObject *pent_foreign_get_object (JsonObject *object, const char *name);
const char *pent_foreign_get_text   (JsonObject *object, const char *name);
void        pent_foreign_take_text  (JsonObject *object, const char *name, char **field);
void        pent_foreign_take_int   (JsonObject *object, const char *name, int *field);
void        pent_foreign_take_seed  (JsonObject *object, const char *name, gint64 *field);
void        pent_foreign_take_real  (JsonObject *object, const char *name, double *field);

void pent_foreign_set_model   (PentRecipe *recipe, const char *file_name);
void pent_foreign_set_sampler (PentRecipe *recipe, const char *sampler, const char *schedule);

G_END_DECLS
