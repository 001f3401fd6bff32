/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-graph.h"

G_BEGIN_DECLS

/* Queries and keys that are looked at together. A block's scores, queries and
 * output stay in the first two levels of cache. */
#define PENT_CPU_QUERY_BLOCK 64
#define PENT_CPU_KEY_BLOCK   64

/**
 * PentCpuAttention:
 * @dtype: of q, k and v: f32 or bf16
 * @output: of the result: f32 or bf16
 * @d: channels of a head
 * @stride: elements from one token to the next: heads * d
 * @causal: query i sees keys 0 to i
 *
 * One head of one item of a batch.
 */
typedef struct
{
  PentDtype dtype;
  PentDtype output;
  gsize     d;
  gsize     stride;
  gsize     n_queries;
  gsize     n_keys;
  gboolean  causal;
} PentCpuAttention;

/* Vectors side by side in a panel: what one tile of a product is wide. */
#define PENT_CPU_PANEL_VECTORS 2

/**
 * PentCpuTileEnd:
 * @residual: (nullable): laid out as @y, or @y itself; added last
 * @gated: the second half of the panel's columns gates the first: y = a gelu (b)
 * @n_columns: columns of @y, at most the panel's, or half of them if @gated
 *
 * What becomes of a tile's sums: y = act (sums) + residual.
 */
typedef struct
{
  const float   *residual;
  float         *y;
  gsize          y_stride;
  gsize          n_columns;
  gboolean       gated;
  PentActivation activation;
} PentCpuTileEnd;

/**
 * PentCpuTile:
 * @x: the first of the rows, of @depth values each
 * @x_stride: values from a row to the next
 * @panel: (depth, panel width), aligned to a cache line
 * @start: what the products are added to: (panel width), a bias, or partial sums
 * @start_stride: values from a row of it to the next; 0: all rows start alike
 *
 * A part of a product in f32: the sums are x panel + start.
 */
typedef struct
{
  const float   *x;
  gsize          x_stride;
  gsize          depth;
  const float   *panel;
  const float   *start;
  gsize          start_stride;
  PentCpuTileEnd end;
} PentCpuTile;

/**
 * PentCpuInt8Tile:
 * @x: the first of the rows, as PentCpuKernels.quantise_row() leaves them
 * @row_scales: what one of each row's steps is
 * @x_stride: bytes from a row to the next
 * @quads: of values in a row, rounded up
 * @panel: (quads, panel width, 4) whole numbers, aligned to a cache line
 * @scales: (panel width): what one of each column's steps is
 * @starts: (panel width): less 128 times each column's sum
 * @bias: (panel width)
 *
 * A part of a product of whole numbers: the sums are (x panel + starts)
 * row_scales scales + bias.
 */
typedef struct
{
  const guint8  *x;
  const float   *row_scales;
  gsize          x_stride;
  gsize          quads;
  const gint8   *panel;
  const float   *scales;
  const gint32  *starts;
  const float   *bias;
  PentCpuTileEnd end;
} PentCpuInt8Tile;

/* Winograd's transformed tiles: 4x4 pixels of the output from 6x6 of the input. */
#define PENT_CPU_WINOGRAD_TILE   4
#define PENT_CPU_WINOGRAD_PATCH  6
#define PENT_CPU_WINOGRAD_PLANES 36

/**
 * PentCpuWinograd:
 * @zeros: @in zeros, what lies beyond the picture
 * @tiles_across: tiles in a row of them
 * @plane: tiles of a plane of transformed values
 *
 * One item of a 3x3 convolution of stride 1 in f32.
 */
typedef struct
{
  gint64         in_h, in_w, in;
  gint64         out_h, out_w, out;
  gint64         pad_top, pad_left;
  gint64         tiles_across, tiles_down;
  gsize          plane;
  const float   *zeros;
  PentActivation activation;
} PentCpuWinograd;

/**
 * PentCpuKernels:
 *
 * The inner loops oneDNN has no operator for, compiled for one instruction
 * set. Each works on a piece in the thread that calls it and depends on
 * nothing but its arguments; how the work is divided is the caller's business.
 * Pointers need no alignment. Element types of what is written are f32 or
 * bf16, of what is read f32 unless said otherwise.
 */
typedef struct
{
  const char *name;

  /* @n elements of any type to f32 or bf16 */
  void (*convert) (PentDtype to_dtype, void *to, PentDtype from_dtype, const void *from, gsize n);

  /* y = a + b */
  void (*add) (PentDtype dtype, void *y, const float *a, const float *b, gsize n, PentActivation activation);

  /* For each of @channels, over @n_pixels pixels: the mean, and the sum of
   * squares of what differs from it */
  void (*moments) (const float *x, gsize n_pixels, gsize channels, float *mean, float *squares);

  /* y = act ((x - mean) * scale + bias), by channel */
  void (*normalise) (PentDtype dtype, void *y, const float *x, gsize n_pixels, gsize channels, const float *mean,
                     const float *scale, const float *bias, PentActivation activation);

  /* Each of @n_rows rows to mean 0 and deviation 1, times weight, plus bias */
  void (*layer_norm) (PentDtype dtype, void *y, const float *x, gsize n_rows, gsize channels, const float *weight,
                      const float *bias, float eps);

  /* Columns of a panel of weights, and the most rows of a tile */
  gsize panel_width;
  gsize tile_rows;

  /* One tile of @n_rows rows */
  void (*multiply_tile) (const PentCpuTile *self, gsize n_rows);

  /* Where products of 8 bit numbers are instructions of their own, else NULL:
   * @n values as steps of 1/127 of the largest, plus 128, filled up to a
   * multiple of four; @scale: (out): one step, NaN where a value is not finite */
  void (*quantise_row) (const float *x, gsize n, guint8 *to, float *scale);

  /* One tile of @n_rows rows; likewise */
  void (*multiply_int8_tile) (const PentCpuInt8Tile *self, gsize n_rows);

  /* Transforms the pixels under tile @tile; @to: its values (in) in the first
   * of 36 planes (plane, in) */
  void (*winograd_input) (const PentCpuWinograd *self, const float *x, gsize tile, float *to);

  /* Transforms a panel's kernels for @in input channels: from (in, 9, panel
   * width) to 36 planes (in, panel width) */
  void (*winograd_weight) (PentDtype dtype, const void *from, gsize in, float *to);

  /* y = act (what is transformed back + bias) + residual for @n channels of
   * tile @tile; @from: its values in the first of 36 planes (plane, panel
   * width); bias, residual and y at the first of the channels; residual may be
   * NULL, or y */
  void (*winograd_output) (const PentCpuWinograd *self, const float *from, gsize tile, gsize n, const float *bias,
                           const float *residual, float *y);

  /* Bytes of one head's packed keys and values, and of what one thread needs
   * beside them */
  gsize (*attention_packed_size)  (const PentCpuAttention *self);
  gsize (*attention_scratch_size) (const PentCpuAttention *self);

  /* Packs the keys and values of block @block; k, v: the head's first channel
   * of its first token */
  void (*attention_pack) (const PentCpuAttention *self, const void *k, const void *v, gsize block, void *packed);

  /* Computes the queries of block @block; @packed and @scratch are aligned to
   * a cache line */
  void (*attention_run) (const PentCpuAttention *self, const void *q, const void *packed, gsize block, void *y,
                         void *scratch);
} PentCpuKernels;

const PentCpuKernels *pent_cpu_kernels_get_best (gboolean fast_bf16);
const PentCpuKernels *pent_cpu_kernels_find     (const char *name);

G_END_DECLS
