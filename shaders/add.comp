/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

#include "output.glsl"
#include "activation.glsl"
#include "params.h"
#include "items.glsl"

layout(constant_id = 2) const int ACTIVATION = 0;

layout(push_constant) uniform Push { PentVkFlat p; };
layout(binding = 1) uniform textureBuffer a;
layout(binding = 2) uniform textureBuffer b;

void
main ()
{
  int item = p.first + int (gl_GlobalInvocationID.x);

  if (item < p.items)
    store_item (item, activate (ACTIVATION, texelFetch (a, item) + texelFetch (b, item)));
}
