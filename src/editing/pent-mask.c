/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-mask.h"

#include <math.h>
#include <string.h>

#include "pent-blur.h"

/**
 * pent_mask_new:
 *
 * Returns: (transfer full): a mask that keeps everything
 */
PentMask *
pent_mask_new (int width, int height)
{
  PentMask *self = g_new (PentMask, 1);

  self->width = width;
  self->height = height;
  self->values = g_new0 (float, (gsize) width * height);
  return self;
}

static double
sample (const PentImage *image, int x, int y, int channel)
{
  const guint8 *row = image->pixels + y * image->stride;
  gsize i = (gsize) x * image->channels + channel;

  return image->bits == 8 ? row[i] / 255.0 : ((const guint16 *) (const void *) row)[i] / 65535.0;
}

/**
 * pent_mask_value:
 * @image: of any kind
 *
 * Luminance (ITU-R BT.601) times alpha, where there is one: white is repainted.
 *
 * Returns: what @image says as a mask at one pixel, 0 to 1
 */
float
pent_mask_value (const PentImage *image, int x, int y)
{
  double value = sample (image, x, y, 0);

  if (image->channels >= 3)
    value = 0.299 * value + 0.587 * sample (image, x, y, 1) + 0.114 * sample (image, x, y, 2);
  if (image->channels % 2 == 0)
    value *= sample (image, x, y, image->channels - 1);
  /* The three weights need not add up to 1 in binary: white is 1. */
  return value > 0.9999 ? 1 : value;
}

/**
 * pent_mask_find_bounds:
 * @image: of any kind
 *
 * Returns: the smallest rectangle that holds every pixel of @image that is
 *   above 0 as a mask; empty where there is none
 */
PentRect
pent_mask_find_bounds (const PentImage *image)
{
  int left = image->width, right = -1, top = image->height, bottom = -1;

  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      if (pent_mask_value (image, x, y) > 0)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = y;
        }
  return right < 0 ? (PentRect){ 0 } : (PentRect){ left, top, right - left + 1, bottom - top + 1 };
}

/**
 * pent_mask_new_full:
 *
 * Returns: (transfer full): a mask that repaints everything
 */
PentMask *
pent_mask_new_full (int width, int height)
{
  PentMask *self = pent_mask_new (width, height);

  for (gsize i = 0; i < (gsize) width * height; i++)
    self->values[i] = 1;
  return self;
}

PentMask *
pent_mask_copy (const PentMask *self)
{
  PentMask *copy = pent_mask_new (self->width, self->height);

  memcpy (copy->values, self->values, sizeof (float) * self->width * self->height);
  return copy;
}

void
pent_mask_free (PentMask *self)
{
  g_free (self->values);
  g_free (self);
}

gboolean
pent_mask_is_empty (const PentMask *self)
{
  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    if (self->values[i] > 0)
      return FALSE;
  return TRUE;
}

/**
 * pent_mask_is_hard:
 *
 * Returns: whether it holds nothing but 0 and 1
 */
gboolean
pent_mask_is_hard (const PentMask *self)
{
  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    if (self->values[i] > 0 && self->values[i] < 1)
      return FALSE;
  return TRUE;
}

/* The largest of every window of 2 @reach + 1 samples of a line, cut off at its
 * ends, with a queue of falling candidates: linear in the length. */
static void
maximum_line (float *line, gsize stride, int n, int reach, float *copy, int *queue)
{
  int head = 0, tail = 0;

  for (int i = 0; i < n; i++)
    copy[i] = line[i * stride];
  for (int i = 0; i < n + reach; i++)
    {
      if (i < n)
        {
          while (tail > head && copy[queue[tail - 1]] <= copy[i])
            tail--;
          queue[tail++] = i;
        }
      if (i < reach)
        continue;
      while (queue[head] < i - 2 * reach)
        head++;
      line[(i - reach) * stride] = copy[queue[head]];
    }
}

/**
 * pent_mask_grow:
 * @pixels: how far every value spreads, in a square around its pixel
 */
