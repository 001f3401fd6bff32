/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentRect:
 * @x: of the left edge, pixels
 * @y: of the upper edge
 * @width: 0 or more; without pixels where it or @height is 0
 * @height: 0 or more
 */
typedef struct
{
  int x;
  int y;
  int width;
  int height;
} PentRect;

gboolean pent_rect_is_empty  (const PentRect *self);
gboolean pent_rect_contains  (const PentRect *self, const PentRect *inner);
PentRect pent_rect_intersect (const PentRect *self, const PentRect *other);
PentRect pent_rect_unite     (const PentRect *self, const PentRect *other);
PentRect pent_rect_expand    (const PentRect *self, int pixels);

G_END_DECLS
