/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Products of whole numbers of 8 bits, with exact sums. Compiled for the
 * instruction sets that have them. */

#include "pent-cpu-kernel-sets.h"
#include "pent-cpu-kernel-tile.h"

typedef guint8 VecB __attribute__ ((vector_size (PENT_LANES)));

/* A row whose largest value is less is all zeros: the inverse must be finite. */
#define SMALLEST 1e-30f

/* Adding and subtracting it leaves whole numbers, ties to even. */
#define ROUND 12582912.0f

/* What is four times one byte of x, unsigned, times one of w, signed, in each lane */
PENT_INLINE VecI
add_dots (VecI sum, VecI x, VecI w)
{
  return (VecI) _mm512_dpbusd_epi32 ((__m512i) sum, (__m512i) x, (__m512i) w);
}

PENT_INLINE VecI
load_ints (const void *from)
{
  VecI v;

  memcpy (&v, from, sizeof v);
  return v;
}

PENT_INLINE void
end_row (const PentCpuInt8Tile *self, const VecI sums[VECTORS], gsize row)
{
  Vec values[VECTORS];

  for (int i = 0; i < VECTORS; i++)
    {
      Vec scale = vec_all (self->row_scales[row]) * vec_load (self->scales + i * PENT_LANES);
      values[i] = vec_fma (__builtin_convertvector (sums[i], Vec), scale, vec_load (self->bias + i * PENT_LANES));
    }
  write_row (&self->end, values, row);
}

PENT_INLINE void
multiply_rows (const PentCpuInt8Tile *self, const int n_rows)
{
  VecI sums[PENT_TILE_ROWS][VECTORS];

#pragma GCC unroll 14
  for (int row = 0; row < n_rows; row++)
    for (int i = 0; i < VECTORS; i++)
      sums[row][i] = load_ints (self->starts + i * PENT_LANES);
  const guint8 *x = self->x;
  const gint8 *panel = self->panel;
  for (gsize k = 0; k < self->quads; k++, x += 4, panel += 4 * WIDTH)
    {
      VecI w[VECTORS];
      for (int i = 0; i < VECTORS; i++)
        w[i] = load_ints (panel + 4 * i * PENT_LANES);
#pragma GCC unroll 14
      for (int row = 0; row < n_rows; row++)
        {
          gint32 four;
          memcpy (&four, x + row * self->x_stride, sizeof four);
          VecI values = (VecI) { 0 } + four;
          for (int i = 0; i < VECTORS; i++)
            sums[row][i] = add_dots (sums[row][i], values, w[i]);
        }
    }
#pragma GCC unroll 14
  for (int row = 0; row < n_rows; row++)
    end_row (self, sums[row], row);
}

PENT_FOR_TILE_ROWS (multiply, PentCpuInt8Tile)

void
PENT_CPU_IN_SET (pent_cpu_multiply_int8_tile) (const PentCpuInt8Tile *self, gsize n_rows)
{
  multiply[n_rows](self);
}

/* The largest magnitude; NaN where a value is not finite. */
PENT_INLINE float
find_top (const float *x, gsize n)
{
  Vec top = vec_all (0), sound = vec_all (0);
  gsize i = 0;

  for (; i + PENT_LANES <= n; i += PENT_LANES)
    {
      Vec v = vec_load (x + i);
      top = vec_max (top, vec_max (v, -v));
      sound += v * 0;
    }
  if (i < n)
    {
      Vec v = vec_load_some (x + i, n - i);
      top = vec_max (top, vec_max (v, -v));
      sound += v * 0;
    }
  return vec_top (top) + vec_sum (sound);
}

void
PENT_CPU_IN_SET (pent_cpu_quantise_row) (const float *x, gsize n, guint8 *to, float *scale)
{
  float top = find_top (x, n), inverse = top >= SMALLEST ? 127 / top : 0;
  gsize i = 0;

  *scale = top >= SMALLEST ? top / 127 : top * 0;
  for (; i + PENT_LANES <= n && inverse > 0; i += PENT_LANES)
    {
      Vec v = vec_load (x + i) * inverse + ROUND - ROUND + 128;
      VecB bytes = __builtin_convertvector (__builtin_convertvector (v, VecI), VecB);
      memcpy (to + i, &bytes, sizeof bytes);
    }
  for (; i < n && inverse > 0; i++)
    to[i] = (guint8) (x[i] * inverse + ROUND - ROUND + 128);
  memset (to + i, 128, (n + 3) / 4 * 4 - i);
}
