/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiled once for each instruction set: see meson.build. What the functions
 * do is told in pent-cpu-kernels.h. */

#include "pent-cpu-kernel-sets.h"
#include "pent-cpu-vector.h"

#include <math.h>

/* Calls @body with the element type as a constant, so that its branches on it
 * are gone from the loops. */
#define FOR_WRITTEN_TYPE(dtype, body, ...) \
  ((dtype) == PENT_BF16 ? body (PENT_BF16, __VA_ARGS__) : body (PENT_F32, __VA_ARGS__))

PENT_INLINE void
convert_between (PentDtype to_dtype, PentDtype from_dtype, void *to, const void *from, gsize n)
{
  gsize i = 0;

  for (; i + PENT_LANES <= n; i += PENT_LANES)
    vec_write (to_dtype, to, i, vec_read (from_dtype, from, i));
  if (i < n)
    vec_write_some (to_dtype, to, i, vec_read_some (from_dtype, from, i, n - i), n - i);
}

static void
convert (PentDtype to_dtype, void *to, PentDtype from_dtype, const void *from, gsize n)
{
  if (to_dtype == from_dtype)
    memcpy (to, from, n * pent_dtype_size (to_dtype));
  else if (from_dtype == PENT_F16)
    FOR_WRITTEN_TYPE (to_dtype, convert_between, PENT_F16, to, from, n);
  else if (from_dtype == PENT_BF16)
    convert_between (PENT_F32, PENT_BF16, to, from, n);
  else
    convert_between (PENT_BF16, PENT_F32, to, from, n);
}

PENT_INLINE void
add_to (PentDtype dtype, PentActivation activation, void *y, const float *a, const float *b, gsize n)
{
  gsize i = 0;

  for (; i + PENT_LANES <= n; i += PENT_LANES)
    vec_write (dtype, y, i, vec_activate (activation, vec_load (a + i) + vec_load (b + i)));
  if (i < n)
    {
      Vec sum = vec_load_some (a + i, n - i) + vec_load_some (b + i, n - i);
      vec_write_some (dtype, y, i, vec_activate (activation, sum), n - i);
    }
}

static void
add (PentDtype dtype, void *y, const float *a, const float *b, gsize n, PentActivation activation)
{
  if (activation == PENT_ACTIVATION_NONE)
    FOR_WRITTEN_TYPE (dtype, add_to, PENT_ACTIVATION_NONE, y, a, b, n);
  else if (activation == PENT_ACTIVATION_RELU)
    FOR_WRITTEN_TYPE (dtype, add_to, PENT_ACTIVATION_RELU, y, a, b, n);
  else
    add_to (dtype, activation, y, a, b, n);
}

#define N_ABREAST 4

/* Moments of @n_vectors vectors of channels from channel @c on; the last
 * vector has @n_lanes lanes. Values are taken relative to the first pixel's,
 * so that the squares do not cancel where the mean is large. */
PENT_INLINE void
moments_of (const float *x, gsize n_pixels, gsize channels, gsize c, int n_vectors, gsize n_lanes, float *mean,
            float *squares)
{
  Vec first[N_ABREAST], sum[N_ABREAST], square[N_ABREAST];

  for (int i = 0; i < n_vectors; i++)
    {
      const float *at = x + c + i * PENT_LANES;
      first[i] = n_lanes < PENT_LANES ? vec_load_some (at, n_lanes) : vec_load (at);
      sum[i] = square[i] = vec_all (0);
    }
  for (gsize p = 1; p < n_pixels; p++)
    for (int i = 0; i < n_vectors; i++)
      {
        const float *at = x + p * channels + c + i * PENT_LANES;
        Vec v = (n_lanes < PENT_LANES ? vec_load_some (at, n_lanes) : vec_load (at)) - first[i];
        sum[i] += v;
        square[i] = vec_fma (v, v, square[i]);
      }
  for (int i = 0; i < n_vectors; i++)
    {
      Vec shift = sum[i] / vec_all (n_pixels);
      vec_write_some (PENT_F32, mean, c + i * PENT_LANES, first[i] + shift, n_lanes);
      vec_write_some (PENT_F32, squares, c + i * PENT_LANES,
                      vec_max (square[i] - sum[i] * shift, vec_all (0)), n_lanes);
    }
}

static void
moments (const float *x, gsize n_pixels, gsize channels, float *mean, float *squares)
{
  gsize c = 0;

  for (; c + N_ABREAST * PENT_LANES <= channels; c += N_ABREAST * PENT_LANES)
    moments_of (x, n_pixels, channels, c, N_ABREAST, PENT_LANES, mean, squares);
  for (; c + PENT_LANES <= channels; c += PENT_LANES)
    moments_of (x, n_pixels, channels, c, 1, PENT_LANES, mean, squares);
  if (c < channels)
    moments_of (x, n_pixels, channels, c, 1, channels - c, mean, squares);
}

