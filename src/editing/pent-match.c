/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model paints is often a little lighter, darker or warmer than what it
 * was painted into. Around the mask both are known, the picture and the model's
 * version of it: there mean and spread of their colours are compared, and what
 * was painted is moved by the difference. Where something new reaches over the
 * mask's edge the two differ for a good reason, so only the half of the ring
 * that differs least is compared. In Oklab (Ottosson 2020, "A
 * perceptual color space for image processing") equal steps look equal and
 * lightness stays out of hue. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-match.h"

#include <math.h>
#include <string.h>

#include "pent-paste.h"

/* A ring of fewer pixels says nothing. */
#define MIN_PIXELS 64

/* Below this spread a surface is even, and its grain is no measure. */
#define MIN_SPREAD 0.004

/* Further apart, the ring shows two different things. */
#define MAX_RATIO 1.25

typedef struct
{
  double mean[3], spread[3];
  gsize  n;
} Tone;

static float
to_linear (float value)
{
  return value <= 0.04045f ? value / 12.92f : powf ((value + 0.055f) / 1.055f, 2.4f);
}

static float
from_linear (float value)
{
  value = CLAMP (value, 0, 1);
  return value <= 0.0031308f ? value * 12.92f : 1.055f * powf (value, 1 / 2.4f) - 0.055f;
}

static void
to_oklab (const float rgb[3], float lab[3])
{
  float l = cbrtf (0.4122214708f * rgb[0] + 0.5363325363f * rgb[1] + 0.0514459929f * rgb[2]);
  float m = cbrtf (0.2119034982f * rgb[0] + 0.6806995451f * rgb[1] + 0.1073969566f * rgb[2]);
  float s = cbrtf (0.0883024619f * rgb[0] + 0.2817188376f * rgb[1] + 0.6299787005f * rgb[2]);

  lab[0] = 0.2104542553f * l + 0.7936177850f * m - 0.0040720468f * s;
  lab[1] = 1.9779984951f * l - 2.4285922050f * m + 0.4505937099f * s;
  lab[2] = 0.0259040371f * l + 0.7827717662f * m - 0.8086757660f * s;
}

static void
from_oklab (const float lab[3], float rgb[3])
{
  float l = lab[0] + 0.3963377774f * lab[1] + 0.2158037573f * lab[2];
  float m = lab[0] - 0.1055613458f * lab[1] - 0.0638541728f * lab[2];
  float s = lab[0] - 0.0894841775f * lab[1] - 1.2914855480f * lab[2];

  l = l * l * l;
  m = m * m * m;
  s = s * s * s;
  rgb[0] = 4.0767416621f * l - 3.3077115913f * m + 0.2309699292f * s;
  rgb[1] = -1.2684380046f * l + 2.6097574011f * m - 0.3413193965f * s;
  rgb[2] = -0.0041960863f * l - 0.7034186147f * m + 1.7076147010f * s;
}

static float
sample (const PentImage *image, gsize pixel, int c)
{
  gsize i = pixel * 3 + c;

  return image->bits == 8 ? image->pixels[i] / 255.0f : ((const guint16 *) (const void *) image->pixels)[i] / 65535.0f;
}

static void
get_oklab (const PentImage *image, gsize pixel, float lab[3])
{
  float rgb[3];

  for (int c = 0; c < 3; c++)
    rgb[c] = to_linear (sample (image, pixel, c));
  to_oklab (rgb, lab);
}

/* @ring: above 0 where pixels count. */
static Tone
measure (const PentImage *image, const PentMask *ring)
{
  Tone tone = { 0 };
  gsize pixels = (gsize) image->width * image->height;

  for (gsize p = 0; p < pixels; p++)
    {
      float lab[3];
      if (ring->values[p] == 0)
        continue;
      get_oklab (image, p, lab);
      tone.n++;
      for (int c = 0; c < 3; c++)
        {
          tone.mean[c] += lab[c];
          tone.spread[c] += lab[c] * lab[c];
        }
    }
  for (int c = 0; c < 3 && tone.n > 0; c++)
    {
      tone.mean[c] /= tone.n;
      tone.spread[c] = sqrt (MAX (tone.spread[c] / tone.n - tone.mean[c] * tone.mean[c], 0));
    }
  return tone;
}

/* Bins of the distances in Oklab up to 0.5, half the way from black to white. */
#define N_BINS 512

static int
find_bin (const PentImage *painted, const PentImage *around, gsize pixel)
{
  float a[3], b[3];
  double sum = 0;

  get_oklab (painted, pixel, a);
  get_oklab (around, pixel, b);
  for (int c = 0; c < 3; c++)
    sum += (a[c] - b[c]) * (a[c] - b[c]);
  return MIN ((int) (sqrt (sum) * 2 * N_BINS), N_BINS - 1);
}

/* Leaves in @ring the half of its pixels that differ least. */
static void
leave_out_new (PentMask *ring, const PentImage *painted, const PentImage *around)
{
  gsize pixels = (gsize) ring->width * ring->height, counts[N_BINS] = { 0 }, n = 0, below = 0;
  int last = 0;

  for (gsize p = 0; p < pixels; p++)
    if (ring->values[p] > 0)
      {
        counts[find_bin (painted, around, p)]++;
        n++;
      }
  while (last < N_BINS - 1 && (below += counts[last]) * 2 < n)
    last++;
  for (gsize p = 0; p < pixels; p++)
    if (ring->values[p] > 0 && find_bin (painted, around, p) > last)
      ring->values[p] = 0;
}

/* Pixels outside the mask that are at most @width from it. */
static PentMask *
make_ring (const PentMask *mask, int width)
{
  PentMask *ring = pent_mask_copy (mask);

  pent_mask_grow (ring, width);
  for (gsize i = 0; i < (gsize) mask->width * mask->height; i++)
    ring->values[i] = ring->values[i] > 0 && mask->values[i] == 0;
  return ring;
}

static void
move_pixel (const PentImage *from, gsize pixel, const Tone *is, const Tone *should, double strength, guint16 *to)
{
  float lab[3], rgb[3];

  get_oklab (from, pixel, lab);
  for (int c = 0; c < 3; c++)
    {
      double ratio = is->spread[c] < MIN_SPREAD || should->spread[c] < MIN_SPREAD ? 1 : should->spread[c] / is->spread[c];
      ratio = CLAMP (ratio, 1 / MAX_RATIO, MAX_RATIO);
      double moved = (lab[c] - is->mean[c]) * ratio + should->mean[c];
      lab[c] += strength * (moved - lab[c]);
    }
  from_oklab (lab, rgb);
  for (int c = 0; c < 3; c++)
    to[c] = lrintf (from_linear (rgb[c]) * 65535);
}

/**
 * pent_match_colours:
 * @painted: 16-bit RGB, of the region's size
 * @canvas: what it was painted into, of any kind
 * @region: begins on the canvas; may reach over its right and lower edge
 * @mask: of the region's size: what is to be taken from @painted
 * @ring: width of the surroundings that are compared, pixels
 * @strength: 0 leaves @painted as it is, 1 gives it the mean and the spread of
 *   its surroundings
 *
 * Returns: (transfer full): the matched picture, @painted itself where there
 *   are no surroundings to go by; %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_match_colours (PentImage *painted, PentImage *canvas, const PentRect *region, const PentMask *mask, int ring,
                    double strength, GError **error)
{
  if (strength <= 0)
    return pent_image_ref (painted);

  g_autoptr (PentImage) around = pent_paste_cut (canvas, region, error);
  if (around == NULL)
    return NULL;
  g_autoptr (PentMask) counted = make_ring (mask, ring);
  leave_out_new (counted, painted, around);
  const Tone is = measure (painted, counted), should = measure (around, counted);
  if (is.n < MIN_PIXELS)
    return pent_image_ref (painted);

  PentImage *matched = pent_image_new (painted->width, painted->height, 3, 16, error);
  guint16 *to = matched != NULL ? (guint16 *) (void *) matched->pixels : NULL;
  for (gsize p = 0; to != NULL && p < (gsize) painted->width * painted->height; p++)
    move_pixel (painted, p, &is, &should, strength, to + p * 3);
  return matched;
}
