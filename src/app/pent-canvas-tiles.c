/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-canvas-tiles.h"

#include <math.h>

typedef struct
{
  int         column;
  int         row;
  GdkTexture *texture;    /* NULL: nothing to be seen */
} Tile;

struct _PentCanvasTiles
{
  int            side;
  PentTileRender render;
  gpointer       data;
  double         scale;
  GHashTable    *tiles;   /* a set of Tile, by column and row */
};

static guint
tile_hash (gconstpointer key)
{
  const Tile *tile = key;

  return (guint) tile->column * 73856093u ^ (guint) tile->row * 19349663u;
}

static gboolean
tile_equal (gconstpointer a, gconstpointer b)
{
  const Tile *tile = a, *other = b;

  return tile->column == other->column && tile->row == other->row;
}

static void
tile_free (gpointer tile)
{
  g_clear_object (&((Tile *) tile)->texture);
  g_free (tile);
}

/**
 * pent_canvas_tiles_new:
 * @side: of a tile, pixels of the view
 */
PentCanvasTiles *
pent_canvas_tiles_new (int side, PentTileRender render, gpointer data)
{
  PentCanvasTiles *self = g_new0 (PentCanvasTiles, 1);

  self->side = side;
  self->render = render;
  self->data = data;
  self->tiles = g_hash_table_new_full (tile_hash, tile_equal, tile_free, NULL);
  return self;
}

void
pent_canvas_tiles_free (PentCanvasTiles *self)
{
  g_hash_table_unref (self->tiles);
  g_free (self);
}

void
pent_canvas_tiles_clear (PentCanvasTiles *self)
{
  g_hash_table_remove_all (self->tiles);
}

static GdkTexture *
texture_from_surface (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  gsize stride = cairo_image_surface_get_stride (surface);

  cairo_surface_flush (surface);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface), stride * height,
                                                         (GDestroyNotify) cairo_surface_destroy, surface);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
}

static Tile *
get_tile (PentCanvasTiles *self, int column, int row)
{
  Tile wanted = { column, row, NULL };
  Tile *tile = g_hash_table_lookup (self->tiles, &wanted);
  if (tile != NULL)
    return tile;

  PentRect area = { column * self->side, row * self->side, self->side, self->side };
  cairo_surface_t *surface = self->render (self->data, &area, self->scale);
  wanted.texture = surface != NULL ? texture_from_surface (surface) : NULL;
  tile = g_memdup2 (&wanted, sizeof wanted);
  g_hash_table_add (self->tiles, tile);
  return tile;
}

/* Columns and rows of @area in @tile units. */
static PentRect
to_tiles (PentCanvasTiles *self, const PentRect *area)
{
  int left = floor ((double) area->x / self->side), top = floor ((double) area->y / self->side);
  int right = ceil ((double) (area->x + area->width) / self->side);
  int bottom = ceil ((double) (area->y + area->height) / self->side);

  return (PentRect) { left, top, right - left, bottom - top };
}

static gboolean
is_outside (gpointer key, gpointer value, gpointer data)
{
  const Tile *tile = key;
  PentRect place = { tile->column, tile->row, 1, 1 };

  return !pent_rect_contains (data, &place);
}

/**
 * pent_canvas_tiles_each:
 * @visible: pixels of the view, with the document's origin at 0
 * @scale: pixels of the view for one of the document
 * @visit: is shown every texture there, and where it goes
 */
void
pent_canvas_tiles_each (PentCanvasTiles *self, const PentRect *visible, double scale, PentTileVisit visit, gpointer data)
{
  PentRect tiles = to_tiles (self, visible);
  PentRect kept = pent_rect_expand (&tiles, 2);

  if (scale != self->scale)
    pent_canvas_tiles_clear (self);
  self->scale = scale;
  g_hash_table_foreach_remove (self->tiles, is_outside, &kept);
  for (int row = tiles.y; row < tiles.y + tiles.height; row++)
    for (int column = tiles.x; column < tiles.x + tiles.width; column++)
      {
        Tile *tile = get_tile (self, column, row);
        PentRect area = { column * self->side, row * self->side, self->side, self->side };
        if (tile->texture != NULL)
          visit (data, tile->texture, &area);
      }
}

static gboolean
is_inside (gpointer key, gpointer value, gpointer data)
{
  return !is_outside (key, value, data);
}

/**
 * pent_canvas_tiles_invalidate:
 * @document_area: what has changed, pixels of the document
 */
void
pent_canvas_tiles_invalidate (PentCanvasTiles *self, const PentRect *document_area)
{
  PentRect area = { floor (document_area->x * self->scale) - 1, floor (document_area->y * self->scale) - 1,
                    ceil (document_area->width * self->scale) + 2, ceil (document_area->height * self->scale) + 2 };
  PentRect tiles = to_tiles (self, &area);

  g_hash_table_foreach_remove (self->tiles, is_inside, &tiles);
}
