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

/* G of the paper times three values, @stride apart. */
PENT_INLINE void
transform_weight (const Vec *g, int stride, Vec *to)
{
  const Vec sixth = vec_all (1 / 6.0f), quarter = vec_all (0.25f), half = vec_all (0.5f);
  Vec ends = (g[0] + g[2 * stride]) * -sixth, near = g[stride] * sixth;
  Vec wide = vec_fma (quarter, g[0], g[2 * stride]) * sixth, far = half * near;

  to[0] = g[0] * quarter;
  to[1] = ends - near;
  to[2] = ends + near;
  to[3] = wide + far;
  to[4] = wide - far;
  to[5] = g[2 * stride];
}

PENT_INLINE void
weight_vector (PentDtype dtype, const void *from, gsize at, gsize plane, float *to)
{
  Vec g[9], rows[3 * PATCH];

  for (int tap = 0; tap < 9; tap++)
    g[tap] = vec_read (dtype, from, at + tap * PENT_CPU_PANEL_VECTORS * PENT_LANES);
  /* Down the columns, then along the rows: rows[i * 3 + j] is row i, column j. */
  for (int j = 0; j < 3; j++)
    {
      Vec column[PATCH];
      transform_weight (g + j, 3, column);
      for (int i = 0; i < PATCH; i++)
        rows[i * 3 + j] = column[i];
    }
  for (int i = 0; i < PATCH; i++)
    {
      Vec values[PATCH];
      transform_weight (rows + i * 3, 1, values);
      for (int j = 0; j < PATCH; j++)
        vec_store (to + (i * PATCH + j) * plane, values[j]);
    }
}

PENT_INLINE void
weight_panel (PentDtype dtype, const void *from, gsize in, float *to)
{
  const gsize width = PENT_CPU_PANEL_VECTORS * PENT_LANES;

  for (gsize c = 0; c < in; c++)
    for (int i = 0; i < PENT_CPU_PANEL_VECTORS; i++)
      weight_vector (dtype, from, c * 9 * width + i * PENT_LANES, in * width, to + c * width + i * PENT_LANES);
}

void
PENT_CPU_IN_SET (pent_cpu_winograd_weight) (PentDtype dtype, const void *from, gsize in, float *to)
{
  if (dtype == PENT_F16)
    weight_panel (PENT_F16, from, in, to);
  else if (dtype == PENT_BF16)
    weight_panel (PENT_BF16, from, in, to);
  else
    weight_panel (PENT_F32, from, in, to);
}

PENT_INLINE void
output_vector (const PentCpuWinograd *self, const float *from, gsize tile, gsize c, gsize n_lanes, const float *bias,
               const float *residual, float *y)
{
  Vec m[PLANES], rows[TILE * PATCH];
  gint64 top = (gint64) tile / self->tiles_across * TILE, left = (gint64) tile % self->tiles_across * TILE;
  Vec offset = n_lanes < PENT_LANES ? vec_load_some (bias + c, n_lanes) : vec_load (bias + c);

  for (int i = 0; i < PLANES; i++)
    m[i] = vec_load (from + i * self->plane * PENT_CPU_PANEL_VECTORS * PENT_LANES + c);
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
PENT_CPU_IN_SET (pent_cpu_winograd_output) (const PentCpuWinograd *self, const float *from, gsize tile, gsize n,
                                            const float *bias, const float *residual, float *y)
{
  gsize c = 0;

  for (; c + PENT_LANES <= n; c += PENT_LANES)
    output_vector (self, from, tile, c, PENT_LANES, bias, residual, y);
  if (c < n)
    output_vector (self, from, tile, c, n - c, bias, residual, y);
}
