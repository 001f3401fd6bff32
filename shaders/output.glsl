/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The result of a shader, in binding 0. OUT_F16 stores binary16, else it is
 * f32. */

#ifdef OUT_F16
#extension GL_EXT_shader_16bit_storage : require
layout(binding = 0) writeonly buffer OutQuads { uvec2 out_quads[]; };
layout(binding = 0) writeonly buffer OutPairs { uint out_pairs[]; };
layout(binding = 0) writeonly buffer OutOnes { float16_t out_ones[]; };

/* Rounds to binary16's grid, ties to even, for drivers convert to it in
 * whichever way they like; what the grid holds converts exactly. */
uvec4
on_half_grid (vec4 v)
{
  uvec4 u = floatBitsToUint (v);
  return (u + 0xfffu + ((u >> 13) & 1u)) & ~0x1fffu;
}

void
store_four (int quad, vec4 v)
{
  vec4 r = uintBitsToFloat (on_half_grid (v));
  out_quads[quad] = uvec2 (packHalf2x16 (r.xy), packHalf2x16 (r.zw));
}

void
store_two (int pair, vec2 v)
{
  out_pairs[pair] = packHalf2x16 (uintBitsToFloat (on_half_grid (v.xyxy)).xy);
}

void
store_one (int i, float v)
{
  out_ones[i] = float16_t (uintBitsToFloat (on_half_grid (vec4 (v))).x);
}

#else
layout(binding = 0) writeonly buffer OutQuads { vec4 out_quads[]; };
layout(binding = 0) writeonly buffer OutPairs { vec2 out_pairs[]; };
layout(binding = 0) writeonly buffer OutOnes { float out_ones[]; };

void
store_four (int quad, vec4 v)
{
  out_quads[quad] = v;
}

void
store_two (int pair, vec2 v)
{
  out_pairs[pair] = v;
}

void
store_one (int i, float v)
{
  out_ones[i] = v;
}
#endif
