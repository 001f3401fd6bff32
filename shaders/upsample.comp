/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

/* Each pixel becomes two by two, cropped to the output's size. */

#include "output.glsl"
#include "params.h"
#include "items.glsl"

layout(push_constant) uniform Push { PentVkUpsample p; };
layout(binding = 1) uniform textureBuffer x;

void
main ()
{
  int item = int (gl_GlobalInvocationID.x);
  int line = p.first_line + int (gl_WorkGroupID.y);
  int from = (line / p.out_h * p.h + line % p.out_h / 2) * p.w;
  if (item >= p.items)
    return;

  for (int column = 0; column < p.out_w; column++)
    store_item ((line * p.out_w + column) * p.items + item, texelFetch (x, (from + column / 2) * p.items + item));
}
