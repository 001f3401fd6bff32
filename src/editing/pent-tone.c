/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sky above a picture may come out darker than its own, the meadow beside
 * it lighter: one shift of all colours cannot mend both. What is lacking at
 * each place of the mask's edge is carried on inwards and fades with distance,
 * in the spirit of cloning with a membrane (Perez and others 2003, "Poisson
 * image editing"; Farbman and others 2009), here with the averages that extend
 * a picture. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-tone.h"

#include <math.h>
#include <string.h>

#include "pent-blur.h"
#include "pent-extend.h"
#include "pent-paste.h"

/* How far the correction reaches inwards, in widths of the ring. */
#define REACH 3

/* Of white: what differs by more is another thing, not another tone. */
#define MOST 0.12f

/* Averages what is known over @reach pixels, and nothing of the rest. */
static void
average_known (float *lack, const PentMask *mask, int reach)
{
  gsize pixels = (gsize) mask->width * mask->height;
  g_autofree float *weights = g_new (float, pixels);

  for (gsize p = 0; p < pixels; p++)
    weights[p] = mask->values[p] == 0;
  for (int pass = 0; pass < 2; pass++)
    {
      pent_blur_box (lack, mask->width, mask->height, 3, reach);
      pent_blur_box (weights, mask->width, mask->height, 1, reach);
    }
  for (gsize p = 0; p < pixels; p++)
    for (int c = 0; c < 3; c++)
      lack[p * 3 + c] = weights[p] > 1e-4f ? CLAMP (lack[p * 3 + c] / weights[p], -MOST, MOST) : 0;
}

/* What @painted lacks to be @around, (pixels, 3), carried on into the mask. */
static float *
measure_lack (PentImage *painted, PentImage *around, const PentMask *mask, int ring)
{
  gsize pixels = (gsize) mask->width * mask->height;
  const guint16 *samples = (const guint16 *) (const void *) painted->pixels;
  float *lack = g_new (float, pixels * 3);

  for (gsize i = 0; i < pixels * 3; i++)
    lack[i] = mask->values[i / 3] == 0 ? around->pixels[i] / 255.0f - samples[i] / 65535.0f : 0;
  average_known (lack, mask, MAX (ring / 4, 1));
  pent_extend (lack, mask);
  return lack;
}

/**
 * pent_tone_edges:
 * @painted: 16-bit RGB, of the region's size
 * @canvas: what it was painted into, of any kind
 * @region: begins on the canvas; may reach over its right and lower edge
 * @mask: of the region's size: what is to be taken from @painted
 * @ring: width of the surroundings that were painted as well, pixels
 * @strength: 0 leaves @painted as it is, 1 meets the tone at the edge
 *
 * Returns: (transfer full): the corrected picture, possibly @painted itself;
 *   %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_tone_edges (PentImage *painted, PentImage *canvas, const PentRect *region, const PentMask *mask, int ring,
                 double strength, GError **error)
{
  if (strength <= 0)
    return pent_image_ref (painted);

  g_autoptr (PentImage) around = pent_paste_cut (canvas, region, error);
  PentImage *toned = around != NULL ? pent_image_new (painted->width, painted->height, 3, 16, error) : NULL;
  if (toned == NULL)
    return NULL;
  g_autofree float *lack = measure_lack (painted, around, mask, ring);
  g_autoptr (PentMask) depth = pent_mask_measure_depth (mask);
  const guint16 *from = (const guint16 *) (const void *) painted->pixels;
  guint16 *to = (guint16 *) (void *) toned->pixels;
  for (gsize i = 0; i < (gsize) painted->width * painted->height * 3; i++)
    {
      float t = MIN (depth->values[i / 3] / (REACH * ring + 1), 1);
      float share = strength * (1 - t * t * (3 - 2 * t));
      to[i] = lrintf (CLAMP (from[i] / 65535.0f + share * lack[i], 0, 1) * 65535);
    }
  return toned;
}
