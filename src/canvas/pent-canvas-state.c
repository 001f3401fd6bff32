/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-canvas-state.h"

#include <string.h>

/**
 * pent_canvas_state_new:
 *
 * Returns: (transfer full): no picture, an empty mask; may be changed until it
 *   is shared
 */
PentCanvasState *
pent_canvas_state_new (int width, int height)
{
  PentCanvasState *self = g_new0 (PentCanvasState, 1);

  g_atomic_ref_count_init (&self->refs);
  self->width = width;
  self->height = height;
  self->mask = pent_tile_mask_new (width, height);
  return self;
}

/**
 * pent_canvas_state_copy:
 *
 * Returns: (transfer full): the same, to be changed until it is shared
 */
PentCanvasState *
pent_canvas_state_copy (const PentCanvasState *self)
{
  PentCanvasState *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->refs);
  copy->mask = pent_tile_mask_copy (self->mask);
  if (copy->picture != NULL)
    pent_image_ref (copy->picture);
  if (copy->settings != NULL)
    g_variant_ref (copy->settings);
  return copy;
}

PentCanvasState *
pent_canvas_state_ref (PentCanvasState *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_canvas_state_unref (PentCanvasState *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->picture, pent_image_unref);
  g_clear_pointer (&self->settings, g_variant_unref);
  pent_tile_mask_free (self->mask);
  g_free (self);
}

static gboolean
settings_equal (GVariant *a, GVariant *b)
{
  return a == b || (a != NULL && b != NULL && g_variant_equal (a, b));
}

/**
 * pent_canvas_state_equal:
 *
 * Returns: whether both have the very same picture, and equal values elsewhere
 */
gboolean
pent_canvas_state_equal (const PentCanvasState *self, const PentCanvasState *other)
{
  return self->picture == other->picture
         && self->width == other->width && self->height == other->height
         && memcmp (self->margins, other->margins, sizeof self->margins) == 0
         && settings_equal (self->settings, other->settings)
         && pent_tile_mask_equal (self->mask, other->mask);
}

/**
 * pent_canvas_state_measure_own:
 * @other: (nullable)
 *
 * Returns: bytes of memory that @self takes and does not share with @other
 */
gsize
pent_canvas_state_measure_own (const PentCanvasState *self, const PentCanvasState *other)
{
  gsize bytes = sizeof *self + pent_tile_mask_measure_own (self->mask, other != NULL ? other->mask : NULL);

  if (self->picture != NULL && (other == NULL || other->picture != self->picture))
    bytes += self->picture->stride * self->picture->height;
  if (self->settings != NULL && (other == NULL || other->settings != self->settings))
    bytes += g_variant_get_size (self->settings);
  return bytes;
}
