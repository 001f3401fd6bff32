/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-tile-mask.h"

#include <string.h>

#include "pent-image-scale.h"
#include "pent-mask.h"

/* What lies beyond the mask's borders in a tile is 0. */
typedef struct
{
  gatomicrefcount refs;
  guint8          values[PENT_TILE_SIDE * PENT_TILE_SIDE];
} Tile;

struct _PentTileMask
{
  int    width;
  int    height;
  int    n_columns;
  int    n_rows;
  Tile **tiles;     /* by rows; NULL: nothing but zeros */
};

static const guint8 zeros[PENT_TILE_SIDE * PENT_TILE_SIDE];

static Tile *
tile_new (const guint8 *values)
{
  Tile *tile = g_new (Tile, 1);

  g_atomic_ref_count_init (&tile->refs);
  memcpy (tile->values, values, sizeof tile->values);
  return tile;
}

static Tile *
tile_ref (Tile *tile)
{
  if (tile != NULL)
    g_atomic_ref_count_inc (&tile->refs);
  return tile;
}

static void
tile_unref (Tile *tile)
{
  if (tile != NULL && g_atomic_ref_count_dec (&tile->refs))
    g_free (tile);
}

static const guint8 *
tile_values (const Tile *tile)
{
  return tile != NULL ? tile->values : zeros;
}

static int
n_tiles (const PentTileMask *self)
{
  return self->n_columns * self->n_rows;
}

/* The part of tile @i that lies inside the mask, in pixels of the mask. */
static PentRect
tile_area (const PentTileMask *self, int i)
{
  int x = i % self->n_columns * PENT_TILE_SIDE, y = i / self->n_columns * PENT_TILE_SIDE;

  return (PentRect) { x, y, MIN (PENT_TILE_SIDE, self->width - x), MIN (PENT_TILE_SIDE, self->height - y) };
}

static PentRect
whole (const PentTileMask *self)
{
  return (PentRect) { 0, 0, self->width, self->height };
}

/**
 * pent_tile_mask_new:
 * @width: 1 or more
 * @height: 1 or more
 *
 * Returns: (transfer full): a mask of zeros
 */
PentTileMask *
pent_tile_mask_new (int width, int height)
{
  g_return_val_if_fail (width > 0 && height > 0, NULL);

  PentTileMask *self = g_new (PentTileMask, 1);
  self->width = width;
  self->height = height;
  self->n_columns = (width + PENT_TILE_SIDE - 1) / PENT_TILE_SIDE;
  self->n_rows = (height + PENT_TILE_SIDE - 1) / PENT_TILE_SIDE;
  self->tiles = g_new0 (Tile *, n_tiles (self));
  return self;
}

PentTileMask *
pent_tile_mask_copy (const PentTileMask *self)
{
  PentTileMask *copy = pent_tile_mask_new (self->width, self->height);

  for (int i = 0; i < n_tiles (self); i++)
    copy->tiles[i] = tile_ref (self->tiles[i]);
  return copy;
}

void
pent_tile_mask_free (PentTileMask *self)
{
  for (int i = 0; i < n_tiles (self); i++)
    tile_unref (self->tiles[i]);
  g_free (self->tiles);
  g_free (self);
}

int
pent_tile_mask_get_width (const PentTileMask *self)
{
  return self->width;
}

int
pent_tile_mask_get_height (const PentTileMask *self)
{
  return self->height;
}

static int
find_tile (const PentTileMask *self, int x, int y)
{
  return y / PENT_TILE_SIDE * self->n_columns + x / PENT_TILE_SIDE;
}

static gsize
find_in_tile (int x, int y)
{
  return y % PENT_TILE_SIDE * PENT_TILE_SIDE + x % PENT_TILE_SIDE;
}

/**
 * pent_tile_mask_peek_row:
 * @x: inside the mask
 * @y: inside the mask
 * @n: (out): pixels from @x to where the tile or the mask ends
 *
 * Returns: (transfer none): the values of @n pixels; valid until the mask changes
 */
