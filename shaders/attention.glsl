/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What both forms of attention share: the operands. One item is four
 * neighbouring values of a head, or what is left of them at its end. */

layout(push_constant) uniform Push { PentVkAttention p; };

layout(constant_id = 0) const int  STEPS = 10;    /* items of a head's width */
layout(constant_id = 1) const bool QUADS = true;  /* the width divides by four */
layout(constant_id = 2) const bool CAUSAL = false;

layout(binding = 1) uniform textureBuffer q;
layout(binding = 2) uniform textureBuffer k;
layout(binding = 3) uniform textureBuffer v;

/* Below every score, yet finite, so that differences are numbers */
const float NEVER = -1e30;

/* An item of one token's head, a token being counted through all pictures;
 * past the head's width there are zeros. */
vec4
fetch_item (textureBuffer tokens, int token, int head, int item)
{
  int at = (token * p.heads + head) * p.width;

  if (QUADS)
    return texelFetch (tokens, (at >> 2) + item);

  vec4 values;
  [[unroll]] for (int i = 0; i < 4; i++)
    {
      bool exists = item * 4 + i < p.width;
      values[i] = mix (0.0, texelFetch (tokens, exists ? at + item * 4 + i : 0).x, exists);
    }
  return values;
}

void
store_item (int token, int head, int item, vec4 values)
{
  int at = (token * p.heads + head) * p.width;

  if (QUADS)
    store_four ((at >> 2) + item, values);
  else
    [[unroll]] for (int i = 0; i < 4; i++)
      if (item * 4 + i < p.width)
        store_one (at + item * 4 + i, values[i]);
}
