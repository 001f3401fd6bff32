/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-canvas-layers.h"

#include <math.h>
#include <string.h>

/* 2^14 is the longest side there is. */
#define MAX_LEVELS 14

struct _PentPyramid
{
  int              width;
  int              height;
  int              n_levels;
  cairo_surface_t *levels[MAX_LEVELS];    /* [0] the picture; NULL: not made yet */
};

/* Rows of a surface of Cairo's 32 bits a pixel. */
static guint32 *
get_row (cairo_surface_t *surface, int y)
{
  guint8 *data = cairo_image_surface_get_data (surface);

  return (guint32 *) (gpointer) (data + (gsize) y * cairo_image_surface_get_stride (surface));
}

static cairo_surface_t *
surface_from_image (PentImage *image)
{
  g_autoptr (PentImage) rgb = pent_image_to_rgb8 (image, NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, image->width, image->height);

  if (rgb == NULL || cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    return surface;
  for (int y = 0; y < rgb->height; y++)
    {
      const guint8 *from = rgb->pixels + y * rgb->stride;
      guint32 *to = get_row (surface, y);
      for (int x = 0; x < rgb->width; x++, from += 3)
        to[x] = 0xff000000u | (guint32) from[0] << 16 | (guint32) from[1] << 8 | from[2];
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

static guint32
average (guint32 a, guint32 b, guint32 c, guint32 d)
{
  guint32 even = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x020002;
  guint32 odd = ((a >> 8) & 0xff) + ((b >> 8) & 0xff) + ((c >> 8) & 0xff) + ((d >> 8) & 0xff) + 2;

  return 0xff000000u | ((even >> 2) & 0xff00ff) | ((odd >> 2) << 8);
}

static cairo_surface_t *
halve (cairo_surface_t *larger)
{
  int from_width = cairo_image_surface_get_width (larger), from_height = cairo_image_surface_get_height (larger);
  int width = (from_width + 1) / 2, height = (from_height + 1) / 2;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    return surface;
  for (int y = 0; y < height; y++)
    {
      const guint32 *upper = get_row (larger, 2 * y);
      const guint32 *lower = get_row (larger, MIN (2 * y + 1, from_height - 1));
      guint32 *to = get_row (surface, y);
      for (int x = 0; x < width; x++)
        {
          int right = MIN (2 * x + 1, from_width - 1);
          to[x] = average (upper[2 * x], upper[right], lower[2 * x], lower[right]);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

PentPyramid *
pent_pyramid_new (PentImage *image)
{
  PentPyramid *self = g_new0 (PentPyramid, 1);

  self->width = image->width;
  self->height = image->height;
  self->levels[0] = surface_from_image (image);
  self->n_levels = 1;
  return self;
}

void
pent_pyramid_free (PentPyramid *self)
{
  for (int i = 0; i < self->n_levels; i++)
    cairo_surface_destroy (self->levels[i]);
  g_free (self);
}

/* The smallest level with at least as many pixels as are shown. */
static int
find_level (PentPyramid *self, double scale)
{
  int level = 0;

  while (level + 1 < MAX_LEVELS && scale * (1 << (level + 1)) <= 1)
    level++;
  for (; self->n_levels <= level; self->n_levels++)
    self->levels[self->n_levels] = halve (self->levels[self->n_levels - 1]);
  return level;
}

/* What of @area the document covers, in pixels of the view. */
static PentRect
find_covered (int width, int height, const PentRect *area, double scale)
{
  PentRect document = { 0, 0, ceil (width * scale), ceil (height * scale) };

  return pent_rect_intersect (&document, area);
}

/**
 * pent_pyramid_render:
 * @area: pixels of the view, with the picture's upper left corner at 0
 * @scale: pixels of the view for one of the picture
 *
 * Enlarged six times or more, pixels are shown as they are; else they are
 * smoothed.
 *
 * Returns: (transfer full) (nullable): %NULL where the picture is elsewhere
 */
cairo_surface_t *
pent_pyramid_render (PentPyramid *self, const PentRect *area, double scale)
{
  PentRect covered = find_covered (self->width, self->height, area, scale);
  if (pent_rect_is_empty (&covered))
    return NULL;

  int level = find_level (self, scale);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, area->width, area->height);
  cairo_t *cr = cairo_create (surface);
  cairo_translate (cr, -area->x, -area->y);
  cairo_rectangle (cr, 0, 0, self->width * scale, self->height * scale);
  cairo_clip (cr);
  cairo_scale (cr, scale * (1 << level), scale * (1 << level));
  cairo_set_source_surface (cr, self->levels[level], 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), scale >= 6 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_BILINEAR);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_destroy (cr);
  return surface;
}

/* How many pixels of the document are shown in the @i-th of the view: from
 * bounds[i] to bounds[i + 1], and one where it is enlarged. */
static int
count (const int *bounds, int i)
{
  return MAX (bounds[i + 1] - bounds[i], 1);
}

/* Adds a row of the document to the sums of those pixels of the view that it
 * falls into. */
static void
add_row (const PentTileMask *mask, int y, const int *bounds, int n, guint32 *sums)
{
  int left = 0, end = 0;
  const guint8 *row = NULL;

  for (int i = 0; i < n; i++)
    for (int x = bounds[i]; x < bounds[i] + count (bounds, i); x++)
      {
        if (row == NULL || x >= end)
          {
            int run;
            row = pent_tile_mask_peek_row (mask, x, y, &run);
            left = x;
            end = x + run;
          }
        sums[i] += row[x - left];
      }
}

/* Where the document's pixels that are shown in each of @n pixels begin, and
 * where the last ends. */
static void
find_bounds (int start, int n, double scale, int size, int *bounds)
{
  for (int i = 0; i <= n; i++)
    bounds[i] = CLAMP ((int) floor ((start + i) / scale), 0, size);
  for (int i = 0; i < n; i++)
    bounds[i] = MIN (bounds[i], size - 1);
}

/**
 * pent_mask_render:
 * @colour: of what is repainted; its alpha is that of full strength
 * @area: pixels of the view, with the mask's upper left corner at 0
 * @scale: pixels of the view for one of the mask
 *
 * Shown small, a pixel has the mean strength of what it stands for.
 *
 * Returns: (transfer full) (nullable): %NULL where nothing is painted
 */
cairo_surface_t *
pent_mask_render (const PentTileMask *mask, const GdkRGBA *colour, const PentRect *area, double scale)
{
  int width = pent_tile_mask_get_width (mask), height = pent_tile_mask_get_height (mask);
  PentRect covered = find_covered (width, height, area, scale);
  PentRect part = { floor (covered.x / scale), floor (covered.y / scale),
                    ceil (covered.width / scale) + 2, ceil (covered.height / scale) + 2 };
  if (pent_rect_is_empty (&covered) || pent_tile_mask_is_clear (mask, &part))
    return NULL;

  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, area->width, area->height);
  g_autofree int *columns = g_new (int, covered.width + 1);
  g_autofree int *rows = g_new (int, covered.height + 1);
  g_autofree guint32 *sums = g_new (guint32, covered.width);
  find_bounds (covered.x, covered.width, scale, width, columns);
  find_bounds (covered.y, covered.height, scale, height, rows);
  for (int y = 0; y < covered.height; y++)
    {
      guint32 *to = get_row (surface, covered.y - area->y + y) + covered.x - area->x;
      int n_rows = count (rows, y);
      memset (sums, 0, covered.width * sizeof *sums);
      for (int i = 0; i < n_rows; i++)
        add_row (mask, rows[y] + i, columns, covered.width, sums);
      for (int x = 0; x < covered.width; x++)
        {
          float alpha = colour->alpha * sums[x] / (count (columns, x) * n_rows);
          guint32 red = alpha * colour->red + 0.5f, green = alpha * colour->green + 0.5f;
          guint32 blue = alpha * colour->blue + 0.5f;
          to[x] = (guint32) (alpha + 0.5f) << 24 | red << 16 | green << 8 | blue;
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}