const guint8 *
pent_tile_mask_peek_row (const PentTileMask *self, int x, int y, int *n)
{
  *n = MIN (PENT_TILE_SIDE - x % PENT_TILE_SIDE, self->width - x);
  return tile_values (self->tiles[find_tile (self, x, y)]) + find_in_tile (x, y);
}

/**
 * pent_tile_mask_edit_row:
 * @x: inside the mask
 * @y: inside the mask
 * @n: (out): pixels from @x to where the tile or the mask ends
 *
 * Makes the tile this mask's own.
 *
 * Returns: (transfer none): the values of @n pixels, to be changed before
 *   anything else is done with the mask
 */
guint8 *
pent_tile_mask_edit_row (PentTileMask *self, int x, int y, int *n)
{
  Tile **tile = &self->tiles[find_tile (self, x, y)];

  if (*tile == NULL || !g_atomic_ref_count_compare (&(*tile)->refs, 1))
    {
      Tile *own = tile_new (tile_values (*tile));
      tile_unref (*tile);
      *tile = own;
    }
  *n = MIN (PENT_TILE_SIDE - x % PENT_TILE_SIDE, self->width - x);
  return (*tile)->values + find_in_tile (x, y);
}

/**
 * pent_tile_mask_get:
 *
 * Returns: the value of a pixel; 0 outside the mask
 */
guint8
pent_tile_mask_get (const PentTileMask *self, int x, int y)
{
  if (x < 0 || y < 0 || x >= self->width || y >= self->height)
    return 0;
  return tile_values (self->tiles[find_tile (self, x, y)])[find_in_tile (x, y)];
}

/**
 * pent_tile_mask_read:
 * @area: inside the mask
 * @values: (out caller-allocates): (area height, area width)
 * @stride: bytes from one row of @values to the next
 */
void
pent_tile_mask_read (const PentTileMask *self, const PentRect *area, guint8 *values, gsize stride)
{
  PentRect all = whole (self);
  g_return_if_fail (pent_rect_contains (&all, area));

  for (int y = 0; y < area->height; y++)
    for (int x = 0, n; x < area->width; x += n)
      {
        const guint8 *row = pent_tile_mask_peek_row (self, area->x + x, area->y + y, &n);
        n = MIN (n, area->width - x);
        memcpy (values + y * stride + x, row, n);
      }
}

/**
 * pent_tile_mask_write:
 * @area: inside the mask
 * @values: (area height, area width)
 * @stride: bytes from one row of @values to the next
 */
void
pent_tile_mask_write (PentTileMask *self, const PentRect *area, const guint8 *values, gsize stride)
{
  PentRect all = whole (self);
  g_return_if_fail (pent_rect_contains (&all, area));

  for (int y = 0; y < area->height; y++)
    for (int x = 0, n; x < area->width; x += n)
      {
        guint8 *row = pent_tile_mask_edit_row (self, area->x + x, area->y + y, &n);
        n = MIN (n, area->width - x);
        memcpy (row, values + y * stride + x, n);
      }
}

/**
 * pent_tile_mask_paste:
 * @other: what to put in, in place of what is there
 * @x: where its left edge goes; what falls outside is lost
 * @y: where its upper edge goes
 */
void
pent_tile_mask_paste (PentTileMask *self, const PentTileMask *other, int x, int y)
{
  PentRect all = whole (self);
  PentRect there = { x, y, other->width, other->height };
  PentRect area = pent_rect_intersect (&all, &there);

  for (int row = area.y; row < area.y + area.height; row++)
    for (int column = area.x, n; column < area.x + area.width; column += n)
      {
        int n_there;
        const guint8 *from = pent_tile_mask_peek_row (other, column - x, row - y, &n_there);
        guint8 *to = pent_tile_mask_edit_row (self, column, row, &n);
        n = MIN (MIN (n, n_there), area.x + area.width - column);
        memcpy (to, from, n);
      }
  pent_tile_mask_compact (self);
}

/**
 * pent_tile_mask_is_clear:
 *
 * Looks at tiles alone, so that it is quick.
 *
 * Returns: whether nothing was painted in any tile that @area touches
 */
