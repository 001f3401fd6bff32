/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

/* The same values in the output's type. */

#include "output.glsl"
#include "params.h"
#include "items.glsl"

layout(push_constant) uniform Push { PentVkFlat p; };
layout(binding = 1) uniform textureBuffer x;

void
main ()
{
  int item = p.first + int (gl_GlobalInvocationID.x);

  if (item < p.items)
    store_item (item, texelFetch (x, item));
}
