/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-stroke.h"

#include <math.h>

#include "pent-mask-blend.h"

typedef struct
{
  float x, y;        /* pixels; the first pixel's centre is 0.5 */
  float radius;
  float strength;    /* 0 to 1 */
} Point;

/* How far outside a pointer may be; farther away, floats are too coarse. */
#define FARTHEST 100000.0

struct _PentStroke
{
  PentTileMask *mask;       /* the caller's */
  PentTileMask *base;       /* as it was before */
  PentTileMask *coverage;   /* of the stroke so far: the most that any point of it gives */
  PentBrush     brush;
  gboolean      begun;
  Point         last;
};

/**
 * pent_stroke_new:
 * @mask: what to paint on; must outlive the stroke, and only the stroke may
 *   change it
 * @brush: copied
 */
PentStroke *
pent_stroke_new (PentTileMask *mask, const PentBrush *brush)
{
  PentStroke *self = g_new0 (PentStroke, 1);

  self->mask = mask;
  self->base = pent_tile_mask_copy (mask);
  self->coverage = pent_tile_mask_new (pent_tile_mask_get_width (mask), pent_tile_mask_get_height (mask));
  self->brush = *brush;
  return self;
}

void
pent_stroke_free (PentStroke *self)
{
  pent_tile_mask_free (self->base);
  pent_tile_mask_free (self->coverage);
  g_free (self);
}

/**
 * pent_stroke_get_base:
 *
 * Returns: (transfer none): the mask before the stroke
 */
const PentTileMask *
pent_stroke_get_base (PentStroke *self)
{
  return self->base;
}

/* From where the brush covers wholly to where it covers nothing. The hardest
 * brush has a slope of a pixel, which is what keeps its edge smooth. */
static void
find_slope (const PentStroke *self, float radius, float *inner, float *outer)
{
  *inner = MIN (radius * self->brush.hardness, radius - 0.5f);
  *inner = MAX (*inner, 0);
  *outer = MAX (radius, *inner + 1);
}

/* What covering along the way from @from to @to gives to @n pixels from (x, y)
 * on is joined to @coverage. At each pixel counts the nearest point of the way. */
static void
cover_row (const PentStroke *self, const Point *from, const Point *to, int x, int y, int n, guint8 *coverage)
{
  float along_x = to->x - from->x, along_y = to->y - from->y;
  float length2 = along_x * along_x + along_y * along_y;
  float scale = length2 > 0 ? 1 / length2 : 0;
  float from_inner, from_outer, to_inner, to_outer;

  find_slope (self, from->radius, &from_inner, &from_outer);
  find_slope (self, to->radius, &to_inner, &to_outer);
  for (int i = 0; i < n; i++)
    {
      float dx = x + i + 0.5f - from->x, dy = y + 0.5f - from->y;
      float t = CLAMP ((dx * along_x + dy * along_y) * scale, 0, 1);
      float off_x = dx - t * along_x, off_y = dy - t * along_y;
      float inner = from_inner + t * (to_inner - from_inner);
      float outer = from_outer + t * (to_outer - from_outer);
      float slope = (outer - sqrtf (off_x * off_x + off_y * off_y)) / (outer - inner);
      slope = CLAMP (slope, 0, 1);
      float strength = from->strength + t * (to->strength - from->strength);
      guint8 value = 255 * strength * slope * slope * (3 - 2 * slope) + 0.5f;
      coverage[i] = MAX (coverage[i], value);
    }
}

/* Whether the way comes nowhere near a tile. */
static gboolean
misses (const Point *from, const Point *to, const PentRect *tile)
{
  float reach = MAX (from->radius, to->radius) + 1.5f;
  float centre_x = tile->x + tile->width / 2.f, centre_y = tile->y + tile->height / 2.f;
  float along_x = to->x - from->x, along_y = to->y - from->y;
  float length2 = along_x * along_x + along_y * along_y;
  float t = 0;

  if (length2 > 0)
    t = ((centre_x - from->x) * along_x + (centre_y - from->y) * along_y) / length2;
  t = CLAMP (t, 0, 1);
  return hypotf (from->x + t * along_x - centre_x, from->y + t * along_y - centre_y)
         > reach + hypotf (tile->width, tile->height) / 2;
}

static void
paint_tile (PentStroke *self, const Point *from, const Point *to, const PentRect *part)
{
  for (int y = part->y; y < part->y + part->height; y++)
    {
      int n;
      guint8 *coverage = pent_tile_mask_edit_row (self->coverage, part->x, y, &n);
      cover_row (self, from, to, part->x, y, part->width, coverage);
      pent_mask_blend_row (pent_tile_mask_edit_row (self->mask, part->x, y, &n),
                           pent_tile_mask_peek_row (self->base, part->x, y, &n),
                           coverage, part->width, self->brush.erase);
    }
}

static PentRect
find_reach (const PentStroke *self, const Point *from, const Point *to)
{
  PentRect all = { 0, 0, pent_tile_mask_get_width (self->mask), pent_tile_mask_get_height (self->mask) };
  float reach = MAX (from->radius, to->radius) + 1;
  PentRect area = { floorf (MIN (from->x, to->x) - reach), floorf (MIN (from->y, to->y) - reach), 0, 0 };

  area.width = (int) ceilf (MAX (from->x, to->x) + reach) - area.x;
  area.height = (int) ceilf (MAX (from->y, to->y) + reach) - area.y;
  return pent_rect_intersect (&all, &area);
}

/**
 * pent_stroke_add:
 * @x: where the brush is now, pixels of the mask; may lie outside
 * @y: likewise
 * @pressure: 0 to 1; 1 for what has no pressure
 *
 * Goes on to the next point, and paints the way there.
 *
 * Returns: the area outside which nothing has changed; may be empty
 */
PentRect
pent_stroke_add (PentStroke *self, double x, double y, double pressure)
{
  Point to = { CLAMP (x, -FARTHEST, FARTHEST), CLAMP (y, -FARTHEST, FARTHEST),
               pent_brush_radius (&self->brush, pressure), pent_brush_strength (&self->brush, pressure) };
  Point from = self->begun ? self->last : to;
  PentRect area = find_reach (self, &from, &to);

  self->begun = TRUE;
  self->last = to;
  if (pent_rect_is_empty (&area))
    return area;
  for (int row = area.y / PENT_TILE_SIDE; row <= (area.y + area.height - 1) / PENT_TILE_SIDE; row++)
    for (int column = area.x / PENT_TILE_SIDE; column <= (area.x + area.width - 1) / PENT_TILE_SIDE; column++)
      {
        PentRect tile = { column * PENT_TILE_SIDE, row * PENT_TILE_SIDE, PENT_TILE_SIDE, PENT_TILE_SIDE };
        PentRect part = pent_rect_intersect (&area, &tile);
        if (!misses (&from, &to, &tile))
          paint_tile (self, &from, &to, &part);
      }
  return area;
}
