/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* 3x3 convolutions by Winograd's method: a quarter of the multiplications, for
 * weights four times as large. In f32 alone: the transforms lose a digit,
 * which bf16 has not to lose. */

#include "pent-cpu-step.h"

/* A picture must be large enough to make good for reading larger weights, and
 * weights not so many that a model outgrows the memory. */
#define MIN_TILES   16
#define MAX_WEIGHTS (640 * 640)
#define MIN_CHANNELS 32

/* Bytes of transformed values worked on together: they go from the transform
 * to the products and back through the caches. */
#define CHUNK_SIZE ((gsize) 16 << 20)

typedef struct
{
  PentCpuStep     step;
  PentCpuWinograd winograd;
  PentDnnProduct *product;
  PentCpuWeight  *weight;       /* owned by the step's list */
  PentCpuView     x, y, channel_bias, residual;
  gboolean        has_channel_bias, has_residual;
  float          *bias;         /* (out) */
  float          *item_bias;    /* (n, out): with the channel bias */
  float          *zeros;        /* (in) */
  gsize           n_tiles;      /* of all items */
  gsize           in_size;      /* bytes of a chunk's transformed input */
  gsize           out_size;
} WinogradStep;

static gint64
tiles_along (gint64 pixels)
{
  return (pixels + PENT_CPU_WINOGRAD_TILE - 1) / PENT_CPU_WINOGRAD_TILE;
}

/**
 * pent_cpu_winograd_is_better:
 * @op: a convolution
 *
 * Does not depend on the size of the batch, so that an item is computed alike
 * in any.
 */
gboolean
pent_cpu_winograd_is_better (const PentCpuMaker *maker, const PentOp *op)
{
  const PentShape x = op->inputs[PENT_IN_X]->shape, y = op->output->shape;

  return maker->allows_winograd && pent_plan_get_operand (maker->plan) == PENT_F32 && op->weight.n_dims == 4
         && op->weight.dim[2] == 3 && op->weight.dim[3] == 3 && op->stride == 1
         && x.c >= MIN_CHANNELS && y.c >= MIN_CHANNELS && x.c * y.c <= MAX_WEIGHTS
         && tiles_along (y.h) * tiles_along (y.w) >= MIN_TILES;
}

static void
fill_item_bias (WinogradStep *self, const PentCpuFrame *frame)
{
  const float *channel_bias = self->has_channel_bias ? pent_cpu_view_data (&self->channel_bias, frame) : NULL;
  gsize out = self->winograd.out;

  for (gint64 n = 0; n < self->y.shape.n; n++)
    for (gsize c = 0; c < out; c++)
      self->item_bias[n * out + c] = self->bias[c] + (channel_bias != NULL ? channel_bias[n * out + c] : 0);
}

static void
transform_input (WinogradStep *self, const PentCpuFrame *frame, gsize first, gsize n, float *to)
{
  const PentCpuWinograd *w = &self->winograd;
  gsize tiles = w->tiles_across * w->tiles_down;
  const float *x = pent_cpu_view_data (&self->x, frame);

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < n; i++)
    frame->kernels->winograd_input (w, x + (first + i) / tiles * w->in_h * w->in_w * w->in, (first + i) % tiles,
                                    to + i * w->in);
}

static void
transform_output (WinogradStep *self, const PentCpuFrame *frame, gsize first, gsize n, const float *from)
{
  const PentCpuWinograd *w = &self->winograd;
  gsize tiles = w->tiles_across * w->tiles_down, item_size = w->out_h * w->out_w * w->out;
  const float *residual = self->has_residual ? pent_cpu_view_data (&self->residual, frame) : NULL;
  float *y = pent_cpu_view_data (&self->y, frame);

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < n; i++)
    {
      gsize item = (first + i) / tiles;
      frame->kernels->winograd_output (w, from + i * w->out, (first + i) % tiles, self->item_bias + item * w->out,
                                       residual != NULL ? residual + item * item_size : NULL, y + item * item_size);
    }
}

static gboolean
winograd_step_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  WinogradStep *self = (WinogradStep *) step;
  float *in = (float *) (void *) frame->scratch;
  float *out = (float *) (void *) (frame->scratch + self->in_size);
  guint8 *scratch = frame->scratch + self->in_size + self->out_size;

  fill_item_bias (self, frame);
  for (gsize first = 0; first < self->n_tiles; first += self->winograd.plane)
    {
      gsize n = MIN (self->winograd.plane, self->n_tiles - first);
      transform_input (self, frame, first, n, in);
      if (!pent_dnn_product_run (self->product, in, pent_cpu_weight_get_data (self->weight), NULL, NULL, out, scratch,
                                 error))
        return FALSE;
      transform_output (self, frame, first, n, out);
    }
  return TRUE;
}

