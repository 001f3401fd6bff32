/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-library-desk.h"
#include "pent-thumbnailer.h"

G_BEGIN_DECLS

#define PENT_TYPE_RECIPE_VIEW (pent_recipe_view_get_type ())
G_DECLARE_FINAL_TYPE (PentRecipeView, pent_recipe_view, PENT, RECIPE_VIEW, AdwBin)

void pent_recipe_view_set_library (PentRecipeView *self, PentLibraryDesk *desk);
void pent_recipe_view_set_item    (PentRecipeView *self, PentPictureItem *item);

G_END_DECLS