gboolean
pent_tile_mask_is_clear (const PentTileMask *self, const PentRect *area)
{
  PentRect all = whole (self);
  PentRect inside = pent_rect_intersect (&all, area);

  if (pent_rect_is_empty (&inside))
    return TRUE;
  for (int row = inside.y / PENT_TILE_SIDE; row <= (inside.y + inside.height - 1) / PENT_TILE_SIDE; row++)
    for (int column = inside.x / PENT_TILE_SIDE; column <= (inside.x + inside.width - 1) / PENT_TILE_SIDE; column++)
      if (self->tiles[row * self->n_columns + column] != NULL)
        return FALSE;
  return TRUE;
}

/**
 * pent_tile_mask_fill:
 * @value: of every pixel from now on
 */
void
pent_tile_mask_fill (PentTileMask *self, guint8 value)
{
  Tile *full = NULL;

  if (value != 0)
    {
      full = tile_new (zeros);
      memset (full->values, value, sizeof full->values);
    }
  for (int i = 0; i < n_tiles (self); i++)
    {
      PentRect area = tile_area (self, i);
      gboolean inner = area.width == PENT_TILE_SIDE && area.height == PENT_TILE_SIDE;

      tile_unref (self->tiles[i]);
      self->tiles[i] = NULL;
      if (inner)
        self->tiles[i] = tile_ref (full);
      else if (value != 0)
        for (int y = 0, n; y < area.height; y++)
          {
            guint8 *row = pent_tile_mask_edit_row (self, area.x, area.y + y, &n);
            memset (row, value, n);
          }
    }
  tile_unref (full);
}

/**
 * pent_tile_mask_invert:
 *
 * What was kept is repainted, and the other way round.
 */
void
pent_tile_mask_invert (PentTileMask *self)
{
  g_autoptr (PentTileMask) old = pent_tile_mask_copy (self);

  pent_tile_mask_fill (self, 255);
  for (int i = 0; i < n_tiles (old); i++)
    {
      PentRect area = tile_area (old, i);
      if (old->tiles[i] == NULL)
        continue;
      for (int y = 0, n; y < area.height; y++)
        {
          const guint8 *from = pent_tile_mask_peek_row (old, area.x, area.y + y, &n);
          guint8 *to = pent_tile_mask_edit_row (self, area.x, area.y + y, &n);
          for (int x = 0; x < n; x++)
            to[x] = 255 - from[x];
        }
    }
  pent_tile_mask_compact (self);
}

/**
 * pent_tile_mask_compact:
 *
 * Frees tiles that hold nothing but zeros; no value changes.
 */
void
pent_tile_mask_compact (PentTileMask *self)
{
  for (int i = 0; i < n_tiles (self); i++)
    if (self->tiles[i] != NULL && memcmp (self->tiles[i]->values, zeros, sizeof zeros) == 0)
      {
        tile_unref (self->tiles[i]);
        self->tiles[i] = NULL;
      }
}

static gboolean
tiles_equal (const Tile *a, const Tile *b)
{
  return a == b || memcmp (tile_values (a), tile_values (b), sizeof zeros) == 0;
}

/**
 * pent_tile_mask_equal:
 *
 * Returns: whether both have one size and the same values
 */
gboolean
pent_tile_mask_equal (const PentTileMask *self, const PentTileMask *other)
{
  if (self->width != other->width || self->height != other->height)
    return FALSE;
  for (int i = 0; i < n_tiles (self); i++)
    if (!tiles_equal (self->tiles[i], other->tiles[i]))
      return FALSE;
  return TRUE;
}

gboolean
pent_tile_mask_is_empty (const PentTileMask *self)
{
  for (int i = 0; i < n_tiles (self); i++)
    if (!tiles_equal (self->tiles[i], NULL))
      return FALSE;
  return TRUE;
}

/**
 * pent_tile_mask_find_bounds:
 *
 * Returns: the smallest area that holds every value above 0; empty where there
 *   is none
 */
