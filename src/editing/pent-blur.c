/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-blur.h"

static void
average (float *line, gsize stride, int n, int reach, float *copy)
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
 * pent_blur_box:
 * @plane: (height, width, channels), changed in place
 * @reach: half-width of the average, pixels, 0 or more
 *
 * A running average along each axis. The plane goes on beyond its borders as
 * it is there.
 */
void
pent_blur_box (float *plane, int width, int height, int channels, int reach)
{
  g_autofree float *copy = g_new (float, MAX (width, height));

  for (int c = 0; c < channels; c++)
    {
      for (int y = 0; y < height; y++)
        average (plane + (gsize) y * width * channels + c, channels, width, reach, copy);
      for (int x = 0; x < width; x++)
        average (plane + (gsize) x * channels + c, (gsize) width * channels, height, reach, copy);
    }
}
