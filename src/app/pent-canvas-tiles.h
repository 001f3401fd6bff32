/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

#include "pent-rect.h"

G_BEGIN_DECLS

/**
 * PentTileRender:
 * @area: of the layer, in pixels of the view, with the document's origin at 0
 * @scale: pixels of the view for one of the document
 *
 * Returns: (transfer full) (nullable): the layer there, premultiplied, of the
 *   area's size; %NULL where nothing is to be seen
 */
typedef cairo_surface_t *(*PentTileRender) (gpointer data, const PentRect *area, double scale);

/**
 * PentCanvasTiles:
 *
 * One layer of the canvas as it is shown, in tiles that are drawn when they
 * come into view and kept while they are there. Their textures stay the same,
 * so that GTK redraws those alone that are new.
 */
typedef struct _PentCanvasTiles PentCanvasTiles;

PentCanvasTiles *pent_canvas_tiles_new  (int side, PentTileRender render, gpointer data);
void             pent_canvas_tiles_free (PentCanvasTiles *self);

typedef void (*PentTileVisit) (gpointer data, GdkTexture *texture, const PentRect *area);

void pent_canvas_tiles_each       (PentCanvasTiles *self, const PentRect *visible, double scale, PentTileVisit visit,
                                   gpointer data);
void pent_canvas_tiles_invalidate (PentCanvasTiles *self, const PentRect *document_area);
void pent_canvas_tiles_clear      (PentCanvasTiles *self);

G_END_DECLS
