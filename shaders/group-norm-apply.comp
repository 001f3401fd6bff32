/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

/* GroupNorm, second pass: y = act ((x - mean) * factor + bias), each invocation
 * with the same channels of a chunk of pixels. The mean is taken away first,
 * for it may be far from zero. */

#include "output.glsl"
#include "activation.glsl"
#include "params.h"
#include "items.glsl"

layout(constant_id = 2) const int ACTIVATION = 0;

layout(push_constant) uniform Push { PentVkGroupNorm p; };
layout(binding = 1) uniform textureBuffer x;
layout(binding = 2) uniform textureBuffer coefficients;
layout(binding = 3) uniform textureBuffer bias;

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

  vec4 mean = texelFetch (coefficients, picture * 2 * items + item);
  vec4 factor = texelFetch (coefficients, (picture * 2 + 1) * items + item);
  vec4 addend = texelFetch (bias, item);
  for (int pixel = begin; pixel < end; pixel++)
    {
      int at = (picture * p.pixels + pixel) * items + item;
      store_item (at, activate (ACTIVATION, (texelFetch (x, at) - mean) * factor + addend));
    }
}
