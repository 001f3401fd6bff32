/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-recipe.h"
#include "pent-request.h"

G_BEGIN_DECLS

PentRequest *pent_request_from_recipe (const PentRecipe *recipe, PentImage *source, PentImage *mask, GError **error);

/**
 * PentComparison:
 * @same_size: whether the pictures can be compared at all
 * @n_different: pixels that differ
 * @n_pixels: of each picture
 * @largest: difference of two samples, in steps of 1/255 (1/65535 of 16 bits)
 * @psnr: peak signal to noise ratio in dB; infinite where nothing differs
 */
typedef struct
{
  gboolean same_size;
  gint64   n_different;
  gint64   n_pixels;
  int      largest;
  double   psnr;
} PentComparison;

PentComparison pent_images_compare (const PentImage *a, const PentImage *b);
char          *pent_recipes_differ (const PentRecipe *before, const PentRecipe *now);

G_END_DECLS
