/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Products of matrices, a tile at a time: as many sums as there are registers,
 * each the dot product of a row and a column in the order of its elements, so
 * that a row's result does not depend on the rows beside it. Compiled once for
 * each instruction set. */

#include "pent-cpu-kernel-sets.h"
#include "pent-cpu-vector.h"

#define VECTORS PENT_CPU_PANEL_VECTORS
#define WIDTH   (VECTORS * PENT_LANES)
#define LINE    (64 / sizeof (float))

PENT_INLINE void
write_row (const PentCpuTile *self, const Vec sums[VECTORS], gsize row)
{
  const float *residual = self->residual != NULL ? self->residual + row * self->y_stride : NULL;
  float *y = self->y + row * self->y_stride;

  for (gsize i = 0; i < VECTORS && i * PENT_LANES < self->n_columns; i++)
    {
      gsize n = MIN (self->n_columns - i * PENT_LANES, PENT_LANES);
      Vec v = self->gated ? sums[0] * vec_gelu (sums[1]) : vec_activate (self->activation, sums[i]);
      if (n == PENT_LANES)
        {
          if (residual != NULL)
            v += vec_load (residual + i * PENT_LANES);
          vec_store (y + i * PENT_LANES, v);
          continue;
        }
      if (residual != NULL)
        v += vec_load_some (residual + i * PENT_LANES, n);
      vec_write_some (PENT_F32, y, i * PENT_LANES, v, n);
    }
}

PENT_INLINE void
multiply_rows (const PentCpuTile *self, const int n_rows)
{
  Vec sums[PENT_TILE_ROWS][VECTORS];

#pragma GCC unroll 14
  for (int row = 0; row < n_rows; row++)
    for (int i = 0; i < VECTORS; i++)
      sums[row][i] = vec_load (self->start + row * self->start_stride + i * PENT_LANES);
  const float *x = self->x, *panel = self->panel;
  gsize stride = self->x_stride;
  for (gsize k = 0; k < self->depth; k++, panel += WIDTH)
    {
      Vec w[VECTORS];
      if (k % LINE == 0)
        {
#pragma GCC unroll 14
          for (int row = 0; row < n_rows; row++)
            __builtin_prefetch (x + (row + n_rows) * stride + k);
        }
      for (int i = 0; i < VECTORS; i++)
        w[i] = vec_load (panel + i * PENT_LANES);
#pragma GCC unroll 14
      for (int row = 0; row < n_rows; row++)
        {
          Vec value = vec_all (x[row * stride + k]);
          for (int i = 0; i < VECTORS; i++)
            sums[row][i] = vec_fma (value, w[i], sums[row][i]);
        }
    }
#pragma GCC unroll 14
  for (int row = 0; row < n_rows; row++)
    write_row (self, sums[row], row);
}

#define DEFINE_ROWS(n)                              \
  static void multiply_##n (const PentCpuTile *self) \
  {                                                 \
    multiply_rows (self, n);                        \
  }

DEFINE_ROWS (1)
DEFINE_ROWS (2)
DEFINE_ROWS (3)
DEFINE_ROWS (4)
DEFINE_ROWS (5)
DEFINE_ROWS (6)
#if PENT_TILE_ROWS > 6
DEFINE_ROWS (7)
DEFINE_ROWS (8)
DEFINE_ROWS (9)
DEFINE_ROWS (10)
DEFINE_ROWS (11)
DEFINE_ROWS (12)
DEFINE_ROWS (13)
DEFINE_ROWS (14)
#endif

static void (*const multiply[]) (const PentCpuTile *) = {
  NULL, multiply_1, multiply_2, multiply_3, multiply_4, multiply_5, multiply_6,
#if PENT_TILE_ROWS > 6
  multiply_7, multiply_8, multiply_9, multiply_10, multiply_11, multiply_12, multiply_13, multiply_14,
#endif
};

void
PENT_CPU_IN_SET (pent_cpu_multiply_tile) (const PentCpuTile *self, gsize n_rows)
{
  multiply[n_rows](self);
}
