/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-recipe.h"

G_BEGIN_DECLS

/* Each reads what one program stores in its pictures, beside A1111's text. The
 * recipe has what could be read; NULL: the program did not make the picture. */
PentRecipe *pent_foreign_read_invokeai (const PentTextFields *texts);
PentRecipe *pent_foreign_read_comfyui  (const PentTextFields *texts);
PentRecipe *pent_foreign_read_fooocus  (const PentTextFields *texts);
PentRecipe *pent_foreign_read_swarmui  (const PentTextFields *texts);
PentRecipe *pent_foreign_read_novelai  (const PentTextFields *texts);

G_END_DECLS
