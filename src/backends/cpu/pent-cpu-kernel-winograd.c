/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The transforms of F(4x4, 3x3) of Lavin and Gray 2015, "Fast algorithms for
 * convolutional neural networks", on vectors of channels. Compiled once for
 * each instruction set. */

#include "pent-cpu-kernel-sets.h"
#include "pent-cpu-vector.h"

#define TILE   PENT_CPU_WINOGRAD_TILE
#define PATCH  PENT_CPU_WINOGRAD_PATCH
#define PLANES PENT_CPU_WINOGRAD_PLANES

/* B^T of the paper times six values, @stride apart. */
PENT_INLINE void
transform_in (const Vec *d, int stride, Vec *to)
{
  const Vec four = vec_all (4), five = vec_all (5), two = vec_all (2);
  Vec d0 = d[0], d1 = d[stride], d2 = d[2 * stride], d3 = d[3 * stride], d4 = d[4 * stride], d5 = d[5 * stride];
  Vec even = vec_fma (-four, d2, d4), odd = vec_fma (-four, d1, d3);
  Vec near = d4 - d2, far = two * (d3 - d1);

  to[0] = vec_fma (four, d0, vec_fma (-five, d2, d4));
  to[1] = even + odd;
  to[2] = even - odd;
  to[3] = near + far;
  to[4] = near - far;
  to[5] = vec_fma (four, d1, vec_fma (-five, d3, d5));
}

/* A^T of the paper times six values, @stride apart. */
PENT_INLINE void
transform_out (const Vec *m, int stride, Vec *to)
{
  Vec m1 = m[stride], m2 = m[2 * stride], m3 = m[3 * stride], m4 = m[4 * stride];
  Vec near_sum = m1 + m2, near_difference = m1 - m2, far_sum = m3 + m4, far_difference = m3 - m4;

  to[0] = m[0] + near_sum + far_sum;
  to[1] = vec_fma (vec_all (2), far_difference, near_difference);
  to[2] = vec_fma (vec_all (4), far_sum, near_sum);
  to[3] = vec_fma (vec_all (8), far_difference, near_difference) + m[5 * stride];
}

/* The pixels of the 6x6 patch under a tile, each a row of channels. */
static void
find_patch (const PentCpuWinograd *self, const float *x, gsize tile, const float *patch[PLANES])
{
  gint64 top = (gint64) tile / self->tiles_across * TILE - self->pad_top;
  gint64 left = (gint64) tile % self->tiles_across * TILE - self->pad_left;

  for (int i = 0; i < PATCH; i++)
    for (int j = 0; j < PATCH; j++)
      {
        gint64 row = top + i, column = left + j;
        gboolean inside = row >= 0 && row < self->in_h && column >= 0 && column < self->in_w;
        patch[i * PATCH + j] = inside ? x + (row * self->in_w + column) * self->in : self->zeros;
      }
}

PENT_INLINE void
input_vector (const PentCpuWinograd *self, const float *const patch[PLANES], gsize c, gsize n_lanes, float *to)
{
  Vec d[PLANES], rows[PLANES];

  for (int i = 0; i < PLANES; i++)
    d[i] = n_lanes < PENT_LANES ? vec_load_some (patch[i] + c, n_lanes) : vec_load (patch[i] + c);
  for (int j = 0; j < PATCH; j++)
    transform_in (d + j, PATCH, rows + j * PATCH);
  for (int i = 0; i < PATCH; i++)
    {
      Vec values[PATCH];
      transform_in (rows + i, PATCH, values);
      for (int j = 0; j < PATCH; j++)
        vec_write_some (PENT_F32, to + (i * PATCH + j) * self->plane * self->in, c, values[j], n_lanes);
    }
}

void
PENT_CPU_IN_SET (pent_cpu_winograd_input) (const PentCpuWinograd *self, const float *x, gsize tile, float *to)
{
  const float *patch[PLANES];
  gsize c = 0, n = self->in;

  find_patch (self, x, tile, patch);
  for (; c + PENT_LANES <= n; c += PENT_LANES)
    input_vector (self, patch, c, PENT_LANES, to);
  if (c < n)
    input_vector (self, patch, c, n - c, to);
}

PENT_INLINE void
output_vector (const PentCpuWinograd *self, const float *from, gsize tile, gsize c, gsize n_lanes, const float *bias,
               const float *residual, float *y)
{
  Vec m[PLANES], rows[TILE * PATCH];
  gint64 top = (gint64) tile / self->tiles_across * TILE, left = (gint64) tile % self->tiles_across * TILE;
  Vec offset = n_lanes < PENT_LANES ? vec_load_some (bias + c, n_lanes) : vec_load (bias + c);

  for (int i = 0; i < PLANES; i++)
    {
      const float *at = from + i * self->plane * self->out + c;
      m[i] = n_lanes < PENT_LANES ? vec_load_some (at, n_lanes) : vec_load (at);
    }
  for (int j = 0; j < PATCH; j++)
    transform_out (m + j, PATCH, rows + j * TILE);
  for (int i = 0; i < TILE && top + i < self->out_h; i++)
    {
      Vec values[TILE];
      transform_out (rows + i, TILE, values);
      for (int j = 0; j < TILE && left + j < self->out_w; j++)
        {
          gsize at = ((top + i) * self->out_w + left + j) * self->out + c;
          Vec v = vec_activate (self->activation, values[j] + offset);
          if (residual != NULL)
            v += n_lanes < PENT_LANES ? vec_load_some (residual + at, n_lanes) : vec_load (residual + at);
          vec_write_some (PENT_F32, y, at, v, n_lanes);
        }
    }
}

void
PENT_CPU_IN_SET (pent_cpu_winograd_output) (const PentCpuWinograd *self, const float *from, gsize tile,
                                            const float *bias, const float *residual, float *y)
{
  gsize c = 0, n = self->out;

  for (; c + PENT_LANES <= n; c += PENT_LANES)
    output_vector (self, from, tile, c, PENT_LANES, bias, residual, y);
  if (c < n)
    output_vector (self, from, tile, c, n - c, bias, residual, y);
}
