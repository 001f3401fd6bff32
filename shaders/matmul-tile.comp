/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require

/* The matrix product for GPUs: a square of invocations makes a square tile of
 * rows and columns, each of them a square of its own, from slices of 16
 * channels in shared memory. */

#include "output.glsl"
#include "activation.glsl"
#include "params.h"
#include "matmul.glsl"

layout(local_size_x_id = 6) in;

layout(constant_id = 7) const int LANES = 8; /* invocations along either side, whose square the workgroup has */
layout(constant_id = 8) const int OWN = 8;   /* rows, and columns, of an invocation */

const int TILE = LANES * OWN;
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

/* An invocation loads the same quad of channels of rows that lie so far apart:
 * neighbours in memory are read by neighbours. */
const int ROWS_APART = LANES * LANES / QUADS;
const int LOADED_ROWS = TILE / ROWS_APART;

void
load_x (Window windows[LOADED_ROWS], Place place)
{
  int quad = int (gl_LocalInvocationID.x) % QUADS;
  int first = int (gl_LocalInvocationID.x) / QUADS;

  [[unroll]] for (int i = 0; i < LOADED_ROWS; i++)
    {
      bool inside = place.ky < p.kh && is_inside (windows[i], place.ky, place.kx);
      vec4 v = fetch_x (pixel_of (windows[i], place.ky, place.kx, inside), place.step, inside);
      int  row = first + i * ROWS_APART;
      [[unroll]] for (int k = 0; k < 4; k++)
        x_tile[quad * 4 + k][row >> 2][row & 3] = v[k];
    }
}

void
load_weight (int first_panel, int slice, int depth)
{
  [[unroll]] for (int i = 0; i < DEPTH * TILE / 4; i += LANES * LANES)
    {
      int  k = (i + int (gl_LocalInvocationID.x)) / (TILE / 4), quad = (i + int (gl_LocalInvocationID.x)) % (TILE / 4);
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
  int    panel = int (gl_WorkGroupID.y) * TILE / (4 * PANEL_QUADS);
  int    depth = p.kh * p.kw * p.steps * 4;
  int    my_row = id / LANES * OWN, my_quad = id % LANES;
  vec4   sum[OWN][OWN / 4];
  Window windows[LOADED_ROWS];
  Place  place = Place (0, 0, id % QUADS - QUADS);

  advance (place);
  [[unroll]] for (int i = 0; i < LOADED_ROWS; i++)
    windows[i] = window_of (row + id / QUADS + i * ROWS_APART);
  [[unroll]] for (int i = 0; i < OWN; i++)
    [[unroll]] for (int j = 0; j < OWN / 4; j++)
      sum[i][j] = vec4 (0);

  for (int slice = 0; slice < depth; slice += DEPTH)
    {
      load_x (windows, place);
      load_weight (panel, slice, depth);
      advance (place);
      barrier ();
      for (int k = 0; k < DEPTH; k++)
        [[unroll]] for (int i = 0; i < OWN / 4; i++)
          {
            vec4 a = x_tile[k][my_row / 4 + i];
            [[unroll]] for (int j = 0; j < OWN / 4; j++)
              {
                vec4 b = w_tile[k][my_quad + j * LANES];
                [[unroll]] for (int r = 0; r < 4; r++)
                  sum[i * 4 + r][j] += a[r] * b;
              }
          }
      barrier ();
    }

  [[unroll]] for (int i = 0; i < OWN; i++)
    [[unroll]] for (int j = 0; j < OWN / 4; j++)
      finish (row + my_row + i, (panel * PANEL_QUADS + my_quad + j * LANES) * 4, sum[i][j]);
}
