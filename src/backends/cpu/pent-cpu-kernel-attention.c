/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Attention in blocks with the running maximum of Milakov and Gimelshein 2018
 * ("Online normalizer calculation for softmax") as in Dao et al. 2022
 * ("FlashAttention"): the score matrix is never stored. Compiled once for each
 * instruction set.
 *
 * Queries lie side by side in the lanes of vectors, so that scores, softmax and
 * output are computed for a vector of queries at once, whatever d is:
 * scores^T = k q^T and output^T += v^T p^T are one routine, a few numbers of k
 * or v times vectors of queries.
 *
 * Operands are counted in words of 32 bits: a float, or, where the processor
 * multiplies pairs of bf16, such a pair along the dimension summed over.
 * Packed is k (keys, words of d), then v (words of keys, d).
 */

#include "pent-cpu-kernel-sets.h"
#include "pent-cpu-vector.h"

#if PENT_LANES == 16 && defined __AVX512BF16__
# define HAS_PAIRS 1
#else
# define HAS_PAIRS 0
#endif

#define N_QUERIES PENT_CPU_QUERY_BLOCK
#define N_KEYS    PENT_CPU_KEY_BLOCK

/* Vectors of a tile, so that a block of queries is a whole number of them. */
#if PENT_LANES == 16
# define TILE_VECTORS 4
# define MAX_TILE_ROWS 6
#else
# define TILE_VECTORS 2
# define MAX_TILE_ROWS 5
#endif
#define TILE_QUERIES (TILE_VECTORS * PENT_LANES)

/* The numbers a tile multiplies vectors with: row r, word i at
 * r * row + i * word. */
typedef struct
{
  const guint32 *data;
  gsize          row;
  gsize          word;
} Numbers;

PENT_INLINE Vec
multiply_floats (Vec sum, guint32 a, Vec b)
{
  union { guint32 u; float f; } word = { .u = a };
  return vec_fma (vec_all (word.f), b, sum);
}

#if HAS_PAIRS
PENT_INLINE Vec
multiply_pairs (Vec sum, guint32 a, Vec b)
{
  return (Vec) _mm512_dpbf16_ps ((__m512) sum, (__m512bh) _mm512_set1_epi32 (a), (__m512bh) b);
}
#endif

/* ROWS rows of TILE_QUERIES queries, held in registers: y = y * scale + a b,
 * or a b without @scale, which has a value for each query. Rows of b and y are
 * N_QUERIES apart. */
#define DEFINE_TILE(kind, ROWS)                                                                                \
  static void tile_##kind##_##ROWS (Numbers a, const guint32 *b, gsize n_words, const float *scale, float *y)  \
  {                                                                                                            \
    Vec sum[ROWS][TILE_VECTORS];                                                                               \
    _Pragma ("GCC unroll 8") for (int r = 0; r < ROWS; r++)                                                    \
      _Pragma ("GCC unroll 8") for (int c = 0; c < TILE_VECTORS; c++)                                          \
        sum[r][c] = scale == NULL ? vec_all (0)                                                                \
                                  : vec_load (y + r * N_QUERIES + c * PENT_LANES)                              \
                                        * vec_load (scale + c * PENT_LANES);                                   \
    for (gsize i = 0; i < n_words; i++)                                                                        \
      {                                                                                                        \
        Vec row[TILE_VECTORS];                                                                                 \
        _Pragma ("GCC unroll 8") for (int c = 0; c < TILE_VECTORS; c++)                                        \
          row[c] = vec_load (b + i * N_QUERIES + c * PENT_LANES);                                              \
        _Pragma ("GCC unroll 8") for (int r = 0; r < ROWS; r++)                                                \
          _Pragma ("GCC unroll 8") for (int c = 0; c < TILE_VECTORS; c++)                                      \
            sum[r][c] = multiply_##kind (sum[r][c], a.data[r * a.row + i * a.word], row[c]);                   \
      }                                                                                                        \
    _Pragma ("GCC unroll 8") for (int r = 0; r < ROWS; r++)                                                    \
      _Pragma ("GCC unroll 8") for (int c = 0; c < TILE_VECTORS; c++)                                          \
        vec_store (y + r * N_QUERIES + c * PENT_LANES, sum[r][c]);                                             \
  }

typedef void (*Tile) (Numbers a, const guint32 *b, gsize n_words, const float *scale, float *y);

