/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Linear layers, gated layers and small convolutions in f32. Weights stay in
 * the type of their file: a panel of them is made f32 in a thread's cache just
 * before many rows are multiplied with it, which costs less than reading a
 * weight twice as large and takes half the memory. */

#include "pent-cpu-gather.h"
#include "pent-cpu-step.h"
#include "pent-cpu-threads.h"

/* Rows multiplied with a panel while it is in the cache. */
#define BLOCK_ROWS 512

/* Fewer columns than this are not worth a panel. */
#define MIN_COLUMNS 8

/* Longer rows are cut in pieces, so that a piece of a panel stays in the cache. */
#define MAX_DEPTH 6144

/* Bytes that an item of a convolution may grow to when what each pixel of the
 * output reads is put in a row. */
#define MAX_GATHERED ((gsize) 8 << 20)

typedef struct
{
  PentCpuStep    step;
  PentCpuWeight *weight;        /* owned by the step's list */
  PentCpuView    x, y, channel_bias, residual;
  gboolean       has_channel_bias, has_residual;
  gboolean       gated;
  gboolean       gathers;       /* rows are made of x: a convolution of more than one pixel */
  PentCpuGather  gather;
  PentActivation activation;
  float         *bias;          /* (n_panels, panel width) */
  float         *item_bias;     /* (n_groups, n_panels, panel width): with the channel bias */
  gsize          n_groups;      /* of rows with one bias: items where there is a channel bias, else 1 */
  gsize          group_rows;
  gsize          n_blocks;      /* of a group */
  gsize          n_panels, panel_columns, panel_width;
  gsize          row;           /* values of a row: input channels, times the taps of a kernel */
  gsize          depth;         /* values of a piece of it */
  gsize          gathered_size; /* bytes of all rows, where they are made */
  gsize          piece_size;    /* bytes of a piece of a panel in f32 */
  gsize          thread_size;   /* bytes of that and of sums */
  int            n_threads;     /* as many as there is scratch memory for */
} PanelStep;

static gboolean
is_one_pixel (const PentOp *op)
{
  return op->kind != PENT_OP_CONV2D
         || (op->weight.dim[2] == 1 && op->weight.dim[3] == 1 && op->stride == 1 && op->pad_top == 0
             && op->pad_left == 0 && op->pad_bottom == 0 && op->pad_right == 0);
}

/* Bytes of an item's rows when they are gathered. */
static gsize
count_gathered (const PentOp *op)
{
  return op->output->shape.h * op->output->shape.w * op->inputs[PENT_IN_X]->shape.c * op->weight.dim[2]
         * op->weight.dim[3] * sizeof (float);
}

/**
 * pent_cpu_panels_are_better:
 * @op: a convolution, a linear or a gated layer
 *
 * Does not depend on the size of the batch, so that an item is computed alike
 * in any.
 */
gboolean
pent_cpu_panels_are_better (const PentCpuMaker *maker, const PentOp *op)
{
  const PentTensor *tensors[] = { op->inputs[PENT_IN_X], op->inputs[PENT_IN_RESIDUAL], op->output };

  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    if (tensors[i] != NULL && pent_cpu_maker_view (maker, tensors[i]).dtype != PENT_F32)
      return FALSE;
  return op->output->shape.c >= MIN_COLUMNS && (is_one_pixel (op) || count_gathered (op) <= MAX_GATHERED);
}

/* A piece of a panel, and the rows to multiply with it. */
typedef struct
{
  const float *x;          /* all rows */
  const float *panel;
  gsize        index;      /* of the panel */
  gsize        from;       /* the row's first value that the piece is for */
  gsize        depth;
  float       *sums;       /* (group, row of the block, panel width), where there are pieces before or after */
  gboolean     is_last;
} Piece;

static PentCpuTile
make_tile (const PanelStep *self, const PentCpuFrame *frame, const Piece *piece, gsize group, gsize row, float *sums)
{
  gsize out = self->y.shape.c, column = piece->index * self->panel_columns;
  gsize at = (group * self->group_rows + row) * out + column;
  const float *residual = self->has_residual ? pent_cpu_view_data (&self->residual, frame) : NULL;
  PentCpuTile tile = {
    .x = piece->x + (group * self->group_rows + row) * self->row + piece->from, .x_stride = self->row,
    .depth = piece->depth, .panel = piece->panel, .start = sums, .start_stride = self->panel_width,
    .end = { .y = sums, .y_stride = self->panel_width, .n_columns = self->panel_width },
  };

  if (piece->from == 0)
    {
      tile.start = self->item_bias + (group * self->n_panels + piece->index) * self->panel_width;
      tile.start_stride = 0;
    }
  if (piece->is_last)
    tile.end = (PentCpuTileEnd) {
      .y = (float *) pent_cpu_view_data (&self->y, frame) + at, .y_stride = out,
      .residual = residual != NULL ? residual + at : NULL, .n_columns = MIN (self->panel_columns, out - column),
      .gated = self->gated, .activation = self->activation,
    };
  return tile;
}