void
pent_mask_grow (PentMask *self, int pixels)
{
  int longest = MAX (self->width, self->height);
  g_autofree float *copy = g_new (float, longest);
  g_autofree int *queue = g_new (int, longest);

  if (pixels <= 0)
    return;
  for (int y = 0; y < self->height; y++)
    maximum_line (self->values + (gsize) y * self->width, 1, self->width, pixels, copy, queue);
  for (int x = 0; x < self->width; x++)
    maximum_line (self->values + x, self->width, self->height, pixels, copy, queue);
}

/**
 * pent_mask_shrink:
 * @pixels: how near to a kept pixel, in a square around it, is kept as well
 */
void
pent_mask_shrink (PentMask *self, int pixels)
{
  gsize n = (gsize) self->width * self->height;

  for (gsize i = 0; i < n; i++)
    self->values[i] = 1 - self->values[i];
  pent_mask_grow (self, pixels);
  for (gsize i = 0; i < n; i++)
    self->values[i] = 1 - self->values[i];
}

/**
 * pent_mask_feather:
 * @pixels: width of the slope that an edge becomes
 *
 * Three running averages along each axis, close to a Gaussian whose slope is
 * about @pixels wide. The mask goes on beyond its borders as it is there. What
 * comes within a hundredth of 1 is 1.
 */
void
pent_mask_feather (PentMask *self, int pixels)
{
  int reach = (pixels + 3) / 6;

  if (pixels <= 0)
    return;
  for (int pass = 0; pass < 3; pass++)
    pent_blur_box (self->values, self->width, self->height, 1, reach);
  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    {
      float value = self->values[i];
      self->values[i] = value > 0.99f ? 1 : value < 0.002f ? 0 : value;
    }
}

/* Values along one axis at another length: each the mean of what it covers, or
 * between its two neighbours where the mask is enlarged. */
static void
scale_line (const float *from, gsize from_stride, int n, float *to, gsize to_stride, int m, gboolean nearest)
{
  double ratio = (double) n / m, reach = MAX (ratio, 1);

  for (int i = 0; i < m; i++)
    {
      double centre = (i + 0.5) * ratio - 0.5, sum = 0, total = 0;
      int first = (int) ceil (centre - reach), last = (int) floor (centre + reach);

      if (nearest)
        first = last = CLAMP ((int) floor ((i + 0.5) * ratio), 0, n - 1);
      for (int j = first; j <= last; j++)
        {
          double weight = nearest ? 1 : 1 - fabs (j - centre) / reach;
          sum += weight * from[CLAMP (j, 0, n - 1) * from_stride];
          total += weight;
        }
      to[i * to_stride] = sum / total;
    }
}

/**
 * pent_mask_scale:
 * @nearest: keep the values as they are, so that a hard mask stays hard
 *
 * Returns: (transfer full): the mask at another size
 */
PentMask *
pent_mask_scale (const PentMask *self, int width, int height, gboolean nearest)
{
  g_autoptr (PentMask) rows = pent_mask_new (width, self->height);
  PentMask *scaled = pent_mask_new (width, height);

  for (int y = 0; y < self->height; y++)
    scale_line (self->values + (gsize) y * self->width, 1, self->width, rows->values + (gsize) y * width, 1, width,
                nearest);
  for (int x = 0; x < width; x++)
    scale_line (rows->values + x, width, self->height, scaled->values + x, width, height, nearest);
  return scaled;
}

/**
 * pent_mask_to_cells:
 * @scale: pixels along a side of a cell; divides width and height
 * @nearest: take each cell's first pixel, as diffusers does; else the largest
 *   value of a hard mask, so that no masked pixel is lost, and the mean of a
 *   soft one
 *
 * Returns: (transfer full): the mask at the latent's size
 */