#define DEFINE_TILES(kind) \
  DEFINE_TILE (kind, 1)    \
  DEFINE_TILE (kind, 2)    \
  DEFINE_TILE (kind, 3)    \
  DEFINE_TILE (kind, 4)    \
  DEFINE_TILE (kind, 5)

/* By the number of rows: with AVX-512's 32 registers up to six. */
DEFINE_TILES (floats)
#if MAX_TILE_ROWS == 6
DEFINE_TILE (floats, 6)
static const Tile tiles_of_floats[MAX_TILE_ROWS + 1] = {
  NULL, tile_floats_1, tile_floats_2, tile_floats_3, tile_floats_4, tile_floats_5, tile_floats_6,
};
#else
static const Tile tiles_of_floats[MAX_TILE_ROWS + 1] = {
  NULL, tile_floats_1, tile_floats_2, tile_floats_3, tile_floats_4, tile_floats_5,
};
#endif

#if HAS_PAIRS
DEFINE_TILES (pairs)
DEFINE_TILE (pairs, 6)
static const Tile tiles_of_pairs[MAX_TILE_ROWS + 1] = {
  NULL, tile_pairs_1, tile_pairs_2, tile_pairs_3, tile_pairs_4, tile_pairs_5, tile_pairs_6,
};
#endif

/* y (n_rows, queries) = y * scale + a (n_rows, n_words) b (n_words, queries).
 * Rows are shared out evenly among as few tiles as can be. */
static void
multiply (gboolean pairs, Numbers a, const guint32 *b, gsize n_rows, gsize n_words, gsize n_queries,
          const float *scale, float *y)
{
  gsize n_tiles = (n_rows + MAX_TILE_ROWS - 1) / MAX_TILE_ROWS;
  gsize rows = n_rows / n_tiles, n_larger = n_rows % n_tiles;

  for (gsize i = 0, r = 0; i < n_tiles; i++)
    {
      gsize these = i < n_larger ? rows + 1 : rows;
      Numbers part = { a.data + r * a.row, a.row, a.word };
      Tile tile = tiles_of_floats[these];
#if HAS_PAIRS
      if (pairs)
        tile = tiles_of_pairs[these];
#endif
      for (gsize q = 0; q < n_queries; q += TILE_QUERIES)
        tile (part, b + q, n_words, scale != NULL ? scale + q : NULL, y + r * N_QUERIES + q);
      r += these;
    }
}

typedef struct
{
  gboolean pairs;
  gsize    d_words;     /* of a token's head */
  gsize    key_words;   /* of all keys */
} Layout;

static Layout
lay_out (const PentCpuAttention *self)
{
  gboolean pairs = HAS_PAIRS && self->dtype == PENT_BF16;

  return (Layout) { pairs, pairs ? (self->d + 1) / 2 : self->d, pairs ? (self->n_keys + 1) / 2 : self->n_keys };
}

gsize
PENT_CPU_IN_SET (pent_cpu_attention_packed_size) (const PentCpuAttention *self)
{
  Layout layout = lay_out (self);

  return (self->n_keys * layout.d_words + layout.key_words * self->d) * sizeof (guint32);
}

/* The words of one token's head; the last pair of an odd d is filled up with 0. */
static void
read_words (const PentCpuAttention *self, const Layout *layout, const void *tokens, gsize token, guint32 *words)
{
  const guint8 *row = (const guint8 *) tokens + token * self->stride * pent_dtype_size (self->dtype);

  if (self->dtype == PENT_F32)
    {
      memcpy (words, row, self->d * sizeof (float));
    }
  else if (layout->pairs)
    {
      words[layout->d_words - 1] = 0;
      memcpy (words, row, self->d * sizeof (guint16));
    }
  else
    {
      gsize c = 0;
      for (; c + PENT_LANES <= self->d; c += PENT_LANES)
        vec_store (words + c, vec_read (PENT_BF16, row, c));
      if (c < self->d)
        vec_write_some (PENT_F32, words, c, vec_read_some (PENT_BF16, row, c, self->d - c), self->d - c);
    }
}

/* Two tokens' values side by side, the second 0 beyond the last key. */
static void
pair_values (const PentCpuAttention *self, const guint16 *v, gsize key, guint32 *words)
{
  const guint16 *even = v + key * self->stride;
  const guint16 *odd = key + 1 < self->n_keys ? even + self->stride : NULL;

  for (gsize c = 0; c < self->d; c++)
    words[c] = even[c] | (guint32) (odd != NULL ? odd[c] : 0) << 16;
}

