/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require

/* Attention for GPUs, with the softmax made as the keys pass (Milakov and
 * Gimelshein 2018; Dao et al. 2022): 128 invocations take 32 queries, and the
 * keys and values pass through shared memory in tiles of 32 tokens by eight
 * items. Four neighbours share a query: each has eight of a tile's 32 scores,
 * and every fourth pair of its items in the end. */

#include "output.glsl"
#include "params.h"
#include "attention.glsl"

layout(local_size_x = 128) in;

const int TOKENS = 32;
const int ITEMS = 8;   /* of a tile's row */
const int SHARERS = 4; /* invocations to a query */
const int SCORES = TOKENS / SHARERS;
const int TILES = (STEPS + ITEMS - 1) / ITEMS;

shared vec4  q_tile[TOKENS][ITEMS + 1];
shared vec4  kv_tile[TOKENS][ITEMS + 1];
shared float weight[TOKENS][TOKENS + 1];
shared float parts[TOKENS][SHARERS];

vec4  sum[TILES * 2];
float score[SCORES];
float top;
float total;

struct Task
{
  int id;
  int first_query;
  int head;
  int picture;
};

int
my_query (Task task)
{
  return task.id / SHARERS;
}

int
my_share (Task task)
{
  return task.id % SHARERS;
}

/* Two items of a tile; tokens past the end are the last, items zero. */
vec4
fetch_for_tile (textureBuffer tokens, int picture, int token, int n_tokens, int head, int item)
{
  vec4 values = fetch_item (tokens, picture * n_tokens + min (token, n_tokens - 1), head, min (item, STEPS - 1));
  return mix (vec4 (0), values, bvec4 (item < STEPS));
}

void
load_queries (Task task, int tile)
{
  [[unroll]] for (int i = 0; i < 2; i++)
    {
      int cell = task.id + i * TOKENS * SHARERS;
      q_tile[cell / ITEMS][cell % ITEMS] = p.scale * fetch_for_tile (q, task.picture, task.first_query + cell / ITEMS,
                                                                     p.queries, task.head, tile * ITEMS + cell % ITEMS);
    }
}

/* Keys or values */
void
load_tokens (textureBuffer tokens, Task task, int first_key, int tile)
{
  [[unroll]] for (int i = 0; i < 2; i++)
    {
      int cell = task.id + i * TOKENS * SHARERS;
      kv_tile[cell / ITEMS][cell % ITEMS] = fetch_for_tile (tokens, task.picture, first_key + cell / ITEMS, p.keys,
                                                            task.head, tile * ITEMS + cell % ITEMS);
    }
}

void
make_scores (Task task, int first_key)
{
  int query = task.first_query + my_query (task);
  int end = CAUSAL ? min (p.keys, query + 1) : p.keys;

  [[unroll]] for (int j = 0; j < SCORES; j++)
    score[j] = 0;
  for (int tile = 0; tile < TILES; tile++)
    {
      load_queries (task, tile);
      load_tokens (k, task, first_key, tile);
      barrier ();
      for (int item = 0; item < ITEMS; item++)
        {
          vec4 mine = q_tile[my_query (task)][item];
          [[unroll]] for (int j = 0; j < SCORES; j++)
            score[j] += dot (mine, kv_tile[j * SHARERS + my_share (task)][item]);
        }
      barrier ();
    }
  [[unroll]] for (int j = 0; j < SCORES; j++)
    if (first_key + j * SHARERS + my_share (task) >= end)
      score[j] = NEVER;
}

/* Shares the greatest score and the sum of weights among the four of a query. */
void
weigh (Task task)
{
  float greatest = NEVER, part = 0;

  [[unroll]] for (int j = 0; j < SCORES; j++)
    greatest = max (greatest, score[j]);
  parts[my_query (task)][my_share (task)] = greatest;
  barrier ();
  greatest = top;
  [[unroll]] for (int i = 0; i < SHARERS; i++)
    greatest = max (greatest, parts[my_query (task)][i]);
  barrier ();

  [[unroll]] for (int j = 0; j < SCORES; j++)
    {
      float w = exp (score[j] - greatest);
      weight[my_query (task)][j * SHARERS + my_share (task)] = w;
      part += w;
    }
  parts[my_query (task)][my_share (task)] = part;
  barrier ();

  float shrink = exp (top - greatest);
  total *= shrink;
  [[unroll]] for (int i = 0; i < SHARERS; i++)
    total += parts[my_query (task)][i];
  [[unroll]] for (int i = 0; i < TILES * 2; i++)
    sum[i] *= shrink;
  top = greatest;
}

void
add_values (Task task, int first_key)
{
  [[unroll]] for (int tile = 0; tile < TILES; tile++)
    {
      load_tokens (v, task, first_key, tile);
      barrier ();
      for (int key = 0; key < TOKENS; key++)
        {
          float w = weight[my_query (task)][key];
          sum[tile * 2] += w * kv_tile[key][my_share (task)];
          sum[tile * 2 + 1] += w * kv_tile[key][my_share (task) + SHARERS];
        }
      barrier ();
    }
}

void
main ()
{
  int  tile = p.first_tile + int (gl_WorkGroupID.x);
  Task task = Task (int (gl_LocalInvocationID.x), tile * TOKENS, int (gl_WorkGroupID.y), int (gl_WorkGroupID.z));
  int  end = CAUSAL ? min (p.keys, (tile + 1) * TOKENS) : p.keys;
  int  query = task.first_query + my_query (task);

  top = NEVER;
  total = 0;
  [[unroll]] for (int i = 0; i < TILES * 2; i++)
    sum[i] = vec4 (0);
  for (int first_key = 0; first_key < end; first_key += TOKENS)
    {
      make_scores (task, first_key);
      weigh (task);
      add_values (task, first_key);
    }

  if (query >= p.queries)
    return;
  [[unroll]] for (int i = 0; i < TILES * 2; i++)
    {
      int item = i / 2 * ITEMS + i % 2 * SHARERS + my_share (task);
      if (item < STEPS)
        store_item (task.picture * p.queries + query, task.head, item, sum[i] / total);
    }
}
