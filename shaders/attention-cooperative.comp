/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 450
#pragma use_vulkan_memory_model
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require

/* Attention for GPUs that multiply small matrices of binary16 as one
 * instruction of a subgroup: four subgroups take as many queries as their
 * matrices have rows. The keys pass twice, first for each query's greatest
 * score and its sum of weights, then for the weights themselves, which are
 * then final: sums in cooperative matrices cannot be scaled by rows. Scores
 * and sums are f32. q, k and v must be binary16. */

#include "output.glsl"
#include "params.h"
#include "attention.glsl"

layout(local_size_x_id = 3) in;

layout(constant_id = 4) const int M = 16;    /* the device's matrices: A is M x K, B is K x N */
layout(constant_id = 5) const int N = 16;
layout(constant_id = 6) const int K = 16;
layout(constant_id = 7) const int SHARERS = 2; /* invocations to a query: a subgroup's, divided by M */

const int QUERIES = 4 * M;
const int KEYS = 32;
const int UNIT = K > N ? K : N;
const int WIDTH = (STEPS * 4 + UNIT - 1) / UNIT * UNIT;
const int SCORES = KEYS / SHARERS;

/* From one row to the next, in what the array has. */
const int TOKEN_STRIDE = WIDTH / 4 + 2;
const int SCORE_STRIDE = KEYS + 4;
const int WEIGHT_STRIDE = KEYS / 4 + 2;

shared f16vec4 q_tile[QUERIES * TOKEN_STRIDE];
shared f16vec4 kv_tile[KEYS * TOKEN_STRIDE];
shared float score[QUERIES * SCORE_STRIDE];
shared f16vec4 weight[QUERIES * WEIGHT_STRIDE];
shared vec2 parts[QUERIES * SHARERS];

coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> queries[WIDTH / K];
coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> sum[WIDTH / N];

struct Task
{
  int first_query;
  int head;
  int picture;
  int row;  /* the subgroup's first, of the tile */
  int mine; /* the row this invocation shares in */
  int share;
};

/* An item of a tile; tokens past the end are the last, items zero. */
f16vec4
fetch_for_tile (textureBuffer tokens, int picture, int token, int n_tokens, int head, int item)
{
  vec4 values = fetch_item (tokens, picture * n_tokens + min (token, n_tokens - 1), head, min (item, STEPS - 1));
  return f16vec4 (mix (vec4 (0), values, bvec4 (item < STEPS)));
}

void
load_queries (Task task)
{
  for (int i = int (gl_LocalInvocationID.x); i < QUERIES * WIDTH / 4; i += int (gl_WorkGroupSize.x))
    {
      int row = i / (WIDTH / 4), item = i % (WIDTH / 4);
      q_tile[row * TOKEN_STRIDE + item] = fetch_for_tile (q, task.picture, task.first_query + row, p.queries, task.head,
                                                          item);
    }
  barrier ();
  [[unroll]] for (int i = 0; i < WIDTH / K; i++)
    coopMatLoad (queries[i], q_tile, task.row * TOKEN_STRIDE + i * K / 4, TOKEN_STRIDE,
                 gl_CooperativeMatrixLayoutRowMajor);
}

/* Keys or values, between barriers, so that nobody reads what is being replaced */
void
load_tokens (textureBuffer tokens, Task task, int first_key)
{
  barrier ();
  for (int i = int (gl_LocalInvocationID.x); i < KEYS * WIDTH / 4; i += int (gl_WorkGroupSize.x))
    kv_tile[i / (WIDTH / 4) * TOKEN_STRIDE + i % (WIDTH / 4)]
      = fetch_for_tile (tokens, task.picture, first_key + i / (WIDTH / 4), p.keys, task.head, i % (WIDTH / 4));
  barrier ();
}

void
subgroup_barrier ()
{
  controlBarrier (gl_ScopeSubgroup, gl_ScopeSubgroup, gl_StorageSemanticsShared, gl_SemanticsAcquireRelease);
}

