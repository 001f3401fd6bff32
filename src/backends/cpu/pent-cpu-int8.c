/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Linear and gated layers in whole numbers of 8 bits: each row of x and each
 * column of the weight has a scale of its own (as in Dettmers et al. 2022,
 * "LLM.int8()", without its outliers), and sums are exact. Convolutions stay
 * in f32: on their channels one scale is too few. */

#include "pent-cpu-int8-panels.h"
#include "pent-cpu-step.h"
#include "pent-cpu-threads.h"

/* Rows multiplied with a panel while both are in the cache. */
#define BLOCK_ROWS 512

/* Items of fewer rows cost what it costs to read the weight. */
#define MIN_ROWS 16

typedef struct
{
  PentCpuStep    step;
  PentCpuWeight *weight;        /* owned by the step's list */
  PentCpuView    x, y, residual;
  gboolean       has_residual;
  gboolean       gated;
  PentActivation activation;
  float         *bias;          /* (n_panels, panel width) */
  gsize          n_rows;
  gsize          depth;         /* values of a row */
  gsize          row_size;      /* bytes of it in whole numbers */
  gsize          scales_at;     /* in the scratch memory, behind the rows */
  gsize          n_blocks;
  gsize          n_panels, panel_columns, panel_width, panel_size;
} Int8Step;

/**
 * pent_cpu_int8_is_meant:
 * @op: a convolution, a linear or a gated layer
 *
 * Returns: whether it is computed in whole numbers where the plan's operand
 *   type is %PENT_INT8. Convolutions of one pixel, which the graph has as
 *   linear layers as well, lose too much. Does not depend on the size of the
 *   batch.
 */
gboolean
pent_cpu_int8_is_meant (const PentOp *op)
{
  PentShape y = op->output->shape;

  return (op->kind == PENT_OP_LINEAR || op->kind == PENT_OP_GEGLU) && op->weight.n_dims == 2 && y.h * y.w >= MIN_ROWS;
}

static void
quantise_rows (const Int8Step *self, const PentCpuFrame *frame, guint8 *rows, float *scales)
{
  const float *x = pent_cpu_view_data (&self->x, frame);

#pragma omp parallel for schedule(static)
  for (gsize row = 0; row < self->n_rows; row++)
    frame->kernels->quantise_row (x + row * self->depth, self->depth, rows + row * self->row_size, &scales[row]);
}

static PentCpuInt8Tile
make_tile (const Int8Step *self, const PentCpuFrame *frame, const guint8 *panel, gsize index, gsize row)
{
  gsize out = self->y.shape.c, column = index * self->panel_columns, at = row * out + column;
  const float *residual = self->has_residual ? pent_cpu_view_data (&self->residual, frame) : NULL;
  const float *scales = (const float *) (const void *) (frame->scratch + self->scales_at);

  return (PentCpuInt8Tile) {
    .x = frame->scratch + row * self->row_size, .row_scales = scales + row, .x_stride = self->row_size,
    .quads = (self->depth + 3) / 4, .panel = (const gint8 *) panel,
    .scales = pent_cpu_int8_panel_scales (panel, self->depth, self->panel_width),
    .starts = pent_cpu_int8_panel_starts (panel, self->depth, self->panel_width),
    .bias = self->bias + index * self->panel_width,
    .end = {
      .y = (float *) pent_cpu_view_data (&self->y, frame) + at, .y_stride = out,
      .residual = residual != NULL ? residual + at : NULL, .n_columns = MIN (self->panel_columns, out - column),
      .gated = self->gated, .activation = self->activation,
    },
  };
}

static void
run_task (const Int8Step *self, const PentCpuFrame *frame, gsize block, gsize index)
{
  const PentCpuKernels *kernels = frame->kernels;
  const guint8 *panel = (const guint8 *) pent_cpu_weight_get_data (self->weight) + index * self->panel_size;
  gsize first = pent_cpu_part_start (self->n_rows, block, self->n_blocks);
  gsize n = pent_cpu_part_start (self->n_rows, block + 1, self->n_blocks) - first;
  gsize n_tiles = (n + kernels->tile_rows - 1) / kernels->tile_rows;

  for (gsize i = 0; i < n_tiles; i++)
    {
      gsize start = pent_cpu_part_start (n, i, n_tiles);
      const PentCpuInt8Tile tile = make_tile (self, frame, panel, index, first + start);
      kernels->multiply_int8_tile (&tile, pent_cpu_part_start (n, i + 1, n_tiles) - start);
    }
}

static gboolean
int8_step_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  Int8Step *self = (Int8Step *) step;

  quantise_rows (self, frame, frame->scratch, (float *) (void *) (frame->scratch + self->scales_at));
#pragma omp parallel for schedule(dynamic)
  for (gsize task = 0; task < self->n_blocks * self->n_panels; task++)
    run_task (self, frame, task / self->n_panels, task % self->n_panels);
  return TRUE;
}

static void
int8_step_free (PentCpuStep *step)
{
  Int8Step *self = (Int8Step *) step;

  g_free (self->bias);
  g_ptr_array_unref (step->weights);
  g_free (self);
}

static void
share_out (Int8Step *self, const PentCpuKernels *kernels)
{
  self->n_rows = self->y.shape.n * self->y.shape.h * self->y.shape.w;
  self->depth = self->x.shape.c;
  self->row_size = (self->depth + 3) / 4 * 4;
  self->panel_width = kernels->panel_width;
  self->panel_columns = self->gated ? self->panel_width / 2 : self->panel_width;
  self->panel_size = pent_cpu_int8_panel_size (self->depth, self->panel_width);
  self->n_panels = (self->y.shape.c + self->panel_columns - 1) / self->panel_columns;
  self->n_blocks = (self->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  self->scales_at = pent_cpu_round_to_line (self->n_rows * self->row_size);
  self->step.scratch_size = self->scales_at + self->n_rows * sizeof (float);
}

/**
 * pent_cpu_int8_step_new:
 * @op: what pent_cpu_int8_is_meant() for
 */
PentCpuStep *
pent_cpu_int8_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  Int8Step *self = g_new0 (Int8Step, 1);

  self->step.run = int8_step_run;
  self->step.free = int8_step_free;
  self->step.weights = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_cpu_weight_unref);
  self->x = pent_cpu_maker_view (maker, op->inputs[PENT_IN_X]);
  self->y = pent_cpu_maker_view (maker, op->output);
  self->has_residual = op->inputs[PENT_IN_RESIDUAL] != NULL;
  if (self->has_residual)
    self->residual = pent_cpu_maker_view (maker, op->inputs[PENT_IN_RESIDUAL]);
  self->gated = op->kind == PENT_OP_GEGLU;
  self->activation = op->activation;
  share_out (self, maker->kernels);
  self->weight = pent_cpu_weight_cache_get_panels (
    maker->cache, &op->weight, self->gated ? PENT_CPU_WEIGHT_INT8_GATED_PANELS : PENT_CPU_WEIGHT_INT8_PANELS,
    self->panel_width);
  g_ptr_array_add (self->step.weights, self->weight);
  self->bias = pent_cpu_panel_bias_new (op, self->panel_width);
  return &self->step;
}
