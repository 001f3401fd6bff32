/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-rect.h"

G_BEGIN_DECLS

/**
 * PentMask:
 * @values: (height, width), 0 keep to 1 repaint; a value between is the
 *   strength there
 */
typedef struct
{
  int    width;
  int    height;
  float *values;
} PentMask;

PentMask *pent_mask_new         (int width, int height);
PentMask *pent_mask_new_full    (int width, int height);
PentMask *pent_mask_copy        (const PentMask *self);
void      pent_mask_free        (PentMask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentMask, pent_mask_free)

float     pent_mask_value       (const PentImage *image, int x, int y);
PentRect  pent_mask_find_bounds (const PentImage *image);

gboolean  pent_mask_is_empty      (const PentMask *self);
gboolean  pent_mask_is_hard       (const PentMask *self);
void      pent_mask_grow          (PentMask *self, int pixels);
void      pent_mask_shrink        (PentMask *self, int pixels);
void      pent_mask_feather       (PentMask *self, int pixels);
PentMask *pent_mask_scale         (const PentMask *self, int width, int height, gboolean nearest);
PentMask *pent_mask_to_cells      (const PentMask *self, int scale, gboolean nearest);
PentMask *pent_mask_measure_depth (const PentMask *self);
PentMask *pent_mask_to_alpha      (const PentMask *self, int blend);

G_END_DECLS
