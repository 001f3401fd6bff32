/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require

/* GroupNorm, between the passes: one workgroup merges the partial sums of one
 * group of one picture (Chan, Golub and LeVeque 1983) and makes of them each
 * channel's mean and factor: (picture, 2, channels). Means are summed from the
 * first of them, not from zero, for they may be far from it. */

#include "output.glsl"
#include "params.h"
#include "items.glsl"
#include "reduce.glsl"

layout(push_constant) uniform Push { PentVkGroupNorm p; };
layout(binding = 1) uniform textureBuffer stats;
layout(binding = 2) uniform textureBuffer weight;

int
pixels_of (int chunk)
{
  return min (p.chunk, p.pixels - chunk * p.chunk);
}

void
main ()
{
  int   id = int (gl_LocalInvocationID.x);
  int   width = p.channels / p.groups;
  int   picture = int (gl_WorkGroupID.y);
  int   first = int (gl_WorkGroupID.x) * width;
  int   base = picture * p.chunks * 2 * p.channels + first;
  float origin = texelFetch (stats, base).x;
  float n = float (p.pixels) * float (width);

  float part = 0;
  for (int chunk = 0; chunk < p.chunks; chunk++)
    for (int c = id; c < width; c += WIDTH)
      part += float (pixels_of (chunk)) * (texelFetch (stats, base + chunk * 2 * p.channels + c).x - origin);
  float mean = origin + sum_of_all (part) / n;

  part = 0;
  for (int chunk = 0; chunk < p.chunks; chunk++)
    for (int c = id; c < width; c += WIDTH)
      {
        int   at = base + chunk * 2 * p.channels + c;
        float off = texelFetch (stats, at).x - mean;
        part += texelFetch (stats, at + p.channels).x + float (pixels_of (chunk)) * off * off;
      }
  float scale = inversesqrt (sum_of_all (part) / n + p.eps);

  for (int c = id; c < width; c += WIDTH)
    {
      int at = picture * 2 * p.channels + first + c;
      store_one (at, mean);
      store_one (at + p.channels, scale * texelFetch (weight, first + c).x);
    }
}
