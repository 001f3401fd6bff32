/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in a part of the canvas that has no picture yet: the picture's
 * edge goes on, and fades into ever wider averages the farther it gets. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-extend.h"

#include <math.h>
#include <string.h>

#include "pent-blur.h"

/* Half-widths of the averages, each made from the one before; at a distance d
 * the one of about d / 2 is taken. */
static const int reaches[] = { 1, 2, 4, 8, 16, 32, 64, 128 };

/* Where the nearest known pixel is, as an offset. */
typedef struct
{
  int x, y;
} Offset;

#define NOWHERE 32767

static double
squared (Offset o)
{
  return (double) o.x * o.x + (double) o.y * o.y;
}

static void
look (Offset *offsets, int width, int height, int x, int y, int dx, int dy)
{
  if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height)
    return;

  Offset *here = &offsets[(gsize) y * width + x];
  Offset there = offsets[(gsize) (y + dy) * width + x + dx];
  there.x += dx;
  there.y += dy;
  if (squared (there) < squared (*here))
    *here = there;
}

/* Two sweeps, each row there and back (Danielsson 1980, "Euclidean distance
 * mapping"): exact but for rare ties. */
static Offset *
find_nearest (const PentMask *unknown)
{
  int width = unknown->width, height = unknown->height;
  gsize n = (gsize) width * height;
  Offset *offsets = g_new (Offset, n);

  for (gsize i = 0; i < n; i++)
    offsets[i] = unknown->values[i] > 0 ? (Offset){ NOWHERE, NOWHERE } : (Offset){ 0, 0 };
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < height; i++)
      {
        int y = pass == 0 ? i : height - 1 - i, dy = pass == 0 ? -1 : 1;
        for (int x = 0; x < width; x++)
          {
            look (offsets, width, height, x, y, -1, 0);
            for (int dx = -1; dx <= 1; dx++)
              look (offsets, width, height, x, y, dx, dy);
          }
        for (int x = width - 1; x >= 0; x--)
          look (offsets, width, height, x, y, 1, 0);
      }
  return offsets;
}

static void
replicate (float *picture, const PentMask *unknown, const Offset *offsets)
{
  for (int y = 0; y < unknown->height; y++)
    for (int x = 0; x < unknown->width; x++)
      {
        gsize p = (gsize) y * unknown->width + x;
        gsize from = (gsize) (y + offsets[p].y) * unknown->width + x + offsets[p].x;
        if (unknown->values[p] > 0)
          memcpy (picture + p * 3, picture + from * 3, 3 * sizeof (float));
      }
}

/* Mixes two neighbouring averages where their half-widths, @from and @to,
 * enclose half the distance. */
static void
take_level (float *picture, const float *sharp, const float *soft, const Offset *offsets, gsize n, double from,
            double to)
{
  for (gsize p = 0; p < n; p++)
    {
      double half = sqrt (squared (offsets[p])) / 2;
      if (half <= from || offsets[p].x == NOWHERE)
        continue;
      float t = MIN ((half - from) / (to - from), 1);
      for (int c = 0; c < 3; c++)
        picture[p * 3 + c] = sharp[p * 3 + c] + t * (soft[p * 3 + c] - sharp[p * 3 + c]);
    }
}

/**
 * pent_extend:
 * @picture: (height, width, 3); changed where @unknown is above 0
 * @unknown: of the picture's size; where nothing is known at all, nothing is
 *   changed
 *
 * Continues the picture over its edge: by its nearest pixel close to it, by an
 * average of what lies about that farther out.
 */
void
pent_extend (float *picture, const PentMask *unknown)
{
  gsize n = (gsize) unknown->width * unknown->height;
  gboolean any = FALSE;

  for (gsize i = 0; i < n && !any; i++)
    any = unknown->values[i] == 0;
  if (!any || pent_mask_is_empty (unknown))
    return;

  g_autofree Offset *offsets = find_nearest (unknown);
  replicate (picture, unknown, offsets);
  g_autofree float *sharp = g_memdup2 (picture, n * 3 * sizeof (float));
  g_autofree float *soft = g_memdup2 (picture, n * 3 * sizeof (float));
  for (guint i = 0; i < G_N_ELEMENTS (reaches); i++)
    {
      memcpy (sharp, soft, n * 3 * sizeof (float));
      pent_blur_box (soft, unknown->width, unknown->height, 3, reaches[i]);
      take_level (picture, sharp, soft, offsets, n, i == 0 ? 0 : reaches[i - 1], reaches[i]);
    }
}