static void
multiply_block (const PanelStep *self, const PentCpuFrame *frame, const Piece *piece, gsize block)
{
  const PentCpuKernels *kernels = frame->kernels;
  gsize first = pent_cpu_part_start (self->group_rows, block, self->n_blocks);
  gsize n = pent_cpu_part_start (self->group_rows, block + 1, self->n_blocks) - first;
  gsize n_tiles = (n + kernels->tile_rows - 1) / kernels->tile_rows;

  for (gsize i = 0; i < self->n_groups * n_tiles; i++)
    {
      gsize group = i / n_tiles, start = pent_cpu_part_start (n, i % n_tiles, n_tiles);
      float *sums = piece->sums + (group * n + start) * self->panel_width;
      const PentCpuTile tile = make_tile (self, frame, piece, group, first + start, sums);
      kernels->multiply_tile (&tile, pent_cpu_part_start (n, i % n_tiles + 1, n_tiles) - start);
    }
}

static void
run_task (const PanelStep *self, const PentCpuFrame *frame, const float *x, gsize block, gsize index, guint8 *own)
{
  PentDtype dtype = pent_cpu_weight_get_dtype (self->weight);
  gsize size = pent_dtype_size (dtype);
  const guint8 *panel = (const guint8 *) pent_cpu_weight_get_data (self->weight)
                        + index * self->row * self->panel_width * size;

  for (gsize from = 0; from < self->row; from += self->depth)
    {
      gsize depth = MIN (self->depth, self->row - from);
      const guint8 *packed = panel + from * self->panel_width * size;
      const Piece piece = {
        .x = x, .panel = dtype == PENT_F32 ? (const float *) (const void *) packed : (float *) (void *) own,
        .index = index, .from = from, .depth = depth, .sums = (float *) (void *) (own + self->piece_size),
        .is_last = from + depth == self->row,
      };
      if (dtype != PENT_F32)
        frame->kernels->convert (PENT_F32, own, dtype, packed, depth * self->panel_width);
      multiply_block (self, frame, &piece, block);
    }
}

static void
fill_item_bias (PanelStep *self, const PentCpuFrame *frame)
{
  gsize out = self->y.shape.c, n = self->n_panels * self->panel_width;
  const float *channel_bias = pent_cpu_view_data (&self->channel_bias, frame);

  for (gsize i = 0; i < self->n_groups; i++)
    for (gsize c = 0; c < out; c++)
      self->item_bias[i * n + c] = self->bias[c] + channel_bias[i * out + c];
}

static gboolean
panel_step_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  PanelStep *self = (PanelStep *) step;
  const float *x = pent_cpu_view_data (&self->x, frame);

  if (self->has_channel_bias)
    fill_item_bias (self, frame);
  if (self->gathers)
    {
      pent_cpu_gather_run (&self->gather, x, frame->scratch);
      x = (const float *) (const void *) frame->scratch;
    }
#pragma omp parallel for schedule(dynamic) num_threads (self->n_threads)
  for (gsize task = 0; task < self->n_blocks * self->n_panels; task++)
    run_task (self, frame, x, task / self->n_panels, task % self->n_panels,
              frame->scratch + self->gathered_size + pent_cpu_this_thread () * self->thread_size);
  return TRUE;
}

static void
panel_step_free (PentCpuStep *step)
{
  PanelStep *self = (PanelStep *) step;

  if (self->item_bias != self->bias)
    g_free (self->item_bias);
  g_free (self->bias);
  g_ptr_array_unref (step->weights);
  g_free (self);
}

/**
 * pent_cpu_panel_bias_new:
 * @op: a product
 * @panel_width: columns of a panel
 *
 * Returns: (transfer full): the bias in the order of the panels' columns; a
 *   gated panel has the gates' bias in its second half
 */
float *
pent_cpu_panel_bias_new (const PentOp *op, gsize panel_width)
{
  gboolean gated = op->kind == PENT_OP_GEGLU;
  gsize out = op->output->shape.c, n = gated ? 2 * out : out, columns = gated ? panel_width / 2 : panel_width;
  g_autofree float *plain = pent_cpu_vector_new (op->has_bias ? &op->bias : NULL, n, 0);
  float *bias = g_new0 (float, (out + columns - 1) / columns * panel_width);

  for (gsize i = 0; i < out; i++)
    {
      float *panel = bias + i / columns * panel_width;
      panel[i % columns] = plain[i];
      if (gated)
        panel[columns + i % columns] = plain[out + i];
    }
  return bias;
}

