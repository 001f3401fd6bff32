/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Attention in blocks with the running maximum of Milakov and Gimelshein 2018
 * ("Online normalizer calculation for softmax") as in Dao et al. 2022
 * ("FlashAttention"): the score matrix is never stored. Compiled once for each
 * instruction set.
 *
 * Operands are counted in words of 32 bits: a float, or, where the processor
 * multiplies pairs of bf16, such a pair along the dimension summed over. With
 * that both products, scores = q k^T and output += p v, are one routine on
 * words: y (rows, columns) = y scale + a (rows, words) b (words, columns).
 *
 * Packed is, for each block of keys, k (words of d, keys) and v (words of
 * keys, d rounded up to whole vectors), the last block filled up with zeros.
 */

#include "pent-cpu-kernel-sets.h"
#include "pent-cpu-vector.h"

#include <math.h>

#if PENT_LANES == 16 && defined __AVX512BF16__
# define HAS_PAIRS 1
#else
# define HAS_PAIRS 0
#endif

/* Rows of the blocks' buffers: a tile may go past the last query, and vectors
 * of rows are whole. */
#define N_ROWS (PENT_CPU_QUERY_BLOCK + 16)

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

/* A tile of ROWS rows and COLUMNS vectors of the product, held in registers. */
#define DEFINE_TILE(kind, ROWS, COLUMNS)                                                                             \
  static void tile_##kind##_##COLUMNS (const guint32 *a, gsize a_stride, const guint32 *b, gsize b_stride, float *y, \
                                       gsize y_stride, gsize n_words, const float *scale)                            \
  {                                                                                                                  \
    Vec sum[ROWS][COLUMNS];                                                                                          \
    _Pragma ("GCC unroll 8") for (int r = 0; r < ROWS; r++)                                                          \
      _Pragma ("GCC unroll 8") for (int c = 0; c < COLUMNS; c++)                                                     \
        sum[r][c] = scale != NULL ? vec_load (y + r * y_stride + c * PENT_LANES) * vec_all (scale[r]) : vec_all (0); \
    for (gsize i = 0; i < n_words; i++)                                                                              \
      {                                                                                                              \
        Vec row[COLUMNS];                                                                                            \
        _Pragma ("GCC unroll 8") for (int c = 0; c < COLUMNS; c++)                                                   \
          row[c] = vec_load (b + i * b_stride + c * PENT_LANES);                                                     \
        _Pragma ("GCC unroll 8") for (int r = 0; r < ROWS; r++)                                                      \
          _Pragma ("GCC unroll 8") for (int c = 0; c < COLUMNS; c++)                                                 \
            sum[r][c] = multiply_##kind (sum[r][c], a[r * a_stride + i], row[c]);                                    \
      }                                                                                                              \
    _Pragma ("GCC unroll 8") for (int r = 0; r < ROWS; r++)                                                          \
      _Pragma ("GCC unroll 8") for (int c = 0; c < COLUMNS; c++)                                                     \
        vec_store (y + r * y_stride + c * PENT_LANES, sum[r][c]);                                                    \
  }

typedef void (*Tile) (const guint32 *a, gsize a_stride, const guint32 *b, gsize b_stride, float *y, gsize y_stride,
                      gsize n_words, const float *scale);

/* As many sums as the registers hold beside a row of b and one value of a:
 * 32 registers with AVX-512, else 16. */
#if PENT_LANES == 16
# define MAX_TILE_COLUMNS 5
static const int tile_rows[MAX_TILE_COLUMNS + 1] = { 0, 8, 8, 8, 6, 5 };
DEFINE_TILE (floats, 8, 1)
DEFINE_TILE (floats, 8, 2)
DEFINE_TILE (floats, 8, 3)
DEFINE_TILE (floats, 6, 4)
DEFINE_TILE (floats, 5, 5)
static const Tile tiles_of_floats[MAX_TILE_COLUMNS + 1] = {
  NULL, tile_floats_1, tile_floats_2, tile_floats_3, tile_floats_4, tile_floats_5,
};
#else
# define MAX_TILE_COLUMNS 3
static const int tile_rows[MAX_TILE_COLUMNS + 1] = { 0, 8, 6, 4 };
DEFINE_TILE (floats, 8, 1)
DEFINE_TILE (floats, 6, 2)
DEFINE_TILE (floats, 4, 3)
static const Tile tiles_of_floats[MAX_TILE_COLUMNS + 1] = { NULL, tile_floats_1, tile_floats_2, tile_floats_3 };
#endif

