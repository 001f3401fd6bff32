/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-recipe.h"

G_BEGIN_DECLS

/**
 * PentFoundRecipe:
 * @recipe: (nullable): what could be read
 * @origin: (nullable): whose recipe it is: "pentimento", "a1111", "invokeai",
 *   "comfyui", "fooocus", "swarmui", "novelai"
 * @others: (nullable): what it says that a recipe has no place for
 * @problem: (nullable): why our own recipe could not be read
 */
typedef struct
{
  PentRecipe     *recipe;
  const char     *origin;
  PentTextFields *others;
  char           *problem;
} PentFoundRecipe;

void pent_found_recipe_clear (PentFoundRecipe *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PentFoundRecipe, pent_found_recipe_clear)

void pent_recipe_find (PentFoundRecipe *self, const PentTextFields *texts);

G_END_DECLS
