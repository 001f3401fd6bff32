/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-mask-shape.h"

#include <math.h>
#include <string.h>

#include "pent-mask-blend.h"

/* Lines in each row of pixels along which the outline is cut; along a line
 * the coverage is exact. */
#define LINES 8

/* Where the outline crosses a line, and whether it goes up or down there. */
typedef struct
{
  double x;
  int    winding;
} Crossing;

static int
compare_crossings (const void *a, const void *b)
{
  double x = ((const Crossing *) a)->x, y = ((const Crossing *) b)->x;

  return (x > y) - (x < y);
}

static PentRect
find_bounds (const PentTileMask *mask, const PentPoint *points, int n_points)
{
  PentRect all = { 0, 0, pent_tile_mask_get_width (mask), pent_tile_mask_get_height (mask) };
  double left = all.width, top = all.height, right = 0, bottom = 0;

  for (int i = 0; i < n_points; i++)
    {
      left = MIN (left, points[i].x);
      right = MAX (right, points[i].x);
      top = MIN (top, points[i].y);
      bottom = MAX (bottom, points[i].y);
    }
  left = CLAMP (floor (left), 0, all.width);
  top = CLAMP (floor (top), 0, all.height);
  right = CLAMP (ceil (right), left, all.width);
  bottom = CLAMP (ceil (bottom), top, all.height);
  return (PentRect) { left, top, right - left, bottom - top };
}

static int
find_crossings (const PentPoint *points, int n_points, double y, Crossing *crossings)
{
  int n = 0;

  for (int i = 0; i < n_points; i++)
    {
      const PentPoint *a = &points[i], *b = &points[(i + 1) % n_points];
      if ((a->y <= y) == (b->y <= y))
        continue;
      crossings[n].x = a->x + (y - a->y) / (b->y - a->y) * (b->x - a->x);
      crossings[n++].winding = a->y <= y ? 1 : -1;
    }
  qsort (crossings, n, sizeof *crossings, compare_crossings);
  return n;
}

/* Adds a line's piece from @from to @to to the pixels that it touches. */
static void
add_piece (float *row, const PentRect *area, double from, double to)
{
  from = CLAMP (from - area->x, 0, area->width);
  to = CLAMP (to - area->x, 0, area->width);
  if (!(to > from))
    return;

  int first = from, last = MIN ((int) to, area->width - 1);
  if (first == last)
    {
      row[first] += (to - from) / LINES;
      return;
    }
  row[first] += (first + 1 - from) / LINES;
  for (int x = first + 1; x < last; x++)
    row[x] += 1.f / LINES;
  row[last] += (to - last) / LINES;
}

static void
cover_row (const PentPoint *points, int n_points, const PentRect *area, int y, Crossing *crossings, float *row)
{
  memset (row, 0, area->width * sizeof *row);
  for (int line = 0; line < LINES; line++)
    {
      int n = find_crossings (points, n_points, y + (line + 0.5) / LINES, crossings);
      int winding = 0;
      for (int i = 0; i + 1 < n; i++)
        {
          winding += crossings[i].winding;
          if (winding != 0)
            add_piece (row, area, crossings[i].x, crossings[i + 1].x);
        }
    }
}

static void
blend_row (PentTileMask *mask, const PentRect *area, int y, const guint8 *coverage, gboolean erase)
{
  for (int x = 0, n; x < area->width; x += n)
    {
      guint8 *row = pent_tile_mask_edit_row (mask, area->x + x, y, &n);
      n = MIN (n, area->width - x);
      pent_mask_blend_row (row, row, coverage + x, n, erase);
    }
}

/**
 * pent_mask_shape_fill:
 * @points: (array length=n_points): the outline, which closes itself; may lie
 *   outside the mask
 * @opacity: 0 to 1
 * @erase: takes away in place of adding
 *
 * Fills what the outline goes round (the nonzero winding rule, so that a lasso
 * that crosses itself leaves no holes), with smooth edges. Edges at whole
 * pixels are sharp.
 *
 * Returns: the area outside which nothing has changed; may be empty
 */
PentRect
pent_mask_shape_fill (PentTileMask *mask, const PentPoint *points, int n_points, double opacity, gboolean erase)
{
  PentRect area = find_bounds (mask, points, n_points);
  if (n_points < 3 || pent_rect_is_empty (&area))
    return (PentRect) { 0 };

  g_autofree Crossing *crossings = g_new (Crossing, n_points);
  g_autofree float *row = g_new (float, area.width);
  g_autofree guint8 *coverage = g_malloc (area.width);
  for (int y = area.y; y < area.y + area.height; y++)
    {
      cover_row (points, n_points, &area, y, crossings, row);
      for (int x = 0; x < area.width; x++)
        coverage[x] = 255 * opacity * MIN (row[x], 1) + 0.5;
      blend_row (mask, &area, y, coverage, erase);
    }
  pent_tile_mask_compact (mask);
  return area;
}