PentMask *
pent_mask_to_cells (const PentMask *self, int scale, gboolean nearest)
{
  PentMask *cells = pent_mask_new (self->width / scale, self->height / scale);
  gboolean hard = pent_mask_is_hard (self);

  for (int y = 0; y < cells->height; y++)
    for (int x = 0; x < cells->width; x++)
      {
        float largest = 0, sum = 0;
        for (int i = 0; i < scale; i++)
          for (int j = 0; j < scale; j++)
            {
              float value = self->values[((gsize) y * scale + i) * self->width + (gsize) x * scale + j];
              largest = MAX (largest, value);
              sum += value;
            }
        float first = self->values[(gsize) y * scale * self->width + (gsize) x * scale];
        cells->values[(gsize) y * cells->width + x] = nearest ? first : hard ? largest : sum / (scale * scale);
      }
  return cells;
}

/* One pass of the distance transform of Felzenszwalb and Huttenlocher 2012:
 * the lower envelope of parabolas over a line of squared distances. */
static void
distance_line (float *line, gsize stride, int n, float *f, int *sites, double *bounds)
{
  int k = 0;

  for (int i = 0; i < n; i++)
    f[i] = line[i * stride];
  sites[0] = 0;
  bounds[0] = -INFINITY;
  bounds[1] = INFINITY;
  for (int q = 1; q < n; q++)
    {
      double s;
      for (;; k--)
        {
          int p = sites[k];
          s = ((f[q] + (double) q * q) - (f[p] + (double) p * p)) / (2.0 * (q - p));
          if (s > bounds[k])
            break;
        }
      sites[++k] = q;
      bounds[k] = s;
      bounds[k + 1] = INFINITY;
    }
  k = 0;
  for (int q = 0; q < n; q++)
    {
      while (bounds[k + 1] < q)
        k++;
      line[q * stride] = (double) (q - sites[k]) * (q - sites[k]) + f[sites[k]];
    }
}

/**
 * pent_mask_measure_depth:
 *
 * Returns: (transfer full): for every pixel above 0 how far the nearest one
 *   that is 0 lies, in pixels from centre to centre; 0 for the others
 */
PentMask *
pent_mask_measure_depth (const PentMask *self)
{
  PentMask *depth = pent_mask_new (self->width, self->height);
  int longest = MAX (self->width, self->height);
  g_autofree float *f = g_new (float, longest);
  g_autofree int *sites = g_new (int, longest);
  g_autofree double *bounds = g_new (double, longest + 1);
  const float far = 1e12f;

  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    depth->values[i] = self->values[i] > 0 ? far : 0;
  for (int y = 0; y < self->height; y++)
    distance_line (depth->values + (gsize) y * self->width, 1, self->width, f, sites, bounds);
  for (int x = 0; x < self->width; x++)
    distance_line (depth->values + x, self->width, self->height, f, sites, bounds);
  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    depth->values[i] = sqrtf (depth->values[i]);
  return depth;
}

/**
 * pent_mask_to_alpha:
 * @blend: width, in pixels, of the slope inside the mask; 0 for none
 *
 * How much of the new picture each pixel of the result takes: exactly 0
 * wherever the mask is 0, and from its edge a slope inwards that begins and ends
 * without a bend (Perlin 2002, "Improving noise"). Where the mask is too thin
 * for it the slope is as wide as there is room, so that the middle of a thin
 * stroke is all new.
 *
 * Returns: (transfer full): the alpha
 */
PentMask *
pent_mask_to_alpha (const PentMask *self, int blend)
{
  PentMask *alpha = pent_mask_measure_depth (self);
  g_autoptr (PentMask) room = pent_mask_copy (alpha);

  pent_mask_grow (room, blend);
  pent_blur_box (room->values, room->width, room->height, 1, blend / 2);
  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    {
      /* The edge lies half a pixel before the first pixel's centre. */
      float depth = alpha->values[i] - 0.5f, width = MIN (blend, MAX (room->values[i] - 0.5f, depth));
      float t = depth >= width ? 1 : depth / width;
      alpha->values[i] = depth <= 0 ? 0 : t * t * t * (10 - t * (15 - 6 * t));
    }
  return alpha;
}
