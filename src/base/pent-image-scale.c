/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-image-scale.h"

#include <math.h>
#include <string.h>

#define LOBES 3

/* Lanczos' windowed sinc. */
static double
kernel (double x)
{
  if (fabs (x) < 1e-9)
    return 1;
  if (fabs (x) >= LOBES)
    return 0;
  return LOBES * sin (G_PI * x) * sin (G_PI * x / LOBES) / (G_PI * G_PI * x * x);
}

/* What one output sample takes from a line: @n weights from sample @first. */
typedef struct
{
  int    first;
  int    n;
  float *weights;
} Taps;

static Taps *
make_taps (int from, int to, float **weights)
{
  double ratio = (double) from / to;
  double stretch = MAX (ratio, 1);
  int most = (int) ceil (LOBES * stretch) * 2 + 1;
  Taps *taps = g_new (Taps, to);

  *weights = g_new0 (float, (gsize) to * most);
  for (int i = 0; i < to; i++)
    {
      double centre = (i + 0.5) * ratio - 0.5, sum = 0;
      int first = MAX ((int) ceil (centre - LOBES * stretch), 0);
      int last = MIN ((int) floor (centre + LOBES * stretch), from - 1);

      taps[i] = (Taps){ first, last - first + 1, *weights + (gsize) i * most };
      for (int j = first; j <= last; j++)
        sum += taps[i].weights[j - first] = kernel ((j - centre) / stretch);
      for (int j = first; j <= last; j++)
        taps[i].weights[j - first] /= sum;
    }
  return taps;
}

static float
get_sample (const PentImage *image, const guint8 *row, gsize i)
{
  return image->bits == 8 ? row[i] : ((const guint16 *) (const void *) row)[i];
}

static void
set_sample (PentImage *image, guint8 *row, gsize i, float value)
{
  if (image->bits == 8)
    row[i] = lrintf (CLAMP (value, 0, 255));
  else
    ((guint16 *) (void *) row)[i] = lrintf (CLAMP (value, 0, 65535));
}

static void
scale_rows (const PentImage *from, const Taps *taps, int width, float *lines)
{
  int channels = from->channels;

  for (int y = 0; y < from->height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < channels; c++)
        {
          const guint8 *row = from->pixels + y * from->stride;
          float value = 0;
          for (int j = 0; j < taps[x].n; j++)
            value += taps[x].weights[j] * get_sample (from, row, (gsize) (taps[x].first + j) * channels + c);
          lines[((gsize) y * width + x) * channels + c] = value;
        }
}

static void
scale_columns (const float *lines, const Taps *taps, PentImage *to)
{
  gsize n = (gsize) to->width * to->channels;

  for (int y = 0; y < to->height; y++)
    for (gsize i = 0; i < n; i++)
      {
        float value = 0;
        for (int j = 0; j < taps[y].n; j++)
          value += taps[y].weights[j] * lines[(taps[y].first + j) * n + i];
        set_sample (to, to->pixels + y * to->stride, i, value);
      }
}

/**
 * pent_image_scale:
 * @width: of the result, at least 1
 * @height: of the result, at least 1
 *
 * Lanczos resampling with three lobes, widened where it makes smaller, so that
 * nothing aliases. Channels, bits and profile stay; alpha is scaled like any
 * channel.
 *
 * Returns: (transfer full): the picture, or %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_image_scale (PentImage *self, int width, int height, GError **error)
{
  g_autofree float *row_weights = NULL, *column_weights = NULL;
  PentImage *scaled = pent_image_new (width, height, self->channels, self->bits, error);

  if (scaled == NULL)
    return NULL;
  if (self->icc_profile != NULL)
    scaled->icc_profile = g_bytes_ref (self->icc_profile);

  g_autofree Taps *row_taps = make_taps (self->width, width, &row_weights);
  g_autofree Taps *column_taps = make_taps (self->height, height, &column_weights);
  g_autofree float *lines = g_new (float, (gsize) self->height * width * self->channels);
  scale_rows (self, row_taps, width, lines);
  scale_columns (lines, column_taps, scaled);
  return scaled;
}

/**
 * pent_image_crop:
 *
 * Returns: (transfer full): the @width by @height pixels from (@x, @y), which
 *   must lie inside; %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_image_crop (PentImage *self, int x, int y, int width, int height, GError **error)
{
  g_return_val_if_fail (x >= 0 && y >= 0 && width <= self->width - x && height <= self->height - y, NULL);

  PentImage *cropped = pent_image_new (width, height, self->channels, self->bits, error);
  if (cropped == NULL)
    return NULL;
  if (self->icc_profile != NULL)
    cropped->icc_profile = g_bytes_ref (self->icc_profile);

  gsize pixel = self->channels * (self->bits / 8);
  for (int i = 0; i < height; i++)
    memcpy (cropped->pixels + i * cropped->stride, self->pixels + (y + i) * self->stride + x * pixel, cropped->stride);
  return cropped;
}
