/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_EXT_control_flow_attributes : require

/* The matrix product for processors that run shaders: one subgroup of eight
 * lanes makes 16 rows of 32 columns and keeps the sums in registers. A load
 * there costs far more than a multiplication, so each lane fetches four
 * channels of a row of its own, and the rows are handed round by shuffles,
 * which cost one instruction (a broadcast or a load that all lanes share
 * costs a loop over the lanes). */

#include "output.glsl"
#include "activation.glsl"
#include "params.h"
#include "matmul.glsl"

layout(local_size_x = 8) in;

/* Steps between which the loop is not asked for its end: after each turn the
 * sums of all lanes that are still in it are sorted from the others. */
layout(constant_id = 6) const int AT_ONCE = 1;

const int LANES = 8;
const int GROUPS = 2;

vec4 sum[GROUPS * LANES];

/* Adds four channels' products. */
void
accumulate (int w, int pixel[GROUPS], bool inside[GROUPS], int step)
{
  vec4 columns[4];

  [[unroll]] for (int k = 0; k < 4; k++)
    columns[k] = texelFetch (weight, w + k * LANES);
  [[unroll]] for (int g = 0; g < GROUPS; g++)
    {
      vec4 mine = fetch_x (pixel[g], step, inside[g]);
      [[unroll]] for (int lane = 0; lane < LANES; lane++)
        {
          vec4 row = subgroupShuffle (mine, lane);
          [[unroll]] for (int k = 0; k < 4; k++)
            sum[g * LANES + lane] += row[k] * columns[k];
        }
    }
}

void
main ()
{
  int    lane = int (gl_SubgroupInvocationID);
  int    row = p.first_row + int (gl_WorkGroupID.x) * GROUPS * LANES;
  int    panel = int (gl_WorkGroupID.y);
  int    w = panel * p.kh * p.kw * p.steps * 4 * LANES + lane;
  Window windows[GROUPS];

  [[unroll]] for (int g = 0; g < GROUPS; g++)
    windows[g] = window_of (row + g * LANES + lane);
  [[unroll]] for (int r = 0; r < GROUPS * LANES; r++)
    sum[r] = vec4 (0);

  for (int ky = 0; ky < p.kh; ky++)
    for (int kx = 0; kx < p.kw; kx++)
      {
        bool inside[GROUPS];
        int  pixel[GROUPS];
        [[unroll]] for (int g = 0; g < GROUPS; g++)
          {
            inside[g] = is_inside (windows[g], ky, kx);
            pixel[g] = pixel_of (windows[g], ky, kx, inside[g]);
          }
        for (int step = 0; step < p.steps; step += AT_ONCE)
          {
            [[unroll]] for (int i = 0; i < AT_ONCE; i++)
              accumulate (w + i * 4 * LANES, pixel, inside, step + i);
            w += AT_ONCE * 4 * LANES;
          }
      }

  [[unroll]] for (int r = 0; r < GROUPS * LANES; r++)
    finish (row + r, (panel * LANES + lane) * 4, sum[r]);
}
