/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-mask-grow.h"

#include <math.h>
#include <string.h>

/* Half the width of a disc of @radius, @dy rows off its centre. Half a pixel
 * more than the radius, or single pixels stick out at its four ends. */
static int
disc_width (int radius, int dy)
{
  return sqrt ((radius + 0.5) * (radius + 0.5) - dy * dy);
}

static void
take_larger (guint8 *restrict values, const guint8 *restrict others, int n)
{
  for (int i = 0; i < n; i++)
    values[i] = MAX (values[i], others[i]);
}

/* Each value becomes the largest of itself and its two neighbours. */
static void
widen (guint8 *line, guint8 *old, int n)
{
  memcpy (old, line, n);
  take_larger (line + 1, old, n - 1);
  take_larger (line, old + 1, n - 1);
}

/* Spreads one row of @from over the rows of @to. The disc's rows are laid from
 * the narrowest to the widest, so each comes from the one before it. */
static void
spread_row (const guint8 *from, guint8 *to, const PentRect *area, int y, int pixels, guint8 *line, guint8 *old)
{
  int n = area->width, reached = 0;

  memcpy (line, from + (gsize) y * n, n);
  for (int dy = pixels; dy >= 0; dy--)
    {
      for (; reached < disc_width (pixels, dy); reached++)
        widen (line, old, n);
      if (y - dy >= 0)
        take_larger (to + (gsize) (y - dy) * n, line, n);
      if (y + dy < area->height)
        take_larger (to + (gsize) (y + dy) * n, line, n);
    }
}

static gboolean
is_zero (const guint8 *values, int n)
{
  return values[0] == 0 && memcmp (values, values + 1, n - 1) == 0;
}

/**
 * pent_tile_mask_grow:
 * @pixels: how far every value spreads, in a disc around its pixel; 0 or more
 */
void
pent_tile_mask_grow (PentTileMask *mask, int pixels)
{
  PentRect all = { 0, 0, pent_tile_mask_get_width (mask), pent_tile_mask_get_height (mask) };
  PentRect area = pent_tile_mask_find_bounds (mask);
  if (pixels <= 0 || pent_rect_is_empty (&area))
    return;

  area = pent_rect_expand (&area, MIN (pixels, MAX (all.width, all.height)));
  area = pent_rect_intersect (&all, &area);
  g_autofree guint8 *from = g_malloc ((gsize) area.width * area.height);
  g_autofree guint8 *to = g_malloc0 ((gsize) area.width * area.height);
  g_autofree guint8 *line = g_malloc (area.width);
  g_autofree guint8 *old = g_malloc (area.width);
  pent_tile_mask_read (mask, &area, from, area.width);
  for (int y = 0; y < area.height; y++)
    if (!is_zero (from + (gsize) y * area.width, area.width))
      spread_row (from, to, &area, y, pixels, line, old);
  pent_tile_mask_write (mask, &area, to, area.width);
  pent_tile_mask_compact (mask);
}

/**
 * pent_tile_mask_shrink:
 * @pixels: how far what is not painted spreads; 0 or more
 *
 * The picture's borders are no edges: a mask that reaches them still does.
 */
void
pent_tile_mask_shrink (PentTileMask *mask, int pixels)
{
  if (pixels <= 0)
    return;
  pent_tile_mask_invert (mask);
  pent_tile_mask_grow (mask, pixels);
  pent_tile_mask_invert (mask);
}
