/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Items (params.h): the shaders that move and add read one texel and store
 * one item, whether that is four elements or one. */

layout(constant_id = 0) const bool QUADS = true;
layout(local_size_x_id = 1) in;

void
store_item (int item, vec4 v)
{
  if (QUADS)
    store_four (item, v);
  else
    store_one (item, v.x);
}

/* The sum of an item's elements */
float
item_sum (vec4 v)
{
  return QUADS ? v.x + v.y + v.z + v.w : v.x;
}
