/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-rect.h"
#include "pent-request.h"

G_BEGIN_DECLS

/**
 * PentEdit:
 * @width: of the picture, pixels, at least 1
 * @height: likewise
 * @bounds: what holds every masked pixel, inside the picture; not empty
 * @native: side of the square pictures that the model was made for, pixels
 * @cell: pixels along a side of a latent's cell, a power of two
 * @region: what is to be computed
 * @grow: pixels, or %PENT_UNSET
 * @feather: pixels, or %PENT_UNSET
 * @blend: pixels, or %PENT_UNSET
 * @strength: 0 to 1; less of it needs less feather
 *
 * What the geometry of an edit follows from.
 */
typedef struct
{
  int        width, height;
  PentRect   bounds;
  int        native;
  int        cell;
  PentRegion region;
  int        grow, feather, blend;
  double     strength;
} PentEdit;

/**
 * PentGeometry:
 * @grow: pixels by which the mask that the model sees is wider
 * @feather: width of its slope
 * @blend: width of the slope by which the result joins the picture, inside the
 *   mask
 * @ring: width of the surroundings that the result's colours are matched with
 * @region: what is computed, in pixels of the picture; its sides are multiples
 *   of the cell, so it may reach beyond the picture's right and lower edge by
 *   less than a cell
 * @run_width: the size it is computed at, a multiple of the cell; the region's
 *   own unless it is scaled
 * @run_height: likewise
 */
typedef struct
{
  int      grow, feather, blend, ring;
  PentRect region;
  int      run_width, run_height;
} PentGeometry;

PentGeometry pent_geometry_solve     (const PentEdit *edit);
gboolean     pent_geometry_is_whole  (const PentEdit *edit);
gboolean     pent_geometry_is_scaled (const PentGeometry *self);
int          pent_geometry_pad       (int length, int cell);

/* The largest picture that a model paints well at its own scale, as a multiple
 * of its native area. */
#define PENT_GEOMETRY_COMFORT 1.5

G_END_DECLS