PentRect
pent_tile_mask_find_bounds (const PentTileMask *self)
{
  int left = self->width, top = self->height, right = 0, bottom = 0;

  for (int i = 0; i < n_tiles (self); i++)
    {
      PentRect area = tile_area (self, i);
      const guint8 *values = tile_values (self->tiles[i]);
      if (self->tiles[i] == NULL)
        continue;
      for (int y = 0; y < area.height; y++)
        for (int x = 0; x < area.width; x++)
          if (values[y * PENT_TILE_SIDE + x] != 0)
            {
              left = MIN (left, area.x + x);
              right = MAX (right, area.x + x + 1);
              top = MIN (top, area.y + y);
              bottom = MAX (bottom, area.y + y + 1);
            }
    }
  return right > left ? (PentRect) { left, top, right - left, bottom - top } : (PentRect) { 0 };
}

/**
 * pent_tile_mask_find_difference:
 * @other: of the same size
 *
 * Returns: an area of whole tiles, cut at the borders, outside which both are
 *   the same; empty where they are the same throughout
 */
PentRect
pent_tile_mask_find_difference (const PentTileMask *self, const PentTileMask *other)
{
  PentRect difference = { 0 };

  g_return_val_if_fail (self->width == other->width && self->height == other->height, difference);
  for (int i = 0; i < n_tiles (self); i++)
    if (!tiles_equal (self->tiles[i], other->tiles[i]))
      {
        PentRect area = tile_area (self, i);
        difference = pent_rect_unite (&difference, &area);
      }
  return difference;
}

/**
 * pent_tile_mask_measure_own:
 * @other: (nullable): of any size
 *
 * Returns: bytes of memory that @self takes and does not share with @other
 */
gsize
pent_tile_mask_measure_own (const PentTileMask *self, const PentTileMask *other)
{
  gboolean comparable = other != NULL && other->width == self->width && other->height == self->height;
  gsize bytes = sizeof *self + n_tiles (self) * sizeof (Tile *);

  for (int i = 0; i < n_tiles (self); i++)
    if (self->tiles[i] != NULL && !(comparable && self->tiles[i] == other->tiles[i]))
      bytes += sizeof (Tile);
  return bytes;
}

/**
 * pent_tile_mask_to_image:
 *
 * Returns: (transfer full): the mask as a grey picture of 8 bits, white where
 *   it is repainted; %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_tile_mask_to_image (const PentTileMask *self, GError **error)
{
  PentRect area = whole (self);
  PentImage *image = pent_image_new (self->width, self->height, 1, 8, error);

  if (image != NULL)
    pent_tile_mask_read (self, &area, image->pixels, image->stride);
  return image;
}

static guint8
mask_value (const PentImage *image, int x, int y)
{
  return pent_mask_value (image, x, y) * 255 + 0.5f;
}

/* Resampling rings a little on both sides of a hard edge, and what is kept
 * shall be kept. */
static guint8
without_ringing (guint8 value)
{
  return value < 8 ? 0 : value > 247 ? 255 : value;
}

/**
 * pent_tile_mask_from_image:
 * @image: of any kind; its luminance counts, times its alpha where it has one
 * @width: of the mask
 * @height: of the mask
 *
 * The same meaning a mask's file has on the command line. A picture of another
 * size is stretched over the mask.
 *
 * Returns: (transfer full): the mask; %NULL with %PENT_ERROR_MEMORY
 */
PentTileMask *
pent_tile_mask_from_image (PentImage *image, int width, int height, GError **error)
{
  gboolean fits = image->width == width && image->height == height;
  g_autoptr (PentImage) fitting = fits ? pent_image_ref (image) : pent_image_scale (image, width, height, error);
  if (fitting == NULL)
    return NULL;

  PentTileMask *self = pent_tile_mask_new (width, height);
  for (int y = 0; y < height; y++)
    for (int x = 0, n; x < width; x += n)
      {
        guint8 *row = pent_tile_mask_edit_row (self, x, y, &n);
        for (int i = 0; i < n; i++)
          row[i] = fits ? mask_value (fitting, x + i, y) : without_ringing (mask_value (fitting, x + i, y));
      }
  pent_tile_mask_compact (self);
  return self;
}