/* Enough blocks for every thread to have work where there are few panels. */
static gsize
count_blocks (const PanelStep *self, gsize tile_rows)
{
  gsize for_cache = (self->group_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  gsize for_threads = (2 * self->n_threads + self->n_panels - 1) / self->n_panels;
  gsize most = MAX (self->group_rows / (2 * tile_rows), 1);

  return MAX (for_cache, MIN (for_threads, most));
}

static void
find_inputs (PanelStep *self, PentCpuMaker *maker, const PentOp *op)
{
  self->x = pent_cpu_maker_view (maker, op->inputs[PENT_IN_X]);
  self->y = pent_cpu_maker_view (maker, op->output);
  self->has_channel_bias = op->kind == PENT_OP_CONV2D && op->inputs[PENT_IN_CHANNEL_BIAS] != NULL;
  self->has_residual = op->inputs[PENT_IN_RESIDUAL] != NULL;
  if (self->has_channel_bias)
    self->channel_bias = pent_cpu_maker_view (maker, op->inputs[PENT_IN_CHANNEL_BIAS]);
  if (self->has_residual)
    self->residual = pent_cpu_maker_view (maker, op->inputs[PENT_IN_RESIDUAL]);
  self->gated = op->kind == PENT_OP_GEGLU;
  self->activation = op->activation;
  self->row = self->x.shape.c;
  self->gathers = !is_one_pixel (op);
  if (self->gathers)
    {
      PentDnnSpec spec = {
        .x = self->x.shape, .y = self->y.shape, .operand = PENT_F32, .kh = op->weight.dim[2], .kw = op->weight.dim[3],
        .stride = op->stride, .pad_top = op->pad_top, .pad_left = op->pad_left,
      };
      pent_cpu_gather_init (&self->gather, &spec);
      self->gathered_size = pent_cpu_round_to_line (pent_cpu_gather_get_size (&self->gather));
      self->row = spec.x.c;
    }
}

/* How the work is cut up. Only the pieces of a row decide about the order of
 * sums, and they depend on the row's length alone. */
static void
share_out (PanelStep *self, const PentCpuKernels *kernels)
{
  gsize n_pieces = (self->row + MAX_DEPTH - 1) / MAX_DEPTH;

  self->n_threads = pent_cpu_max_threads ();
  self->panel_width = kernels->panel_width;
  self->panel_columns = self->gated ? self->panel_width / 2 : self->panel_width;
  self->n_panels = (self->y.shape.c + self->panel_columns - 1) / self->panel_columns;
  self->n_groups = self->has_channel_bias ? self->y.shape.n : 1;
  self->group_rows = self->y.shape.n * self->y.shape.h * self->y.shape.w / self->n_groups;
  self->n_blocks = count_blocks (self, kernels->tile_rows);
  self->depth = (self->row + n_pieces - 1) / n_pieces;

  gsize block_rows = (self->group_rows + self->n_blocks - 1) / self->n_blocks;
  gsize sums = n_pieces > 1 ? self->n_groups * block_rows * self->panel_width * sizeof (float) : 0;
  gboolean unpacks = pent_cpu_weight_get_dtype (self->weight) != PENT_F32;
  self->piece_size = unpacks ? pent_cpu_round_to_line (self->depth * self->panel_width * sizeof (float)) : 0;
  self->thread_size = self->piece_size + pent_cpu_round_to_line (sums);
  self->step.scratch_size = self->gathered_size + self->n_threads * self->thread_size;
}

/**
 * pent_cpu_panel_step_new:
 * @op: what pent_cpu_panels_are_better() for
 */
PentCpuStep *
pent_cpu_panel_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  PanelStep *self = g_new0 (PanelStep, 1);
  PentCpuWeightOrder order = PENT_CPU_WEIGHT_TAP_PANELS;

  self->step.run = panel_step_run;
  self->step.free = panel_step_free;
  self->step.weights = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_cpu_weight_unref);
  find_inputs (self, maker, op);
  if (!self->gathers)
    order = self->gated ? PENT_CPU_WEIGHT_GATED_PANELS : PENT_CPU_WEIGHT_PANELS;
  self->weight = pent_cpu_weight_cache_get_panels (maker->cache, &op->weight, order, maker->kernels->panel_width);
  g_ptr_array_add (self->step.weights, self->weight);
  share_out (self, maker->kernels);
  self->bias = pent_cpu_panel_bias_new (op, self->panel_width);
  self->item_bias = self->has_channel_bias ? g_new0 (float, self->n_groups * self->n_panels * self->panel_width)
                                           : self->bias;
  return &self->step;
}