static void
winograd_step_free (PentCpuStep *step)
{
  WinogradStep *self = (WinogradStep *) step;

  g_clear_pointer (&self->product, pent_dnn_product_free);
  g_free (self->bias);
  g_free (self->item_bias);
  g_free (self->zeros);
  g_ptr_array_unref (step->weights);
  g_free (self);
}

static void
describe_winograd (WinogradStep *self, const PentOp *op)
{
  PentShape x = self->x.shape, y = self->y.shape;
  PentCpuWinograd *w = &self->winograd;

  *w = (PentCpuWinograd) {
    .in_h = x.h, .in_w = x.w, .in = x.c, .out_h = y.h, .out_w = y.w, .out = y.c,
    .pad_top = op->pad_top, .pad_left = op->pad_left, .activation = op->activation,
    .tiles_across = tiles_along (y.w), .tiles_down = tiles_along (y.h), .zeros = self->zeros,
  };
  self->n_tiles = y.n * w->tiles_across * w->tiles_down;

  /* Chunks of one size, the last filled up with what is left in the memory. */
  gsize tile_size = PENT_CPU_WINOGRAD_PLANES * (x.c + y.c) * sizeof (float);
  gsize most = MAX (CHUNK_SIZE / tile_size, 64), n_chunks = (self->n_tiles + most - 1) / most;
  w->plane = (self->n_tiles + n_chunks - 1) / n_chunks;
  self->in_size = (PENT_CPU_WINOGRAD_PLANES * w->plane * x.c * sizeof (float) + 63) & ~(gsize) 63;
  self->out_size = (PENT_CPU_WINOGRAD_PLANES * w->plane * y.c * sizeof (float) + 63) & ~(gsize) 63;
}

static void
find_inputs (WinogradStep *self, PentCpuMaker *maker, const PentOp *op)
{
  self->x = pent_cpu_maker_view (maker, op->inputs[PENT_IN_X]);
  self->y = pent_cpu_maker_view (maker, op->output);
  self->has_channel_bias = op->inputs[PENT_IN_CHANNEL_BIAS] != NULL;
  self->has_residual = op->inputs[PENT_IN_RESIDUAL] != NULL;
  if (self->has_channel_bias)
    self->channel_bias = pent_cpu_maker_view (maker, op->inputs[PENT_IN_CHANNEL_BIAS]);
  if (self->has_residual)
    self->residual = pent_cpu_maker_view (maker, op->inputs[PENT_IN_RESIDUAL]);
}

/**
 * pent_cpu_winograd_step_new:
 * @op: a convolution for which pent_cpu_winograd_is_better()
 */
PentCpuStep *
pent_cpu_winograd_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  WinogradStep *self = g_new0 (WinogradStep, 1);
  PentCpuStep *step = &self->step;

  step->run = winograd_step_run;
  step->free = winograd_step_free;
  step->weights = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_cpu_weight_unref);
  find_inputs (self, maker, op);
  self->zeros = g_new0 (float, self->x.shape.c);
  self->bias = pent_cpu_vector_new (op->has_bias ? &op->bias : NULL, self->y.shape.c, 0);
  self->item_bias = g_new0 (float, self->y.shape.n * self->y.shape.c);
  describe_winograd (self, op);

  PentDnnSpec spec = {
    .batch = PENT_CPU_WINOGRAD_PLANES,
    .x = { 1, 1, self->winograd.plane, self->x.shape.c }, .y = { 1, 1, self->winograd.plane, self->y.shape.c },
  };
  self->product = pent_dnn_product_new (maker->dnn, &spec, error);
  if (self->product == NULL)
    {
      step->free (step);
      return NULL;
    }
  self->weight = pent_cpu_weight_cache_get (maker->cache, &op->weight, PENT_CPU_WEIGHT_WINOGRAD, PENT_F32,
                                            pent_dnn_product_get_layout (self->product));
  g_ptr_array_add (step->weights, self->weight);
  step->scratch_size = self->in_size + self->out_size + pent_dnn_product_get_scratch_size (self->product);
  return step;
}
