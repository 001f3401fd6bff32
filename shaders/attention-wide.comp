/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_EXT_control_flow_attributes : require

/* Attention for processors that run shaders (see matmul-wide.comp), with the
 * softmax made as the keys pass (Milakov and Gimelshein 2018; Dao et al.
 * 2022): each of eight lanes has PER_LANE queries of its own, the keys come
 * eight at a time, one to a lane, and are handed round by shuffles. No score
 * leaves its lane.
 *
 * What a head yields is made in slices of SLICE items, so that the sums of a
 * wide head need not all stay at hand; each slice makes the scores anew. */

#include "output.glsl"
#include "params.h"
#include "attention.glsl"

layout(local_size_x = 8) in;

layout(constant_id = 3) const int  PER_LANE = 4;
layout(constant_id = 4) const int  SLICE = 10;
layout(constant_id = 5) const bool RESIDENT = true; /* queries stay in registers */

const int LANES = 8;

vec4  query[RESIDENT ? PER_LANE * STEPS : 1];
vec4  sum[PER_LANE * SLICE];
vec4  score[PER_LANE * 2]; /* of eight keys */
float top[PER_LANE];
float total[PER_LANE];

struct Task
{
  int lane;
  int first_query; /* of this lane; the next of its own is LANES further */
  int head;
  int slice;       /* its first item */
  int picture;
};

int
query_of (Task task, int i)
{
  return task.first_query + i * LANES;
}

vec4
fetch_query (Task task, int i, int item)
{
  int token = min (query_of (task, i), p.queries - 1);
  return fetch_item (q, task.picture * p.queries + token, task.head, item) * p.scale;
}

void
add_scores (Task task, int key, int item)
{
  vec4 mine = fetch_item (k, key, task.head, item);
  vec4 queries[PER_LANE];

  [[unroll]] for (int i = 0; i < PER_LANE; i++)
    queries[i] = RESIDENT ? query[i * STEPS + item] : fetch_query (task, i, item);
  [[unroll]] for (int j = 0; j < LANES; j++)
    {
      vec4 other = subgroupShuffle (mine, j);
      [[unroll]] for (int i = 0; i < PER_LANE; i++)
        score[i * 2 + j / 4][j % 4] += dot (queries[i], other);
    }
}

/* The scores of eight keys from first_key on; keys past the end, and those
 * after a query, get none. */
void
make_scores (Task task, int first_key, int key)
{
  [[unroll]] for (int i = 0; i < PER_LANE * 2; i++)
    score[i] = vec4 (0);
  if (RESIDENT)
    {
      [[unroll]] for (int item = 0; item < STEPS; item++)
        add_scores (task, key, item);
    }
  else
    {
      [[dont_unroll]] for (int item = 0; item < STEPS; item++)
        add_scores (task, key, item);
    }

  [[unroll]] for (int i = 0; i < PER_LANE; i++)
    {
      int end = CAUSAL ? min (p.keys, query_of (task, i) + 1) : p.keys;
      ivec4 at = first_key + ivec4 (0, 1, 2, 3);
      score[i * 2] = mix (vec4 (NEVER), score[i * 2], lessThan (at, ivec4 (end)));
      score[i * 2 + 1] = mix (vec4 (NEVER), score[i * 2 + 1], lessThan (at + 4, ivec4 (end)));
    }
}

/* Turns scores into weights against the greatest so far, and what was summed
 * with them. */
void
weigh (int i)
{
  vec4  most = max (score[i * 2], score[i * 2 + 1]);
  float greatest = max (max (max (most.x, most.y), max (most.z, most.w)), top[i]);
  float shrink = exp (top[i] - greatest);

  score[i * 2] = exp (score[i * 2] - greatest);
  score[i * 2 + 1] = exp (score[i * 2 + 1] - greatest);
  total[i] = total[i] * shrink + dot (score[i * 2] + score[i * 2 + 1], vec4 (1));
  top[i] = greatest;
  [[unroll]] for (int item = 0; item < SLICE; item++)
    sum[i * SLICE + item] *= shrink;
}

void
add_values (Task task, int key)
{
  [[unroll]] for (int item = 0; item < SLICE; item++)
    {
      vec4 mine = fetch_item (v, key, task.head, min (task.slice + item, STEPS - 1));
      [[unroll]] for (int j = 0; j < LANES; j++)
        {
          vec4 other = subgroupShuffle (mine, j);
          [[unroll]] for (int i = 0; i < PER_LANE; i++)
            sum[i * SLICE + item] += score[i * 2 + j / 4][j % 4] * other;
        }
    }
}

void
begin (Task task)
{
  [[unroll]] for (int i = 0; i < PER_LANE; i++)
    {
      top[i] = NEVER;
      total[i] = 0;
      [[unroll]] for (int item = 0; item < SLICE; item++)
        sum[i * SLICE + item] = vec4 (0);
      if (RESIDENT)
        {
          [[unroll]] for (int item = 0; item < STEPS; item++)
            query[i * STEPS + item] = fetch_query (task, i, item);
        }
    }
}

void
finish (Task task)
{
  [[unroll]] for (int i = 0; i < PER_LANE; i++)
    if (query_of (task, i) < p.queries)
      {
        float share = 1.0 / total[i];
        [[unroll]] for (int item = 0; item < SLICE; item++)
          if (task.slice + item < STEPS)
            store_item (task.picture * p.queries + query_of (task, i), task.head, task.slice + item,
                        sum[i * SLICE + item] * share);
      }
}

void
main ()
{
  int  tile = p.first_tile + int (gl_WorkGroupID.x);
  int  lane = int (gl_SubgroupInvocationID);
  Task task = Task (lane, tile * PER_LANE * LANES + lane, int (gl_WorkGroupID.y) % p.heads,
                    int (gl_WorkGroupID.y) / p.heads * SLICE, int (gl_WorkGroupID.z));
  int  end = CAUSAL ? min (p.keys, (tile + 1) * PER_LANE * LANES) : p.keys;

  begin (task);
  for (int first_key = 0; first_key < end; first_key += LANES)
    {
      int key = task.picture * p.keys + min (first_key + lane, p.keys - 1);
      make_scores (task, first_key, key);
      [[unroll]] for (int i = 0; i < PER_LANE; i++)
        weigh (i);
      add_values (task, key);
    }
  finish (task);
}
