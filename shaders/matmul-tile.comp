/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require

/* The matrix product for GPUs: 64 invocations make 64 rows of 64 columns, each
 * of them eight by eight, from slices of 16 channels in shared memory. */

#include "output.glsl"
#include "activation.glsl"
#include "params.h"
#include "matmul.glsl"

layout(local_size_x = 64) in;

const int TILE = 64;   /* rows, columns */
const int DEPTH = 16;  /* channels of a slice */
const int QUADS = DEPTH / 4;
const int PANEL_QUADS = 8;

/* Rows are padded so that a column of the tile meets every bank. */
shared vec4 x_tile[DEPTH][TILE / 4 + 1];
shared vec4 w_tile[DEPTH][TILE / 4 + 1];

/* Where an invocation's own quad of channels stands in the sum */
struct Place
{
  int ky, kx, step;
};

void
advance (inout Place place)
{
  place.step += QUADS;
  while (place.step >= p.steps)
    {
      place.step -= p.steps;
      place.kx++;
      if (place.kx == p.kw)
        {
          place.kx = 0;
          place.ky++;
        }
    }
}

/* Rows QUADS apart, the same quad of channels for each: neighbours in memory
 * are read by neighbours. */
void
load_x (Window windows[4], Place place)
{
  int quad = int (gl_LocalInvocationID.x) % QUADS;
  int first = int (gl_LocalInvocationID.x) / QUADS;

  [[unroll]] for (int i = 0; i < 4; i++)
    {
      bool inside = place.ky < p.kh && is_inside (windows[i], place.ky, place.kx);
      vec4 v = fetch_x (pixel_of (windows[i], place.ky, place.kx, inside), place.step, inside);
      int  row = first + i * TILE / 4;
      [[unroll]] for (int k = 0; k < 4; k++)
        x_tile[quad * 4 + k][row >> 2][row & 3] = v[k];
    }
}

void
load_weight (int first_panel, int slice, int depth)
{
  int quad = int (gl_LocalInvocationID.x) % (TILE / 4);

  [[unroll]] for (int i = 0; i < 4; i++)
    {
      int  k = int (gl_LocalInvocationID.x) / (TILE / 4) + i * 4;
      int  panel = first_panel + quad / PANEL_QUADS;
      bool exists = slice + k < depth && panel < p.panels;
      int  at = (panel * depth + slice + k) * PANEL_QUADS + quad % PANEL_QUADS;
      w_tile[k][quad] = mix (vec4 (0), texelFetch (weight, exists ? at : 0), bvec4 (exists));
    }
}

void
main ()
{
  int    id = int (gl_LocalInvocationID.x);
  int    row = p.first_row + int (gl_WorkGroupID.x) * TILE;
  int    panel = int (gl_WorkGroupID.y) * 2;
  int    depth = p.kh * p.kw * p.steps * 4;
  int    my_row = id / 8 * 8, my_quad = id % 8;
  vec4   sum[8][2];
  Window windows[4];
  Place  place = Place (0, 0, id % QUADS - QUADS);

  advance (place);
  [[unroll]] for (int i = 0; i < 4; i++)
    windows[i] = window_of (row + id / QUADS + i * TILE / 4);
  [[unroll]] for (int i = 0; i < 8; i++)
    sum[i][0] = sum[i][1] = vec4 (0);

  for (int slice = 0; slice < depth; slice += DEPTH)
    {
      load_x (windows, place);
      load_weight (panel, slice, depth);
      advance (place);
      barrier ();
      for (int k = 0; k < DEPTH; k++)
        {
          vec4 a[2] = { x_tile[k][my_row / 4], x_tile[k][my_row / 4 + 1] };
          vec4 b[2] = { w_tile[k][my_quad], w_tile[k][my_quad + PANEL_QUADS] };
          [[unroll]] for (int i = 0; i < 8; i++)
            [[unroll]] for (int j = 0; j < 2; j++)
              sum[i][j] += a[i / 4][i % 4] * b[j];
        }
      barrier ();
    }

  [[unroll]] for (int i = 0; i < 8; i++)
    [[unroll]] for (int j = 0; j < 2; j++)
      finish (row + my_row + i, ((panel + j) * PANEL_QUADS + my_quad) * 4, sum[i][j]);
}
