/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-mask-blend.h"

/* a * b / 255, rounded to the nearest; exact for every pair of bytes. */
static inline guint8
multiply (guint a, guint b)
{
  guint product = a * b + 128;

  return (product + (product >> 8)) >> 8;
}

/**
 * pent_mask_blend_row:
 * @result: (out caller-allocates): @n values; may be @base
 * @base: @n values before
 * @coverage: @n values: how much of each pixel is painted, 255 is all
 * @erase: whether 0 is painted, else 255
 *
 * Paints one row, as one sheet of glass is laid over another.
 */
void
pent_mask_blend_row (guint8 *result, const guint8 *base, const guint8 *coverage, int n, gboolean erase)
{
  if (erase)
    for (int i = 0; i < n; i++)
      result[i] = multiply (base[i], 255 - coverage[i]);
  else
    for (int i = 0; i < n; i++)
      result[i] = 255 - multiply (255 - base[i], 255 - coverage[i]);
}
