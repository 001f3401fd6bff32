/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#pragma use_vulkan_memory_model
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require

/* The matrix product for GPUs that multiply small matrices of binary16 as one
 * instruction of a subgroup. Four subgroups make a tile of rows and columns,
 * each a quarter of it, from slices of 32 channels in shared memory; sums are
 * f32. x and the weight must be binary16. */

#include "output.glsl"
#include "activation.glsl"
#include "params.h"
#include "matmul.glsl"

/* Four subgroups' invocations */
layout(local_size_x_id = 6) in;

layout(constant_id = 7) const int M = 16;    /* the device's matrices: A is M x K, B is K x N */
layout(constant_id = 8) const int N = 16;
layout(constant_id = 9) const int K = 16;
layout(constant_id = 10) const int SIDE = 32; /* a subgroup's rows, and columns */

const int TILE = 2 * SIDE;
const int DEPTH = 32;
const int QUADS = DEPTH / 4;
const int PANEL_QUADS = 8;
const int TILE_QUADS = TILE / 4;

/* Quads from one row to the next; eight halves more than there are, so that
 * the rows of a matrix begin in different banks. */
const int X_STRIDE = QUADS + 2;
const int W_STRIDE = TILE_QUADS + 2;

shared f16vec4 x_tile[TILE * X_STRIDE];
shared f16vec4 w_tile[DEPTH * W_STRIDE];

/* Where each subgroup lays a finished matrix of sums out for its invocations */
shared vec4 finished[4 * M * N / 4];

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

/* An invocation loads the same quad of channels of rows that lie so far apart. */
const int ROWS_APART = int (gl_WorkGroupSize.x) / QUADS;
const int OWN_ROWS = TILE / ROWS_APART;

void
load_x (Window windows[OWN_ROWS], Place place)
{
  int quad = int (gl_LocalInvocationID.x) % QUADS;
  int first = int (gl_LocalInvocationID.x) / QUADS;

  [[unroll]] for (int i = 0; i < OWN_ROWS; i++)
    {
      bool inside = place.ky < p.kh && is_inside (windows[i], place.ky, place.kx);
      vec4 v = fetch_x (pixel_of (windows[i], place.ky, place.kx, inside), place.step, inside);
      x_tile[(first + i * ROWS_APART) * X_STRIDE + quad] = f16vec4 (v);
    }
}

void
load_weight (int first_panel, int slice, int depth)
{
  [[unroll]] for (int i = int (gl_LocalInvocationID.x); i < DEPTH * TILE_QUADS; i += int (gl_WorkGroupSize.x))
    {
      int  k = i / TILE_QUADS, quad = i % TILE_QUADS;
      int  panel = first_panel + quad / PANEL_QUADS;
      bool exists = slice + k < depth && panel < p.panels;
      int  at = (panel * depth + slice + k) * PANEL_QUADS + quad % PANEL_QUADS;
      w_tile[k * W_STRIDE + quad] = f16vec4 (mix (vec4 (0), texelFetch (weight, exists ? at : 0), bvec4 (exists)));
    }
}

const int DOWN = SIDE / M;   /* matrices of a subgroup */
const int ACROSS = SIDE / N;

coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> sum[DOWN * ACROSS];

/* Adds the products of a slice, the subgroup's part of the tile beginning at
 * @row and @column. */
void
accumulate (int row, int column)
{
  [[unroll]] for (int k = 0; k < DEPTH; k += K)
    {
      coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> a[DOWN];
      coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> b;

      [[unroll]] for (int i = 0; i < DOWN; i++)
        coopMatLoad (a[i], x_tile, (row + i * M) * X_STRIDE + k / 4, X_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (int j = 0; j < ACROSS; j++)
        {
          coopMatLoad (b, w_tile, k * W_STRIDE + (column + j * N) / 4, W_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (int i = 0; i < DOWN; i++)
            sum[i * ACROSS + j] = coopMatMulAdd (a[i], b, sum[i * ACROSS + j]);
        }
    }
}

void
subgroup_barrier ()
{
  controlBarrier (gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared,
                  gl_SemanticsAcquireRelease);
}

/* Finishes the sums; @row and @column are the first of the subgroup's part. */
void
store_sums (int row, int column)
{
  int first = int (gl_SubgroupID) * M * N / 4;

  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      {
        coopMatStore (sum[i * ACROSS + j], finished, first, N / 4, gl_CooperativeMatrixLayoutRowMajor);
        subgroup_barrier ();
        for (int q = int (gl_SubgroupInvocationID); q < M * N / 4; q += int (gl_SubgroupSize))
          finish (row + i * M + q / (N / 4), column + j * N + q % (N / 4) * 4, finished[first + q]);
        subgroup_barrier ();
      }
}

void
main ()
{
  int    id = int (gl_LocalInvocationID.x);
  int    row = p.first_row + int (gl_WorkGroupID.x) * TILE;
  int    panel = int (gl_WorkGroupID.y) * TILE_QUADS / PANEL_QUADS;
  int    depth = p.kh * p.kw * p.steps * 4;
  int    my_row = int (gl_SubgroupID) / 2 * SIDE, my_column = int (gl_SubgroupID) % 2 * SIDE;
  Window windows[OWN_ROWS];
  Place  place = Place (0, 0, id % QUADS - QUADS);

  advance (place);
  [[unroll]] for (int i = 0; i < OWN_ROWS; i++)
    windows[i] = window_of (row + id / QUADS + i * ROWS_APART);
  [[unroll]] for (int i = 0; i < DOWN * ACROSS; i++)
    sum[i] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> (0);

  for (int slice = 0; slice < depth; slice += DEPTH)
    {
      load_x (windows, place);
      load_weight (panel, slice, depth);
      advance (place);
      barrier ();
      accumulate (my_row, my_column);
      barrier ();
    }
  store_sums (row + my_row, panel * PANEL_QUADS * 4 + my_column);
}
