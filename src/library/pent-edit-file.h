/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-edit-result.h"
#include "pent-recipe.h"

G_BEGIN_DECLS

#define PENT_EDIT_SUFFIX ".ora"

gboolean        pent_edit_file_write (const char *path, const PentEditResult *edit, const PentRecipe *recipe,
                                      GError **error);
PentEditResult *pent_edit_file_read  (const char *path, PentRecipe **recipe, GError **error);

GBytes         *pent_edit_file_encode (const PentEditResult *edit, const PentRecipe *recipe, GError **error);
PentEditResult *pent_edit_file_decode (GBytes *contents, PentRecipe **recipe, GError **error);

G_END_DECLS
