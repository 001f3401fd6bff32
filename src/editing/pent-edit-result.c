/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-edit-result.h"

#include "pent-image-scale.h"
#include "pent-match.h"
#include "pent-paste.h"
#include "pent-tone.h"

/* "own": as in PentRequest */
#define UNSET (-1)

/**
 * pent_edit_layer_new:
 * @mask: of the region's size; copied
 *
 * Returns: (transfer full): the layer
 */
PentEditLayer *
pent_edit_layer_new (PentLayerKind kind, const PentRect *region, PentImage *painted, const PentMask *mask, int blend,
                     int ring)
{
  PentEditLayer *self = g_new0 (PentEditLayer, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->region = *region;
  self->painted = pent_image_ref (painted);
  self->mask = pent_mask_copy (mask);
  self->blend = blend;
  self->ring = ring;
  return self;
}

PentEditLayer *
pent_edit_layer_ref (PentEditLayer *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_edit_layer_unref (PentEditLayer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  pent_image_unref (self->painted);
  pent_mask_free (self->mask);
  g_free (self);
}

static PentMask *
regrow (const PentEditLayer *self, int grow)
{
  PentMask *mask = pent_mask_copy (self->mask);

  if (self->kind != PENT_LAYER_EDIT)
    return mask;
  if (grow >= 0)
    pent_mask_grow (mask, grow);
  else
    pent_mask_shrink (mask, -grow);
  return mask;
}

/**
 * pent_edit_layer_render:
 * @canvas: what the layer is to lie on
 * @alpha: (out): of the region's size: how much of it each pixel takes; 0
 *   wherever the mask, grown as asked, is 0
 *
 * Returns: (transfer full): the layer at the region's size, its colours
 *   matched, 16-bit RGB; %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_edit_layer_render (const PentEditLayer *self, const PentJoin *join, PentImage *canvas, PentMask **alpha,
                        GError **error)
{
  const PentRect *region = &self->region;
  gboolean fits = self->painted->width == region->width && self->painted->height == region->height;
  g_autoptr (PentImage) scaled = fits ? pent_image_ref (self->painted)
                                      : pent_image_scale (self->painted, region->width, region->height, error);

  if (scaled == NULL)
    return NULL;
  if (self->kind == PENT_LAYER_BACKDROP)
    {
      *alpha = pent_mask_copy (self->mask);
      return g_steal_pointer (&scaled);
    }
  g_autoptr (PentMask) mask = regrow (self, join->grow);
  g_autoptr (PentImage) matched = pent_match_colours (scaled, canvas, region, mask, self->ring, join->match, error);
  PentImage *toned = matched != NULL ? pent_tone_edges (matched, canvas, region, mask, self->ring, join->match, error) : NULL;
  if (toned != NULL)
    *alpha = pent_mask_to_alpha (mask, join->feather != UNSET ? join->feather : self->blend);
  return toned;
}

/**
 * pent_edit_layer_join:
 * @canvas: of any kind; changed only where the mask, grown as asked, is above 0
 *
 * Returns: %FALSE with %PENT_ERROR_MEMORY
 */
gboolean
pent_edit_layer_join (const PentEditLayer *self, const PentJoin *join, PentImage *canvas, GError **error)
{
  g_autoptr (PentMask) alpha = NULL;
  g_autoptr (PentImage) rendered = pent_edit_layer_render (self, join, canvas, &alpha, error);

  return rendered != NULL && pent_paste (rendered, canvas, &self->region, alpha, error);
}

/**
 * pent_edit_result_new:
 * @base: shared from now on
 *
 * Returns: (transfer full): an edit without layers
 */
PentEditResult *
pent_edit_result_new (PentImage *base, const PentJoin *join)
{
  PentEditResult *self = g_new0 (PentEditResult, 1);

  self->base = pent_image_ref (base);
  self->layers = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_edit_layer_unref);
  self->join = *join;
  return self;
}

/**
 * pent_edit_result_copy:
 *
 * Returns: (transfer full): the same edit, which shares all its pictures
 */
PentEditResult *
pent_edit_result_copy (const PentEditResult *self)
{
  PentEditResult *copy = pent_edit_result_new (self->base, &self->join);

  for (guint i = 0; i < self->layers->len; i++)
    g_ptr_array_add (copy->layers, pent_edit_layer_ref (self->layers->pdata[i]));
  return copy;
}

void
pent_edit_result_free (PentEditResult *self)
{
  pent_image_unref (self->base);
  g_ptr_array_unref (self->layers);
  g_free (self);
}

/**
 * pent_edit_result_join:
 * @join: how; with the edit's own, the picture that the run gave comes again
 *
 * Returns: (transfer full): the picture; %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_edit_result_join (const PentEditResult *self, const PentJoin *join, GError **error)
{
  g_autoptr (PentImage) canvas = pent_image_crop (self->base, 0, 0, self->base->width, self->base->height, error);

  for (guint i = 0; canvas != NULL && i < self->layers->len; i++)
    if (!pent_edit_layer_join (g_ptr_array_index (self->layers, i), join, canvas, error))
      return NULL;
  return g_steal_pointer (&canvas);
}
