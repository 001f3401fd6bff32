/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture that is too large for one run as tiles that overlap. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-tiles.h"

#include "pent-geometry.h"

/**
 * pent_tiles_share_out:
 * @length: pixels to cover
 * @side: what a tile is to be long; a quarter more is still one tile
 * @tile: (out): what each tile is long
 *
 * Returns: (transfer full) (element-type int): where the tiles start, evenly
 *   spaced; neighbours overlap by at least a quarter of @side
 */
GArray *
pent_tiles_share_out (int length, int side, int *tile)
{
  GArray *starts = g_array_new (FALSE, FALSE, sizeof (int));
  int overlap = side / 4;
  int n = 1;

  *tile = length;
  if (length > side * 5 / 4)
    {
      *tile = side;
      n = (length - overlap + side - overlap - 1) / (side - overlap);
    }
  for (int i = 0; i < n; i++)
    {
      int start = n > 1 ? (int) ((gint64) i * (length - *tile) / (n - 1)) : 0;
      g_array_append_val (starts, start);
    }
  return starts;
}

/**
 * pent_tiles_plan:
 * @width: of the picture
 * @height: of the picture
 * @side: of a tile, a multiple of @cell
 * @cell: pixels along a side of a latent's cell
 *
 * Returns: (transfer full) (element-type PentRect): tiles row by row that cover
 *   the picture; their sides are multiples of @cell, and they reach over its
 *   right and lower edge by less than one
 */
GArray *
pent_tiles_plan (int width, int height, int side, int cell)
{
  GArray *tiles = g_array_new (FALSE, FALSE, sizeof (PentRect));
  int tile_width, tile_height;
  g_autoptr (GArray) columns = pent_tiles_share_out (pent_geometry_pad (width, cell), side, &tile_width);
  g_autoptr (GArray) rows = pent_tiles_share_out (pent_geometry_pad (height, cell), side, &tile_height);

  for (guint i = 0; i < rows->len; i++)
    for (guint j = 0; j < columns->len; j++)
      {
        const PentRect tile = {
          g_array_index (columns, int, j), g_array_index (rows, int, i), tile_width, tile_height,
        };
        g_array_append_val (tiles, tile);
      }
  return tiles;
}