#if HAS_PAIRS
DEFINE_TILE (pairs, 8, 1)
DEFINE_TILE (pairs, 8, 2)
DEFINE_TILE (pairs, 8, 3)
DEFINE_TILE (pairs, 6, 4)
DEFINE_TILE (pairs, 5, 5)
static const Tile tiles_of_pairs[MAX_TILE_COLUMNS + 1] = {
  NULL, tile_pairs_1, tile_pairs_2, tile_pairs_3, tile_pairs_4, tile_pairs_5,
};
#endif

/* Vectors of the next tile where @n are left: one size for all if it can be. */
static int
choose_columns (gsize n)
{
  if (n <= MAX_TILE_COLUMNS)
    return n;
  for (int columns = MAX_TILE_COLUMNS; columns > 2; columns--)
    if (n % columns == 0)
      return columns;
  return MAX_TILE_COLUMNS - 1;
}

/* The first @n_rows rows of y (and up to 7 more, which mean nothing) = y * scale
 * by row + a b; without @scale y is overwritten. */
static void
multiply (gboolean pairs, const guint32 *a, gsize a_stride, const guint32 *b, gsize b_stride, float *y,
          gsize y_stride, gsize n_rows, gsize n_vectors, gsize n_words, const float *scale)
{
  for (gsize c = 0; c < n_vectors;)
    {
      int columns = choose_columns (n_vectors - c), rows = tile_rows[columns];
      Tile tile = tiles_of_floats[columns];
#if HAS_PAIRS
      if (pairs)
        tile = tiles_of_pairs[columns];
#endif
      for (gsize r = 0; r < n_rows; r += rows)
        tile (a + r * a_stride, a_stride, b + c * PENT_LANES, b_stride, y + r * y_stride + c * PENT_LANES, y_stride,
              n_words, scale != NULL ? scale + r : NULL);
      c += columns;
    }
}

typedef struct
{
  gboolean pairs;
  gsize    k_words;   /* along d */
  gsize    v_words;   /* along the keys of a block */
  gsize    width;     /* d rounded up to whole vectors */
  gsize    block;     /* words of a packed block */
} Layout;

static Layout
lay_out (const PentCpuAttention *self)
{
  Layout layout = { .pairs = HAS_PAIRS && self->dtype == PENT_BF16 };

  layout.k_words = layout.pairs ? (self->d + 1) / 2 : self->d;
  layout.v_words = layout.pairs ? PENT_CPU_KEY_BLOCK / 2 : PENT_CPU_KEY_BLOCK;
  layout.width = (self->d + PENT_LANES - 1) / PENT_LANES * PENT_LANES;
  layout.block = layout.k_words * PENT_CPU_KEY_BLOCK + layout.v_words * layout.width;
  return layout;
}

gsize
PENT_CPU_IN_SET (pent_cpu_attention_packed_size) (const PentCpuAttention *self)
{
  gsize n_blocks = (self->n_keys + PENT_CPU_KEY_BLOCK - 1) / PENT_CPU_KEY_BLOCK;

  return n_blocks * lay_out (self).block * sizeof (guint32);
}

/* The words of one token's head, with zeros to the end of the last. */
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
      words[layout->k_words - 1] = 0;
      memcpy (words, row, self->d * sizeof (guint16));
    }
  else
    {
      gsize c = 0;
      for (; c + PENT_LANES <= self->d; c += PENT_LANES)
        vec_store (words + c, vec_from_bf16 ((const guint16 *) (const void *) row + c));
      if (c < self->d)
        vec_write_some (PENT_F32, words, c, vec_read_some (PENT_BF16, row, c, self->d - c), self->d - c);
    }
}

/* How many keys are turned at a time: their words lie in a buffer on the stack
 * in pieces of so many words. */
#define TURN 16

static void
pack_keys (const PentCpuAttention *self, const Layout *layout, const void *k, gsize first, gsize n_keys,
           guint32 *packed)
{
  gsize size = pent_dtype_size (self->dtype), per_word = layout->pairs ? 2 : 1;

  for (gsize j = 0; j < n_keys; j += TURN)
    for (gsize c = 0; c < layout->k_words; c += TURN)
      {
        guint32 words[TURN][TURN] = { 0 };
        PentCpuAttention piece = *self;
        Layout piece_layout = *layout;
        gsize n_words = MIN (TURN, layout->k_words - c), n_rows = MIN (TURN, n_keys - j);

        piece.d = MIN (TURN * per_word, self->d - c * per_word);
        piece_layout.k_words = n_words;
        for (gsize r = 0; r < n_rows; r++)
          read_words (&piece, &piece_layout, (const guint8 *) k + c * per_word * size, first + j + r, words[r]);
        for (gsize w = 0; w < n_words; w++)
          for (gsize r = 0; r < TURN; r++)
            packed[(c + w) * PENT_CPU_KEY_BLOCK + j + r] = words[r][w];
      }
}

