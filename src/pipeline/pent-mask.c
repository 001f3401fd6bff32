/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-mask.h"

#include <math.h>
#include <string.h>

static PentMask *
mask_new (int width, int height)
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
 * pent_mask_new_from_image:
 * @image: of any kind
 *
 * Luminance (ITU-R BT.601) times alpha, where there is one: white is repainted.
 */
PentMask *
pent_mask_new_from_image (PentImage *image)
{
  PentMask *self = mask_new (image->width, image->height);
  gboolean colour = image->channels >= 3;
  gboolean alpha = image->channels % 2 == 0;

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      {
        double value = sample (image, x, y, 0);
        if (colour)
          value = 0.299 * value + 0.587 * sample (image, x, y, 1) + 0.114 * sample (image, x, y, 2);
        if (alpha)
          value *= sample (image, x, y, image->channels - 1);
        /* The three weights need not add up to 1 in binary: white is 1. */
        self->values[(gsize) y * self->width + x] = value > 0.9999 ? 1 : value;
      }
  return self;
}

/**
 * pent_mask_new_full:
 *
 * Returns: (transfer full): a mask that repaints everything
 */
PentMask *
pent_mask_new_full (int width, int height)
{
  PentMask *self = mask_new (width, height);

  for (gsize i = 0; i < (gsize) width * height; i++)
    self->values[i] = 1;
  return self;
}

PentMask *
pent_mask_copy (const PentMask *self)
{
  PentMask *copy = mask_new (self->width, self->height);

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

/**
 * pent_mask_get_diagonal:
 *
 * Returns: the diagonal, in pixels, of the smallest rectangle that holds every
 *   pixel above 0; 0 for an empty mask
 */
double
pent_mask_get_diagonal (const PentMask *self)
{
  int left = self->width, right = -1, top = self->height, bottom = -1;

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      if (self->values[(gsize) y * self->width + x] > 0)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = y;
        }
  return right < 0 ? 0 : hypot (right - left + 1, bottom - top + 1);
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

static void
average_line (float *line, gsize stride, int n, int reach, float *copy)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    copy[i] = line[i * stride];
  for (int i = -reach; i <= reach; i++)
    sum += copy[CLAMP (i, 0, n - 1)];
  for (int i = 0; i < n; i++)
    {
      line[i * stride] = sum / (2 * reach + 1);
      sum += copy[MIN (i + reach + 1, n - 1)] - copy[MAX (i - reach, 0)];
    }
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
  g_autofree float *copy = g_new (float, MAX (self->width, self->height));
  int reach = (pixels + 3) / 6;

  if (pixels <= 0)
    return;
  for (int pass = 0; pass < 3; pass++)
    {
      for (int y = 0; y < self->height; y++)
        average_line (self->values + (gsize) y * self->width, 1, self->width, reach, copy);
      for (int x = 0; x < self->width; x++)
        average_line (self->values + x, self->width, self->height, reach, copy);
    }
  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    {
      float value = self->values[i];
      self->values[i] = value > 0.99f ? 1 : value < 0.002f ? 0 : value;
    }
}

/**
 * pent_mask_pad:
 * @width: at least the mask's
 * @height: at least the mask's
 *
 * Returns: (transfer full): the mask, continued right and below as it ends
 */
PentMask *
pent_mask_pad (const PentMask *self, int width, int height)
{
  PentMask *padded = mask_new (width, height);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      padded->values[(gsize) y * width + x]
        = self->values[(gsize) MIN (y, self->height - 1) * self->width + MIN (x, self->width - 1)];
  return padded;
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
  PentMask *cells = mask_new (self->width / scale, self->height / scale);
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
 * pent_mask_to_alpha:
 * @blend: width, in pixels, of the slope inside the mask; 0 for none
 *
 * How much of the new picture each pixel of the result takes: exactly 0
 * wherever the mask is 0, and from there a smooth slope inwards.
 *
 * Returns: (transfer full): the alpha
 */
PentMask *
pent_mask_to_alpha (const PentMask *self, int blend)
{
  PentMask *alpha = mask_new (self->width, self->height);
  int longest = MAX (self->width, self->height);
  g_autofree float *f = g_new (float, longest);
  g_autofree int *sites = g_new (int, longest);
  g_autofree double *bounds = g_new (double, longest + 1);
  const float far = 1e12f;

  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    alpha->values[i] = self->values[i] > 0 ? far : 0;
  for (int y = 0; y < self->height; y++)
    distance_line (alpha->values + (gsize) y * self->width, 1, self->width, f, sites, bounds);
  for (int x = 0; x < self->width; x++)
    distance_line (alpha->values + x, self->width, self->height, f, sites, bounds);

  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    {
      double t = MIN (sqrt (alpha->values[i]) / (blend + 1), 1);
      alpha->values[i] = t * t * (3 - 2 * t);
    }
  return alpha;
}