/* The scores of the subgroup's queries and the keys at hand */
void
make_scores (Task task)
{
  subgroup_barrier ();
  [[unroll]] for (int j = 0; j < KEYS / N; j++)
    {
      coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> products
        = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> (0);
      [[unroll]] for (int i = 0; i < WIDTH / K; i++)
        {
          coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> keys;
          coopMatLoad (keys, kv_tile, j * N * TOKEN_STRIDE + i * K / 4, TOKEN_STRIDE,
                       gl_CooperativeMatrixLayoutColumnMajor);
          products = coopMatMulAdd (queries[i], keys, products);
        }
      coopMatStore (products, score, task.row * SCORE_STRIDE + j * N, SCORE_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
    }
  subgroup_barrier ();
}

/* One of this invocation's scores; NEVER where the key is not for the query */
float
my_score (Task task, int first_key, int i)
{
  int  at = task.share * SCORES + i, query = task.first_query + task.mine;
  bool exists = first_key + at < p.keys && (!CAUSAL || first_key + at <= query);
  return exists ? p.scale * score[task.mine * SCORE_STRIDE + at] : NEVER;
}

/* The greatest score of this invocation's query and what the weights sum up to */
vec2
survey (Task task, int end)
{
  float top = NEVER, total = 0;

  for (int first_key = 0; first_key < end; first_key += KEYS)
    {
      float greatest = top;
      load_tokens (k, task, first_key);
      make_scores (task);
      [[unroll]] for (int i = 0; i < SCORES; i++)
        greatest = max (greatest, my_score (task, first_key, i));
      total *= exp (top - greatest);
      [[unroll]] for (int i = 0; i < SCORES; i++)
        total += exp (my_score (task, first_key, i) - greatest);
      top = greatest;
    }

  parts[task.mine * SHARERS + task.share] = vec2 (top, total);
  subgroup_barrier ();
  vec2 all = vec2 (NEVER, 0);
  [[unroll]] for (int i = 0; i < SHARERS; i++)
    all.x = max (all.x, parts[task.mine * SHARERS + i].x);
  [[unroll]] for (int i = 0; i < SHARERS; i++)
    all.y += parts[task.mine * SHARERS + i].y * exp (parts[task.mine * SHARERS + i].x - all.x);
  return all;
}

void
make_weights (Task task, int first_key, vec2 all)
{
  [[unroll]] for (int i = 0; i < SCORES; i += 4)
    {
      vec4 w;
      [[unroll]] for (int j = 0; j < 4; j++)
        w[j] = exp (my_score (task, first_key, i + j) - all.x) / all.y;
      weight[task.mine * WEIGHT_STRIDE + (task.share * SCORES + i) / 4] = f16vec4 (w);
    }
  subgroup_barrier ();
}

void
add_values (Task task)
{
  [[unroll]] for (int k = 0; k < KEYS; k += K)
    {
      coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> weights;
      coopMatLoad (weights, weight, task.row * WEIGHT_STRIDE + k / 4, WEIGHT_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (int i = 0; i < WIDTH / N; i++)
        {
          coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> values;
          coopMatLoad (values, kv_tile, k * TOKEN_STRIDE + i * N / 4, TOKEN_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
          sum[i] = coopMatMulAdd (weights, values, sum[i]);
        }
    }
}

/* A matrix of sums after the other, through what were the scores */
void
store_sums (Task task)
{
  [[unroll]] for (int i = 0; i < WIDTH / N; i++)
    {
      subgroup_barrier ();
      coopMatStore (sum[i], score, task.row * SCORE_STRIDE, SCORE_STRIDE, gl_CooperativeMatrixLayoutRowMajor);
      subgroup_barrier ();
      for (int cell = int (gl_SubgroupInvocationID); cell < M * N / 4; cell += int (gl_SubgroupSize))
        {
          int row = task.row + cell / (N / 4), column = cell % (N / 4) * 4, item = (i * N + column) / 4;
          int at = row * SCORE_STRIDE + column;
          if (task.first_query + row < p.queries && item < STEPS)
            store_item (task.picture * p.queries + task.first_query + row, task.head, item,
                        vec4 (score[at], score[at + 1], score[at + 2], score[at + 3]));
        }
    }
}

void
main ()
{
  int  tile = p.first_tile + int (gl_WorkGroupID.x), row = int (gl_SubgroupID) * M;
  int  end = CAUSAL ? min (p.keys, (tile + 1) * QUERIES) : p.keys;
  Task task = Task (tile * QUERIES, int (gl_WorkGroupID.y), int (gl_WorkGroupID.z), row,
                    row + int (gl_SubgroupInvocationID) / SHARERS, int (gl_SubgroupInvocationID) % SHARERS);

  [[unroll]] for (int i = 0; i < WIDTH / N; i++)
    sum[i] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> (0);
  load_queries (task);
  vec2 all = survey (task, end);
  for (int first_key = 0; first_key < end; first_key += KEYS)
    {
      load_tokens (k, task, first_key);
      make_scores (task);
      make_weights (task, first_key, all);
      load_tokens (v, task, first_key);
      add_values (task);
    }
  store_sums (task);
}