PENT_INLINE void
normalise_row (PentDtype dtype, PentActivation activation, void *y, gsize at, const float *x, gsize channels,
               const float *mean, const float *scale, const float *bias)
{
  gsize c = 0;

  for (; c + PENT_LANES <= channels; c += PENT_LANES)
    {
      Vec v = vec_fma (vec_load (x + c) - vec_load (mean + c), vec_load (scale + c), vec_load (bias + c));
      vec_write (dtype, y, at + c, vec_activate (activation, v));
    }
  if (c < channels)
    {
      gsize n = channels - c;
      Vec v = vec_fma (vec_load_some (x + c, n) - vec_load_some (mean + c, n), vec_load_some (scale + c, n),
                       vec_load_some (bias + c, n));
      vec_write_some (dtype, y, at + c, vec_activate (activation, v), n);
    }
}

PENT_INLINE void
normalise_to (PentDtype dtype, PentActivation activation, void *y, const float *x, gsize n_pixels, gsize channels,
              const float *mean, const float *scale, const float *bias)
{
  for (gsize p = 0; p < n_pixels; p++)
    normalise_row (dtype, activation, y, p * channels, x + p * channels, channels, mean, scale, bias);
}

static void
normalise (PentDtype dtype, void *y, const float *x, gsize n_pixels, gsize channels, const float *mean,
           const float *scale, const float *bias, PentActivation activation)
{
  if (activation == PENT_ACTIVATION_SILU)
    FOR_WRITTEN_TYPE (dtype, normalise_to, PENT_ACTIVATION_SILU, y, x, n_pixels, channels, mean, scale, bias);
  else if (activation == PENT_ACTIVATION_NONE)
    FOR_WRITTEN_TYPE (dtype, normalise_to, PENT_ACTIVATION_NONE, y, x, n_pixels, channels, mean, scale, bias);
  else
    normalise_to (dtype, activation, y, x, n_pixels, channels, mean, scale, bias);
}

/* The sums over a row of what @shift leaves of its values, and of the squares
 * of that. Lanes beyond the row's end count as equal to @shift. */
PENT_INLINE float
sum_row (const float *x, gsize channels, float shift, gboolean squared)
{
  Vec sum = vec_all (0);
  gsize c = 0;

  for (; c + PENT_LANES <= channels; c += PENT_LANES)
    {
      Vec v = vec_load (x + c) - vec_all (shift);
      sum = squared ? vec_fma (v, v, sum) : sum + v;
    }
  float rest = 0;
  for (; c < channels; c++)
    rest += squared ? (x[c] - shift) * (x[c] - shift) : x[c] - shift;
  return vec_sum (sum) + rest;
}

PENT_INLINE void
layer_norm_to (PentDtype dtype, void *y, const float *x, gsize n_rows, gsize channels, const float *weight,
               const float *bias, float eps)
{
  for (gsize row = 0; row < n_rows; row++, x += channels)
    {
      float mean = x[0] + sum_row (x, channels, x[0], FALSE) / channels;
      float scale = 1 / sqrtf (sum_row (x, channels, mean, TRUE) / channels + eps);
      gsize at = row * channels, c = 0;

      for (; c + PENT_LANES <= channels; c += PENT_LANES)
        {
          Vec v = (vec_load (x + c) - vec_all (mean)) * vec_all (scale);
          vec_write (dtype, y, at + c, vec_fma (v, vec_load (weight + c), vec_load (bias + c)));
        }
      if (c < channels)
        {
          gsize n = channels - c;
          Vec v = (vec_load_some (x + c, n) - vec_all (mean)) * vec_all (scale);
          v = vec_fma (v, vec_load_some (weight + c, n), vec_load_some (bias + c, n));
          vec_write_some (dtype, y, at + c, v, n);
        }
    }
}

static void
layer_norm (PentDtype dtype, void *y, const float *x, gsize n_rows, gsize channels, const float *weight,
            const float *bias, float eps)
{
  FOR_WRITTEN_TYPE (dtype, layer_norm_to, y, x, n_rows, channels, weight, bias, eps);
}

const PentCpuKernels PENT_CPU_IN_SET (pent_cpu_kernels) = {
  .name = PENT_CPU_KERNEL_SET_NAME,
  .convert = convert,
  .add = add,
  .moments = moments,
  .normalise = normalise,
  .layer_norm = layer_norm,
  .panel_width = PENT_CPU_PANEL_VECTORS * PENT_LANES,
  .tile_rows = PENT_TILE_ROWS,
  .multiply_tile = PENT_CPU_IN_SET (pent_cpu_multiply_tile),
#ifdef __AVX512VNNI__
  .quantise_row = PENT_CPU_IN_SET (pent_cpu_quantise_row),
  .multiply_int8_tile = PENT_CPU_IN_SET (pent_cpu_multiply_int8_tile),
#endif
  .winograd_input = PENT_CPU_IN_SET (pent_cpu_winograd_input),
  .winograd_weight = PENT_CPU_IN_SET (pent_cpu_winograd_weight),
  .winograd_output = PENT_CPU_IN_SET (pent_cpu_winograd_output),
  .attention_packed_size = PENT_CPU_IN_SET (pent_cpu_attention_packed_size),
  .attention_scratch_size = PENT_CPU_IN_SET (pent_cpu_attention_scratch_size),
  .attention_pack = PENT_CPU_IN_SET (pent_cpu_attention_pack),
  .attention_run = PENT_CPU_IN_SET (pent_cpu_attention_run),
};
