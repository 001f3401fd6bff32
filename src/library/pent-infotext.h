/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-recipe.h"
#include "pent-text-fields.h"

G_BEGIN_DECLS

char       *pent_infotext_print (const PentRecipe *recipe);
PentRecipe *pent_infotext_parse (const char *text, PentTextFields **others);

G_END_DECLS