static void
pack_values (const PentCpuAttention *self, const Layout *layout, const void *v, gsize first, gsize n_keys,
             guint32 *packed)
{
  if (!layout->pairs)
    {
      for (gsize j = 0; j < n_keys; j++)
        {
          read_words (self, layout, v, first + j, packed + j * layout->width);
          memset (packed + j * layout->width + self->d, 0, (layout->width - self->d) * sizeof (guint32));
        }
      return;
    }

  const guint16 *values = v;
  for (gsize j = 0; j < n_keys; j += 2)
    {
      const guint16 *even = values + (first + j) * self->stride, *odd = even + self->stride;
      guint32 *row = packed + j / 2 * layout->width;
      for (gsize c = 0; c < self->d; c++)
        row[c] = even[c] | (guint32) (j + 1 < n_keys ? odd[c] : 0) << 16;
      memset (row + self->d, 0, (layout->width - self->d) * sizeof (guint32));
    }
}

void
PENT_CPU_IN_SET (pent_cpu_attention_pack) (const PentCpuAttention *self, const void *k, const void *v, gsize block,
                                           void *packed)
{
  Layout layout = lay_out (self);
  gsize first = block * PENT_CPU_KEY_BLOCK, n_keys = MIN (PENT_CPU_KEY_BLOCK, self->n_keys - first);
  guint32 *words = (guint32 *) packed + block * layout.block;

  pack_keys (self, &layout, k, first, n_keys, words);
  pack_values (self, &layout, v, first, n_keys, words + layout.k_words * PENT_CPU_KEY_BLOCK);
}

/* What one thread works on: a block of queries and what is known of it so far. */
typedef struct
{
  guint32 *q;        /* (rows, k_words) */
  float   *scores;   /* (rows, keys of a block); becomes p where words are floats */
  guint32 *pairs;    /* (rows, v_words): p where words are pairs */
  float   *sum;      /* (rows, width): the output before it is divided by total */
  float   *top;      /* (rows): the largest score so far, as an exponent of 2 */
  float   *old_top;  /* (rows): as it was a block ago; then what the old sums are scaled by */
  float   *total;    /* (rows): the sum of p */
} Work;

static gsize
round_to_line (gsize words)
{
  return (words + 15) & ~(gsize) 15;
}

/* Takes @words words from the memory at *@next. */
static void *
take (guint32 **next, gsize words)
{
  void *taken = *next;

  *next += round_to_line (words);
  return taken;
}

/* Cuts the memory at *@next, which goes to its end. */
static Work
cut (const Layout *layout, guint32 **next)
{
  Work work;

  work.q = take (next, N_ROWS * layout->k_words);
  work.scores = take (next, N_ROWS * PENT_CPU_KEY_BLOCK);
  work.pairs = take (next, layout->pairs ? N_ROWS * layout->v_words : 0);
  work.sum = take (next, N_ROWS * layout->width);
  work.top = take (next, N_ROWS);
  work.old_top = take (next, N_ROWS);
  work.total = take (next, N_ROWS);
  return work;
}

gsize
PENT_CPU_IN_SET (pent_cpu_attention_scratch_size) (const PentCpuAttention *self)
{
  Layout layout = lay_out (self);
  gsize words = N_ROWS * (layout.k_words + PENT_CPU_KEY_BLOCK + (layout.pairs ? layout.v_words : 0) + layout.width)
                + 3 * N_ROWS;

  return (words + 7 * 16) * sizeof (guint32);
}

/* Scores beyond the last key a query sees count as minus infinity. */
static void
mask (const PentCpuAttention *self, const Work *work, gsize first_query, gsize n_queries, gsize first_key,
      gsize n_keys, gsize n_columns)
{
  for (gsize r = 0; r < n_queries; r++)
    {
      gsize seen = self->causal ? MIN (n_keys, first_query + r + 1 - first_key) : n_keys;
      for (gsize c = seen; c < n_columns; c++)
        work->scores[r * PENT_CPU_KEY_BLOCK + c] = -INFINITY;
    }
}

/* Turns a block's scores into p = 2^(score - top), in place; old_top becomes
 * what the sums so far are to be scaled by. The scores come as exponents of e,
 * unscaled: @slope is log2 (e) / sqrt (d). */
