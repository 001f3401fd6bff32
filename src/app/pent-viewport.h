/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "pent-rect.h"

G_BEGIN_DECLS

/**
 * PentViewport:
 * @width: of the view
 * @height: of the view
 * @extent: what there is to see, pixels of the document
 * @border: that is left free around it where it is fitted
 * @scale: pixels of the view for one of the document
 * @x: where the document's origin is in the view; a whole number
 * @y: likewise
 * @fits: whether the view follows the extent
 *
 * Which part of a document a view shows. All lengths of the view are pixels
 * of its surface, so at a scale of 1 a pixel is a pixel on any display.
 */
typedef struct
{
  int      width;
  int      height;
  PentRect extent;
  int      border;
  double   scale;
  double   x;
  double   y;
  gboolean fits;
} PentViewport;

#define PENT_VIEWPORT_MIN_SCALE 0.004
#define PENT_VIEWPORT_MAX_SCALE 32.0

void pent_viewport_set_size   (PentViewport *self, int width, int height, int border);
void pent_viewport_set_extent (PentViewport *self, const PentRect *extent);
void pent_viewport_fit        (PentViewport *self);
void pent_viewport_zoom       (PentViewport *self, double scale, double x, double y);
void pent_viewport_pan        (PentViewport *self, double dx, double dy);

void pent_viewport_to_document   (const PentViewport *self, double x, double y, double *document_x, double *document_y);
void pent_viewport_from_document (const PentViewport *self, double x, double y, double *view_x, double *view_y);

G_END_DECLS
