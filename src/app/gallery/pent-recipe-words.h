/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"
#include "pent-rerun.h"

G_BEGIN_DECLS

char *pent_recipe_words      (const PentLibraryPicture *picture);
char *pent_comparison_words  (const PentComparison *comparison, const char *reason);

G_END_DECLS