static void
exponentiate (const Work *work, const Layout *layout, gsize n_queries, gsize n_columns, float slope)
{
  for (gsize r = 0; r < n_queries; r++)
    {
      const float *row = work->scores + r * PENT_CPU_KEY_BLOCK;
      Vec top = vec_load (row);
      for (gsize c = PENT_LANES; c < n_columns; c += PENT_LANES)
        top = vec_max (top, vec_load (row + c));
      work->old_top[r] = work->top[r];
      work->top[r] = fmaxf (work->top[r], vec_top (top) * slope);
    }
  for (gsize r = 0; r < N_ROWS; r += PENT_LANES)
    vec_store (work->old_top + r, vec_exp2 (vec_load (work->old_top + r) - vec_load (work->top + r)));
  for (gsize r = 0; r < n_queries; r++)
    {
      float *row = work->scores + r * PENT_CPU_KEY_BLOCK;
      Vec minus_top = vec_all (-work->top[r]), total = vec_all (0);
      for (gsize c = 0; c < n_columns; c += PENT_LANES)
        {
          Vec p = vec_exp2 (vec_fma (vec_load (row + c), vec_all (slope), minus_top));
          total += p;
          if (layout->pairs)
            vec_write (PENT_BF16, work->pairs + r * layout->v_words, c, p);
          else
            vec_store (row + c, p);
        }
      work->total[r] = work->total[r] * work->old_top[r] + vec_sum (total);
    }
}

static void
start (const PentCpuAttention *self, const Layout *layout, const Work *work, const void *q, gsize first_query,
       gsize n_queries)
{
  for (gsize r = 0; r < n_queries; r++)
    read_words (self, layout, q, first_query + r, work->q + r * layout->k_words);
  memset (work->q + n_queries * layout->k_words, 0, (N_ROWS - n_queries) * layout->k_words * sizeof (guint32));
  memset (work->sum, 0, N_ROWS * layout->width * sizeof (float));
  for (gsize r = 0; r < N_ROWS; r++)
    {
      work->top[r] = work->old_top[r] = r < n_queries ? -INFINITY : 0;
      work->total[r] = 0;
    }
}

static void
finish (const PentCpuAttention *self, const Layout *layout, const Work *work, gsize first_query, gsize n_queries,
        void *y)
{
  for (gsize r = 0; r < n_queries; r++)
    {
      const float *row = work->sum + r * layout->width;
      gsize at = (first_query + r) * self->stride, c = 0;
      Vec scale = vec_all (1 / work->total[r]);
      for (; c + PENT_LANES <= self->d; c += PENT_LANES)
        vec_write (self->output, y, at + c, vec_load (row + c) * scale);
      if (c < self->d)
        vec_write_some (self->output, y, at + c, vec_load (row + c) * scale, self->d - c);
    }
}

void
PENT_CPU_IN_SET (pent_cpu_attention_run) (const PentCpuAttention *self, const void *q, const void *packed,
                                          gsize block, void *y, void *scratch)
{
  Layout layout = lay_out (self);
  gsize first = block * PENT_CPU_QUERY_BLOCK, n_queries = MIN (PENT_CPU_QUERY_BLOCK, self->n_queries - first);
  gsize end = self->causal ? MIN (self->n_keys, first + n_queries) : self->n_keys;
  float slope = (float) (M_LOG2E / sqrt (self->d));
  guint32 *next = scratch;
  Work work = cut (&layout, &next);

  start (self, &layout, &work, q, first, n_queries);
  for (gsize key = 0; key < end; key += PENT_CPU_KEY_BLOCK)
    {
      const guint32 *k = (const guint32 *) packed + key / PENT_CPU_KEY_BLOCK * layout.block;
      const guint32 *v = k + layout.k_words * PENT_CPU_KEY_BLOCK;
      gsize n_keys = MIN (PENT_CPU_KEY_BLOCK, end - key);
      gsize n_vectors = (n_keys + PENT_LANES - 1) / PENT_LANES;

      multiply (layout.pairs, work.q, layout.k_words, k, PENT_CPU_KEY_BLOCK, work.scores, PENT_CPU_KEY_BLOCK,
                n_queries, n_vectors, layout.k_words, NULL);
      mask (self, &work, first, n_queries, key, n_keys, n_vectors * PENT_LANES);
      exponentiate (&work, &layout, n_queries, n_vectors * PENT_LANES, slope);
      if (layout.pairs)
        multiply (TRUE, work.pairs, layout.v_words, v, layout.width, work.sum, layout.width, n_queries,
                  layout.width / PENT_LANES, (n_keys + 1) / 2, work.old_top);
      else
        multiply (FALSE, (const guint32 *) work.scores, PENT_CPU_KEY_BLOCK, v, layout.width, work.sum, layout.width,
                  n_queries, layout.width / PENT_LANES, n_keys, work.old_top);
    }
  finish (self, &layout, &work, first, n_queries, y);
}
