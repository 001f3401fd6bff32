/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-pipeline.h"
#include "pent-recipe.h"

G_BEGIN_DECLS

char *pent_cli_report_run_json  (const PentRecipe *recipe, const PentRunInfo *info, GStrv files);
char *pent_cli_report_plan_json (const PentRecipe *recipe, const PentRunInfo *info, GStrv files);
char *pent_cli_report_plan_text (const PentRecipe *recipe, GStrv files);

char *pent_cli_report_recipe_text (const PentRecipe *recipe);

G_END_DECLS
