/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-rect.h"

gboolean
pent_rect_is_empty (const PentRect *self)
{
  return self->width <= 0 || self->height <= 0;
}

/**
 * pent_rect_contains:
 *
 * Returns: whether every pixel of @inner is one of @self
 */
gboolean
pent_rect_contains (const PentRect *self, const PentRect *inner)
{
  if (pent_rect_is_empty (inner))
    return TRUE;
  return inner->x >= self->x && inner->x + inner->width <= self->x + self->width
         && inner->y >= self->y && inner->y + inner->height <= self->y + self->height;
}

/**
 * pent_rect_intersect:
 *
 * Returns: what both have in common; empty where that is nothing
 */
PentRect
pent_rect_intersect (const PentRect *self, const PentRect *other)
{
  int left = MAX (self->x, other->x), top = MAX (self->y, other->y);
  int right = MIN (self->x + self->width, other->x + other->width);
  int bottom = MIN (self->y + self->height, other->y + other->height);

  return (PentRect){ left, top, MAX (right - left, 0), MAX (bottom - top, 0) };
}

/**
 * pent_rect_unite:
 *
 * Returns: the smallest rectangle that holds both; an empty one adds nothing
 */
PentRect
pent_rect_unite (const PentRect *self, const PentRect *other)
{
  if (pent_rect_is_empty (self))
    return *other;
  if (pent_rect_is_empty (other))
    return *self;

  int left = MIN (self->x, other->x), top = MIN (self->y, other->y);
  int right = MAX (self->x + self->width, other->x + other->width);
  int bottom = MAX (self->y + self->height, other->y + other->height);
  return (PentRect){ left, top, right - left, bottom - top };
}

/**
 * pent_rect_expand:
 *
 * Returns: @self with @pixels more on all four sides
 */
PentRect
pent_rect_expand (const PentRect *self, int pixels)
{
  return (PentRect){ self->x - pixels, self->y - pixels, self->width + 2 * pixels, self->height + 2 * pixels };
}
