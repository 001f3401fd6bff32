/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

/* GroupNorm, first pass: for each channel and each chunk of a picture's pixels
 * the mean and the sum of squared deviations, by running updates (Welford
 * 1962), which keep their digits where the mean is far from zero. The result
 * is (picture, chunk, 2, channels): means, then sums. */

#include "output.glsl"
#include "params.h"
#include "items.glsl"

layout(push_constant) uniform Push { PentVkGroupNorm p; };
layout(binding = 1) uniform textureBuffer x;

void
main ()
{
  int items = QUADS ? p.channels / 4 : p.channels;
  int item = int (gl_GlobalInvocationID.x);
  int chunk = p.first_chunk + int (gl_WorkGroupID.y);
  int picture = int (gl_WorkGroupID.z);
  int begin = chunk * p.chunk, end = min (begin + p.chunk, p.pixels);
  if (item >= items)
    return;

  vec4  mean = vec4 (0), squares = vec4 (0);
  float n = 0;
  for (int pixel = begin; pixel < end; pixel++)
    {
      vec4 v = texelFetch (x, (picture * p.pixels + pixel) * items + item);
      vec4 off = v - mean;
      n += 1.0;
      mean += off / n;
      squares += off * (v - mean);
    }

  int at = (picture * p.chunks + chunk) * 2 * items + item;
  store_item (at, mean);
  store_item (at + items, squares);
}