void
PENT_CPU_IN_SET (pent_cpu_attention_pack) (const PentCpuAttention *self, const void *k, const void *v, gsize block,
                                           void *packed)
{
  Layout layout = lay_out (self);
  gsize first = block * N_KEYS, end = MIN (first + N_KEYS, self->n_keys);
  guint32 *packed_k = packed, *packed_v = packed_k + self->n_keys * layout.d_words;

  for (gsize key = first; key < end; key++)
    read_words (self, &layout, k, key, packed_k + key * layout.d_words);
  if (layout.pairs)
    for (gsize key = first; key < end; key += 2)
      pair_values (self, v, key, packed_v + key / 2 * self->d);
  else
    for (gsize key = first; key < end; key++)
      read_words (self, &layout, v, key, packed_v + key * self->d);
}

/* What one thread works on: a block of queries and what is known of it so far.
 * Every row has N_QUERIES columns. */
typedef struct
{
  guint32 *q;        /* words of d */
  float   *scores;   /* keys; becomes p where words are floats */
  guint32 *pairs;    /* pairs of keys: p where words are pairs */
  float   *sum;      /* d: the output before it is divided by total */
  float   *top;      /* one: the largest score so far, as an exponent of 2 */
  float   *total;    /* one: the sum of p */
  float   *decay;    /* one: what the sums so far are to be scaled by */
  guint32 *row;      /* no row of queries, but d words of one of them */
} Work;

static gsize
round_to_line (gsize words)
{
  return (words + 15) & ~(gsize) 15;
}

static Work
cut (const PentCpuAttention *self, guint32 *scratch)
{
  Layout layout = lay_out (self);
  Work work;

  work.q = scratch;
  work.pairs = work.q + layout.d_words * N_QUERIES;
  work.row = work.pairs + (layout.pairs ? N_KEYS / 2 * N_QUERIES : 0);
  work.scores = (float *) work.row + round_to_line (self->d);
  work.sum = work.scores + N_KEYS * N_QUERIES;
  work.top = work.sum + self->d * N_QUERIES;
  work.total = work.top + N_QUERIES;
  work.decay = work.total + N_QUERIES;
  return work;
}

gsize
PENT_CPU_IN_SET (pent_cpu_attention_scratch_size) (const PentCpuAttention *self)
{
  Layout layout = lay_out (self);
  gsize rows = layout.d_words + (layout.pairs ? N_KEYS / 2 : 0) + N_KEYS + self->d + 3;

  return (rows * N_QUERIES + round_to_line (self->d)) * sizeof (guint32);
}

/* Query @first + r sees keys up to itself: what lies behind is minus infinity. */
static void
mask (const Work *work, gsize first_query, gsize first_key, gsize n_keys)
{
  for (gsize j = 0; j < n_keys; j++)
    for (gsize q = 0; q < N_QUERIES && first_query + q < first_key + j; q++)
      work->scores[j * N_QUERIES + q] = -INFINITY;
}

/* The largest scores of a vector of queries. Four rows at a time: each maximum
 * waits for the last. */
PENT_INLINE Vec
find_top (const float *scores, gsize n_keys)
{
  Vec top[4];
  gsize j = 0;

  for (int i = 0; i < 4; i++)
    top[i] = vec_load (scores);
  for (; j + 4 <= n_keys; j += 4)
    for (int i = 0; i < 4; i++)
      top[i] = vec_max (top[i], vec_load (scores + (j + i) * N_QUERIES));
  for (; j < n_keys; j++)
    top[0] = vec_max (top[0], vec_load (scores + j * N_QUERIES));
  return vec_max (vec_max (top[0], top[1]), vec_max (top[2], top[3]));
}

/* p = 2^(score - top) for a vector of queries, in place; @slope turns scores
 * into exponents of 2. */
static void
exponentiate (const Work *work, gsize q, gsize n_keys, float slope)
{
  float *scores = work->scores + q;
  Vec old_top = vec_load (work->top + q), total = vec_all (0);
  Vec top = vec_max (old_top, find_top (scores, n_keys) * vec_all (slope));

  for (gsize j = 0; j < n_keys; j++)
    {
      Vec p = vec_exp2_below (vec_fma (vec_load (scores + j * N_QUERIES), vec_all (slope), -top));
      total += p;
      vec_store (scores + j * N_QUERIES, p);
    }
  Vec decay = vec_exp2_below (old_top - top);
  vec_store (work->top + q, top);
  vec_store (work->decay + q, decay);
  vec_store (work->total + q, vec_fma (vec_load (work->total + q), decay, total));
}

