/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What both forms of the matrix product share: the operands, and what is done
 * with a sum when it is whole.
 *
 * y = act (x * weight + bias + channel_bias) + residual, x being gathered from
 * the picture where the sum needs it (implicit GEMM). The weight lies in
 * panels of 32 columns: panel, tap, channel (padded to four), column. Gated,
 * its columns alternate between a value and its gate, and y = value *
 * gelu (gate). */

layout(push_constant) uniform Push { PentVkMatmul p; };

layout(constant_id = 0) const int ACTIVATION = 0;
layout(constant_id = 1) const bool GATED = false;
layout(constant_id = 2) const bool X_QUADS = true;  /* channels of x divide by four */
layout(constant_id = 3) const bool Y_QUADS = true;  /* columns of y divide by four */
layout(constant_id = 4) const bool HAS_CHANNEL_BIAS = false;
layout(constant_id = 5) const bool HAS_RESIDUAL = false;

layout(binding = 1) uniform textureBuffer x;
layout(binding = 2) uniform textureBuffer weight;
layout(binding = 3) uniform textureBuffer bias;
layout(binding = 4) uniform textureBuffer channel_bias;
layout(binding = 5) uniform textureBuffer residual;

/* Where the convolution's window over one row of the product begins */
struct Window
{
  int  y, x;
  int  picture; /* its first pixel */
  bool exists;
};

Window
window_of (int row)
{
  Window window;
  int    pixel = row % (p.out_h * p.out_w);

  window.y = pixel / p.out_w * p.stride - p.pad_top;
  window.x = pixel % p.out_w * p.stride - p.pad_left;
  window.picture = row / (p.out_h * p.out_w) * p.h * p.w;
  window.exists = row < p.rows;
  return window;
}

bool
is_inside (Window window, int ky, int kx)
{
  return window.exists && uint (window.y + ky) < uint (p.h) && uint (window.x + kx) < uint (p.w);
}

/* The pixel under a tap, or some pixel that exists */
int
pixel_of (Window window, int ky, int kx, bool inside)
{
  return inside ? window.picture + (window.y + ky) * p.w + window.x + kx : 0;
}

/* Channels 4 step to 4 step + 3 of a pixel, zero outside */
vec4
fetch_x (int pixel, int step, bool inside)
{
  if (X_QUADS)
    return mix (vec4 (0), texelFetch (x, pixel * p.steps + step), bvec4 (inside));

  vec4 v;
  [[unroll]] for (int i = 0; i < 4; i++)
    {
      bool exists = inside && 4 * step + i < p.c;
      v[i] = mix (0.0, texelFetch (x, exists ? pixel * p.c + 4 * step + i : 0).x, exists);
    }
  return v;
}

/* Four columns of a matrix as wide as y; those past the end are not used */
vec4
fetch_columns (textureBuffer matrix, int row, int column)
{
  int at = row * p.columns + column;

  if (Y_QUADS)
    return texelFetch (matrix, at >> 2);

  vec4 v;
  [[unroll]] for (int i = 0; i < 4; i++)
    v[i] = texelFetch (matrix, column + i < p.columns ? at + i : 0).x;
  return v;
}

void
store_columns (int row, int column, vec4 v)
{
  int at = row * p.columns + column;

  if (Y_QUADS)
    store_four (at >> 2, v);
  else
    [[unroll]] for (int i = 0; i < 4; i++)
      if (column + i < p.columns)
        store_one (at + i, v[i]);
}

void
store_gated (int row, int column, vec4 v)
{
  vec2 y = v.xz * gelu (v.yyww).xz;
  int  at = row * p.columns + column;

  if (Y_QUADS)
    store_two (at >> 1, y);
  else
    {
      store_one (at, y.x);
      if (column + 1 < p.columns)
        store_one (at + 1, y.y);
    }
}

/* Finishes four sums; column counts the weight's, a multiple of four. */
void
finish (int row, int column, vec4 sum)
{
  int y_column = GATED ? column >> 1 : column;
  if (row >= p.rows || y_column >= p.columns)
    return;

  vec4 v = sum + texelFetch (bias, column >> 2);
  if (GATED)
    {
      store_gated (row, y_column, v);
      return;
    }
  if (HAS_CHANNEL_BIAS)
    v += fetch_columns (channel_bias, row / (p.out_h * p.out_w), column);
  v = activate (ACTIVATION, v);
  if (HAS_RESIDUAL)
    v += fetch_columns (residual, row, column);
  store_columns (row, column, v);
}
