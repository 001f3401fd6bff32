/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

/* LayerNorm: one workgroup a row; the mean first, then the deviations from it,
 * for in a text encoder some channels are a hundred times the others. */

#include "output.glsl"
#include "params.h"
#include "items.glsl"
#include "reduce.glsl"

layout(push_constant) uniform Push { PentVkLayerNorm p; };
layout(binding = 1) uniform textureBuffer x;
layout(binding = 2) uniform textureBuffer weight;
layout(binding = 3) uniform textureBuffer bias;

void
main ()
{
  int   id = int (gl_LocalInvocationID.x);
  int   base = (p.first_row + int (gl_WorkGroupID.x)) * p.items;
  float part = 0;

  for (int i = id; i < p.items; i += WIDTH)
    part += item_sum (texelFetch (x, base + i));
  float mean = sum_of_all (part) / float (p.channels);

  part = 0;
  for (int i = id; i < p.items; i += WIDTH)
    {
      vec4 off = texelFetch (x, base + i) - mean;
      part += item_sum (off * off);
    }
  float scale = inversesqrt (sum_of_all (part) / float (p.channels) + p.eps);

  for (int i = id; i < p.items; i += WIDTH)
    store_item (base + i, (texelFetch (x, base + i) - mean) * scale * texelFetch (weight, i) + texelFetch (bias, i));
}
