/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-tile-mask.h"

G_BEGIN_DECLS

/* Pixels; the first pixel's centre is 0.5. */
typedef struct
{
  double x;
  double y;
} PentPoint;

PentRect pent_mask_shape_fill (PentTileMask *mask, const PentPoint *points, int n_points, double opacity,
                               gboolean erase);

G_END_DECLS