#if HAS_PAIRS
/* p of two keys side by side, for a vector of queries. */
static void
pair_scores (const Work *work, gsize q, gsize n_keys)
{
  for (gsize j = 0; j < n_keys; j += 2)
    {
      const float *even = work->scores + j * N_QUERIES + q;
      Vec odd = j + 1 < n_keys ? vec_load (even + N_QUERIES) : vec_all (0);
      VecU low = __builtin_convertvector (vec_to_bf16 (vec_load (even)), VecU);
      VecU high = __builtin_convertvector (vec_to_bf16 (odd), VecU);
      VecU both = low | high << 16;
      memcpy (work->pairs + j / 2 * N_QUERIES + q, &both, sizeof both);
    }
}
#endif

static void
start (const PentCpuAttention *self, const Layout *layout, const Work *work, const void *q, gsize first_query,
       gsize n_queries)
{
  if (n_queries < N_QUERIES)
    memset (work->q, 0, layout->d_words * N_QUERIES * sizeof (guint32));
  for (gsize r = 0; r < n_queries; r++)
    {
      read_words (self, layout, q, first_query + r, work->row);
      for (gsize i = 0; i < layout->d_words; i++)
        work->q[i * N_QUERIES + r] = work->row[i];
    }
  memset (work->sum, 0, self->d * N_QUERIES * sizeof (float));
  for (gsize r = 0; r < N_QUERIES; r++)
    {
      work->top[r] = -INFINITY;
      work->total[r] = 0;
    }
}

static void
finish (const PentCpuAttention *self, const Work *work, gsize first_query, gsize n_queries, void *y)
{
  float *row = (float *) (void *) work->row;

  for (gsize r = 0; r < n_queries; r++)
    {
      gsize at = (first_query + r) * self->stride, c = 0;
      float scale = 1 / work->total[r];
      for (gsize i = 0; i < self->d; i++)
        row[i] = work->sum[i * N_QUERIES + r] * scale;
      for (; c + PENT_LANES <= self->d; c += PENT_LANES)
        vec_write (self->output, y, at + c, vec_load (row + c));
      if (c < self->d)
        vec_write_some (self->output, y, at + c, vec_load_some (row + c, self->d - c), self->d - c);
    }
}

/* Takes one block of keys into account. */
static void
attend (const PentCpuAttention *self, const Layout *layout, const Work *work, const guint32 *packed,
        gsize first_query, gsize n_queries, gsize first_key, gsize n_keys)
{
  const guint32 *k = packed + first_key * layout->d_words;
  const guint32 *v = packed + self->n_keys * layout->d_words + (layout->pairs ? first_key / 2 : first_key) * self->d;
  float slope = (float) (M_LOG2E / sqrt (self->d));

  multiply (layout->pairs, (Numbers) { k, layout->d_words, 1 }, work->q, n_keys, layout->d_words, n_queries, NULL,
            work->scores);
  if (self->causal)
    mask (work, first_query, first_key, n_keys);
  for (gsize q = 0; q < n_queries; q += PENT_LANES)
    {
      exponentiate (work, q, n_keys, slope);
#if HAS_PAIRS
      if (layout->pairs)
        pair_scores (work, q, n_keys);
#endif
    }
  const guint32 *p = layout->pairs ? work->pairs : (const guint32 *) (const void *) work->scores;
  gsize n_words = layout->pairs ? (n_keys + 1) / 2 : n_keys;
  multiply (layout->pairs, (Numbers) { v, 1, self->d }, p, self->d, n_words, n_queries, work->decay, work->sum);
}

void
PENT_CPU_IN_SET (pent_cpu_attention_run) (const PentCpuAttention *self, const void *q, const void *packed,
                                          gsize block, void *y, void *scratch)
{
  Layout layout = lay_out (self);
  gsize first = block * N_QUERIES, n_queries = MIN (N_QUERIES, self->n_queries - first);
  gsize end = self->causal ? MIN (self->n_keys, first + n_queries) : self->n_keys;
  Work work = cut (self, scratch);

  start (self, &layout, &work, q, first, n_queries);
  for (gsize key = 0; key < end; key += N_KEYS)
    attend (self, &layout, &work, packed, first, n_queries, key, MIN (N_KEYS, end - key));
  finish (self, &work, first, n_queries, y);
}
