/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

/* Rows of a, each followed by the same row of b. */

#include "output.glsl"
#include "params.h"
#include "items.glsl"

layout(push_constant) uniform Push { PentVkConcat p; };
layout(binding = 1) uniform textureBuffer a;
layout(binding = 2) uniform textureBuffer b;

void
main ()
{
  int item = int (gl_GlobalInvocationID.x);
  int begin = (p.first_block + int (gl_WorkGroupID.y)) * CONCAT_ROWS;
  int end = min (begin + CONCAT_ROWS, p.rows);
  if (item >= p.a + p.b)
    return;

  for (int row = begin; row < end; row++)
    {
      vec4 v;
      if (item < p.a)
        v = texelFetch (a, row * p.a + item);
      else
        v = texelFetch (b, row * p.b + item - p.a);
      store_item (row * (p.a + p.b) + item, v);
    }
}
