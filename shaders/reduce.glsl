/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sums over the invocations of a workgroup, whose number is a power of two. */

const int WIDTH = int (gl_WorkGroupSize.x);

shared float parts[WIDTH];

float
sum_of_all (float mine)
{
  int id = int (gl_LocalInvocationID.x);

  barrier ();
  parts[id] = mine;
  for (int half_width = WIDTH / 2; half_width > 0; half_width /= 2)
    {
      barrier ();
      if (id < half_width)
        parts[id] += parts[id + half_width];
    }
  barrier ();
  return parts[0];
}
