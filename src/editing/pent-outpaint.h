/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-rect.h"

G_BEGIN_DECLS

/**
 * PentStrip:
 * @region: what is computed, inside the padded canvas; its sides are multiples
 *   of the cell
 * @paint: what is known after it, inside the canvas and the region
 *
 * One pass of an extension.
 */
typedef struct
{
  PentRect region;
  PentRect paint;
} PentStrip;

GArray *pent_outpaint_plan (int width, int height, const PentRect *known, int native, int cell);

G_END_DECLS
