/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the kernels of products share. */

#include "pent-cpu-kernels.h"
#include "pent-cpu-vector.h"

#define VECTORS PENT_CPU_PANEL_VECTORS
#define WIDTH   (VECTORS * PENT_LANES)

/* Ends the sums of row @row of a tile. */
PENT_INLINE void
write_row (const PentCpuTileEnd *self, const Vec sums[VECTORS], gsize row)
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

/* Defines name[n], name_rows (self, n) with n as a constant, for every number
 * of rows that a tile may have. */
#define PENT_DEFINE_ROWS(name, Type, n)        \
  static void name##_##n (const Type *self)    \
  {                                            \
    name##_rows (self, n);                     \
  }
#define PENT_DEFINE_FEW_ROWS(name, Type)                                                             \
  PENT_DEFINE_ROWS (name, Type, 1) PENT_DEFINE_ROWS (name, Type, 2) PENT_DEFINE_ROWS (name, Type, 3) \
  PENT_DEFINE_ROWS (name, Type, 4) PENT_DEFINE_ROWS (name, Type, 5) PENT_DEFINE_ROWS (name, Type, 6)
#define PENT_DEFINE_MORE_ROWS(name, Type)                                                              \
  PENT_DEFINE_ROWS (name, Type, 7) PENT_DEFINE_ROWS (name, Type, 8) PENT_DEFINE_ROWS (name, Type, 9)   \
  PENT_DEFINE_ROWS (name, Type, 10) PENT_DEFINE_ROWS (name, Type, 11) PENT_DEFINE_ROWS (name, Type, 12) \
  PENT_DEFINE_ROWS (name, Type, 13) PENT_DEFINE_ROWS (name, Type, 14)

#if PENT_TILE_ROWS > 6
# define PENT_FOR_TILE_ROWS(name, Type)                                                                    \
  PENT_DEFINE_FEW_ROWS (name, Type)                                                                        \
  PENT_DEFINE_MORE_ROWS (name, Type)                                                                       \
  static void (*const name[]) (const Type *) = {                                                           \
    NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8, name##_9, name##_10, \
    name##_11, name##_12, name##_13, name##_14,                                                            \
  };
#else
# define PENT_FOR_TILE_ROWS(name, Type)                                            \
  PENT_DEFINE_FEW_ROWS (name, Type)                                                \
  static void (*const name[]) (const Type *) = {                                   \
    NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6,              \
  };
#endif
