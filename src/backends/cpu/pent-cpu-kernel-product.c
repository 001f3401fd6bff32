/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Products of matrices, a tile at a time: as many sums as there are registers,
 * each the dot product of a row and a column in the order of its elements, so
 * that a row's result does not depend on the rows beside it. Compiled once for
 * each instruction set. */

#include "pent-cpu-kernel-sets.h"
#include "pent-cpu-kernel-tile.h"

#define LINE    (64 / sizeof (float))

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
    write_row (&self->end, sums[row], row);
}

PENT_FOR_TILE_ROWS (multiply, PentCpuTile)

void
PENT_CPU_IN_SET (pent_cpu_multiply_tile) (const PentCpuTile *self, gsize n_rows)
{
  multiply[n_rows](self);
}
