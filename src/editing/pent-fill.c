/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-fill.h"

#include <string.h>

#include "pent-blur.h"
#include "pent-rng.h"

/* Half-widths of the running averages, from the whole picture down to its
 * grain: the wide ones carry colour into the middle of a hole, the narrow ones
 * bring its rim close to what it touches. */
static const int cascade[] = { 128, 64, 32, 16, 8, 4, 2, 1 };

/* Exactly @old where @weight is 0, and where it is 1 nothing of it. */
static float
mix (float old, float new, float weight)
{
  return (1 - weight) * old + weight * new;
}

/* The masked part takes the mean colour of the rest, so that nothing of what
 * stood there is left. */
static void
fill_mean (float *picture, const PentMask *mask)
{
  gsize pixels = (gsize) mask->width * mask->height;
  double sums[3] = { 0 }, known = 0;

  for (gsize p = 0; p < pixels; p++)
    {
      known += 1 - mask->values[p];
      for (int c = 0; c < 3; c++)
        sums[c] += (1 - mask->values[p]) * picture[p * 3 + c];
    }
  for (gsize p = 0; p < pixels; p++)
    for (int c = 0; c < 3; c++)
      picture[p * 3 + c] = mix (picture[p * 3 + c], known > 0 ? sums[c] / known : 0, mask->values[p]);
}

/* Blurs again and again, ever finer, putting the known pixels back each time. */
static void
fill_blur (float *picture, const PentMask *mask)
{
  gsize pixels = (gsize) mask->width * mask->height;
  g_autofree float *blurred = NULL;

  fill_mean (picture, mask);
  blurred = g_memdup2 (picture, pixels * 3 * sizeof (float));

  for (guint i = 0; i < G_N_ELEMENTS (cascade); i++)
    {
      for (int pass = 0; pass < 2; pass++)
        pent_blur_box (blurred, mask->width, mask->height, 3, cascade[i]);
      for (gsize p = 0; p < pixels; p++)
        for (int c = 0; c < 3; c++)
          blurred[p * 3 + c] = mix (picture[p * 3 + c], blurred[p * 3 + c], mask->values[p]);
    }
  memcpy (picture, blurred, pixels * 3 * sizeof (float));
}

/**
 * pent_fill:
 * @picture: (height, width, 3), -1 to 1; changed where @mask is above 0
 * @mask: of the picture's size
 * @seed: of the picture, for %PENT_FILL_NOISE
 *
 * What stands in a masked part before noise is put on it.
 */
void
pent_fill (float *picture, const PentMask *mask, PentFill fill, guint64 seed)
{
  gsize n = (gsize) mask->width * mask->height * 3;

  if (fill == PENT_FILL_ORIGINAL)
    return;
  if (fill == PENT_FILL_BLUR)
    {
      fill_blur (picture, mask);
      return;
    }

  g_autoptr (PentRng) rng = pent_rng_new (PENT_RNG_PHILOX, seed);
  g_autofree float *values = g_new0 (float, n);
  if (fill == PENT_FILL_NOISE)
    pent_rng_normal (rng, values, n);
  for (gsize i = 0; i < n; i++)
    picture[i] = mix (picture[i], CLAMP (values[i] / 2, -1, 1), mask->values[i / 3]);
}
