/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-viewport.h"

#include <math.h>

/* How much of the document stays in view however far it is panned. */
#define ALWAYS_SEEN 32

static double
keep_seen (double origin, int start, int length, double scale, int size)
{
  double low = ALWAYS_SEEN - (start + length) * scale;
  double high = size - ALWAYS_SEEN - start * scale;

  return round (low < high ? CLAMP (origin, low, high) : (low + high) / 2);
}

static void
settle (PentViewport *self)
{
  self->x = keep_seen (self->x, self->extent.x, self->extent.width, self->scale, self->width);
  self->y = keep_seen (self->y, self->extent.y, self->extent.height, self->scale, self->height);
}

/**
 * pent_viewport_fit:
 *
 * Shows all there is, in the middle, from now on at any size. Small pictures
 * are not enlarged beyond whole multiples, so that they stay sharp.
 */
void
pent_viewport_fit (PentViewport *self)
{
  double room_x = MAX (self->width - 2 * self->border, 1), room_y = MAX (self->height - 2 * self->border, 1);
  double scale = MIN (room_x / MAX (self->extent.width, 1), room_y / MAX (self->extent.height, 1));

  self->fits = TRUE;
  self->scale = CLAMP (scale > 1 ? floor (scale * 4) / 4 : scale, PENT_VIEWPORT_MIN_SCALE, PENT_VIEWPORT_MAX_SCALE);
  self->x = round ((self->width - self->extent.width * self->scale) / 2 - self->extent.x * self->scale);
  self->y = round ((self->height - self->extent.height * self->scale) / 2 - self->extent.y * self->scale);
}

void
pent_viewport_set_size (PentViewport *self, int width, int height, int border)
{
  if (width == self->width && height == self->height && border == self->border)
    return;
  /* What is in the middle stays there. */
  self->x += (width - self->width) / 2;
  self->y += (height - self->height) / 2;
  self->width = width;
  self->height = height;
  self->border = border;
  self->fits ? pent_viewport_fit (self) : settle (self);
}

void
pent_viewport_set_extent (PentViewport *self, const PentRect *extent)
{
  self->extent = *extent;
  self->fits ? pent_viewport_fit (self) : settle (self);
}

/**
 * pent_viewport_zoom:
 * @scale: new; brought into its limits
 * @x: in the view: what is there stays there
 * @y: likewise
 */
void
pent_viewport_zoom (PentViewport *self, double scale, double x, double y)
{
  double document_x, document_y;

  pent_viewport_to_document (self, x, y, &document_x, &document_y);
  self->fits = FALSE;
  self->scale = CLAMP (scale, PENT_VIEWPORT_MIN_SCALE, PENT_VIEWPORT_MAX_SCALE);
  self->x = x - document_x * self->scale;
  self->y = y - document_y * self->scale;
  settle (self);
}

void
pent_viewport_pan (PentViewport *self, double dx, double dy)
{
  self->fits = FALSE;
  self->x += dx;
  self->y += dy;
  settle (self);
}

void
pent_viewport_to_document (const PentViewport *self, double x, double y, double *document_x, double *document_y)
{
  *document_x = (x - self->x) / self->scale;
  *document_y = (y - self->y) / self->scale;
}

void
pent_viewport_from_document (const PentViewport *self, double x, double y, double *view_x, double *view_y)
{
  *view_x = x * self->scale + self->x;
  *view_y = y * self->scale + self->y;
}
