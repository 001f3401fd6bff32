/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* 3x3 convolutions by Winograd's method: a quarter of the multiplications. In
 * f32 alone: the transforms lose a digit, which bf16 has not to lose. Kernels
 * are kept as in the file and transformed, a block at a time, in a thread's
 * cache: four times as many values need not be stored or read. */

#include "pent-cpu-step.h"
#include "pent-cpu-threads.h"

/* The transforms cost as much for few channels as for many. */
#define MIN_CHANNELS 32

/* One tile is not worth the transform of its kernels. */
#define MIN_TILES 2

/* Bytes of transformed input that a thread keeps to itself: few channels are
 * read by so few panels that to fetch them from another cache costs most. */
#define OWN_INPUT_SIZE ((gsize) 1 << 20)
#define MIN_OWN_TILES  24

/* Bytes of transformed kernels, and of sums, that a thread works on at a time:
 * both stay in its cache. */
#define KERNELS_SIZE ((gsize) 512 << 10)
#define SUMS_SIZE    ((gsize) 640 << 10)

typedef struct
{
  PentCpuStep     step;
  PentCpuWinograd winograd;
  PentCpuWeight  *weight;       /* owned by the step's list */
  PentCpuView     x, y, channel_bias, residual;
  gboolean        has_channel_bias, has_residual;
  float          *bias;         /* (out) */
  float          *item_bias;    /* (n, out): with the channel bias */
  float          *zeros;        /* (in), and at least a panel's width */
  gsize           n_tiles;      /* of all items */
  gsize           n_panels;
  gsize           n_parts;      /* that the tiles of a chunk are shared out in */
  gsize           depth;        /* input channels of a block of kernels */
  gboolean        by_thread;    /* each thread does whole chunks, else all share one */
  gsize           in_size;      /* bytes of a chunk's transformed input */
  gsize           kernels_size; /* bytes of a thread's transformed kernels */
  gsize           sums_size;    /* bytes of its sums */
  gsize           thread_size;  /* bytes of what it has to itself */
  int             n_threads;    /* as many as there is scratch memory for */
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

  return pent_plan_get_operand (maker->plan) != PENT_BF16 && op->weight.n_dims == 4 && op->weight.dim[2] == 3
         && op->weight.dim[3] == 3 && op->stride == 1 && x.c >= MIN_CHANNELS && y.c >= MIN_CHANNELS
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

/* Tile @i of the chunk that begins with tile @chunk. */
static void
transform_input (const WinogradStep *self, const PentCpuFrame *frame, gsize chunk, gsize i, float *to)
{
  const PentCpuWinograd *w = &self->winograd;
  gsize tiles = w->tiles_across * w->tiles_down, tile = chunk + i;
  const float *x = pent_cpu_view_data (&self->x, frame);

  frame->kernels->winograd_input (w, x + tile / tiles * w->in_h * w->in_w * w->in, tile % tiles, to + i * w->in);
}

/* The sums of tiles @first to @end of a chunk with a panel of kernels. */
static void
multiply_part (const WinogradStep *self, const PentCpuFrame *frame, gsize panel, gsize first, gsize end,
               const float *in, float *kernels, float *sums)
{
  const PentCpuKernels *k = frame->kernels;
  gsize channels = self->winograd.in, width = k->panel_width, plane = self->winograd.plane;
  gsize n_tiles = (end - first + k->tile_rows - 1) / k->tile_rows;
  PentDtype dtype = pent_cpu_weight_get_dtype (self->weight);
  const guint8 *packed = pent_cpu_weight_get_data (self->weight);

  for (gsize from = 0; from < channels; from += self->depth)
    {
      gsize depth = MIN (self->depth, channels - from);
      k->winograd_weight (dtype, packed + (panel * channels + from) * 9 * width * pent_dtype_size (dtype), depth, kernels);
      for (gsize i = 0; i < PENT_CPU_WINOGRAD_PLANES * n_tiles; i++)
        {
          gsize at = i / n_tiles, tile = i % n_tiles;
          gsize row = first + pent_cpu_part_start (end - first, tile, n_tiles);
          gsize next = first + pent_cpu_part_start (end - first, tile + 1, n_tiles);
          float *y = sums + (at * plane + row) * width;
          const PentCpuTile part = {
            .x = in + (at * plane + row) * channels + from, .x_stride = channels, .depth = depth,
            .panel = kernels + at * depth * width,
            .start = from == 0 ? self->zeros : y, .start_stride = from == 0 ? 0 : width,
            .end = { .y = y, .y_stride = width, .n_columns = width },
          };
          k->multiply_tile (&part, next - row);
        }
    }
}

/* Back to pixels: tiles @first to @end of the chunk that begins with tile @chunk. */
static void
transform_output (const WinogradStep *self, const PentCpuFrame *frame, gsize panel, gsize chunk, gsize first, gsize end,
                  const float *sums)
{
  const PentCpuWinograd *w = &self->winograd;
  gsize tiles = w->tiles_across * w->tiles_down, item_size = w->out_h * w->out_w * w->out;
  gsize width = frame->kernels->panel_width, column = panel * width, n = MIN (width, w->out - column);
  const float *residual = self->has_residual ? pent_cpu_view_data (&self->residual, frame) : NULL;
  float *y = pent_cpu_view_data (&self->y, frame);

  for (gsize i = first; i < end; i++)
    {
      gsize item = (chunk + i) / tiles, at = item * item_size + column;
      frame->kernels->winograd_output (w, sums + i * width, (chunk + i) % tiles, n,
                                       self->item_bias + item * w->out + column,
                                       residual != NULL ? residual + at : NULL, y + at);
    }
}

/* A thread's own memory: transformed kernels, sums, and with chunks of its own
 * their input. */
static float *
own_memory (const WinogradStep *self, const PentCpuFrame *frame)
{
  gsize shared = self->by_thread ? 0 : self->in_size;

  return (float *) (void *) (frame->scratch + shared + pent_cpu_this_thread () * self->thread_size);
}

/* One chunk by all threads: first its input, then the panels of its output. */
static void
run_chunk_together (const WinogradStep *self, const PentCpuFrame *frame, gsize chunk)
{
  gsize n = MIN (self->winograd.plane, self->n_tiles - chunk);
  float *in = (float *) (void *) frame->scratch;

#pragma omp parallel num_threads (self->n_threads)
  {
    float *kernels = own_memory (self, frame), *sums = kernels + self->kernels_size / sizeof (float);
#pragma omp for schedule(static)
    for (gsize i = 0; i < n; i++)
      transform_input (self, frame, chunk, i, in);
#pragma omp for schedule(dynamic)
    for (gsize task = 0; task < self->n_parts * self->n_panels; task++)
      {
        gsize panel = task % self->n_panels, part = task / self->n_panels;
        gsize first = pent_cpu_part_start (n, part, self->n_parts), end = pent_cpu_part_start (n, part + 1, self->n_parts);
        multiply_part (self, frame, panel, first, end, in, kernels, sums);
        transform_output (self, frame, panel, chunk, first, end, sums);
      }
  }
}

static void
run_chunks_by_thread (const WinogradStep *self, const PentCpuFrame *frame)
{
#pragma omp parallel for schedule(dynamic) num_threads (self->n_threads)
  for (gsize chunk = 0; chunk < self->n_tiles; chunk += self->winograd.plane)
    {
      gsize n = MIN (self->winograd.plane, self->n_tiles - chunk);
      float *kernels = own_memory (self, frame), *sums = kernels + self->kernels_size / sizeof (float);
      float *in = sums + self->sums_size / sizeof (float);
      for (gsize i = 0; i < n; i++)
        transform_input (self, frame, chunk, i, in);
      for (gsize panel = 0; panel < self->n_panels; panel++)
        {
          multiply_part (self, frame, panel, 0, n, in, kernels, sums);
          transform_output (self, frame, panel, chunk, 0, n, sums);
        }
    }
}

static gboolean
winograd_step_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  WinogradStep *self = (WinogradStep *) step;

  fill_item_bias (self, frame);
  if (self->by_thread)
    run_chunks_by_thread (self, frame);
  else
    for (gsize chunk = 0; chunk < self->n_tiles; chunk += self->winograd.plane)
      run_chunk_together (self, frame, chunk);
  return TRUE;
}

static void
winograd_step_free (PentCpuStep *step)
{
  WinogradStep *self = (WinogradStep *) step;

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

  self->winograd = (PentCpuWinograd) {
    .in_h = x.h, .in_w = x.w, .in = x.c, .out_h = y.h, .out_w = y.w, .out = y.c,
    .pad_top = op->pad_top, .pad_left = op->pad_left, .activation = op->activation,
    .tiles_across = tiles_along (y.w), .tiles_down = tiles_along (y.h), .zeros = self->zeros,
  };
  self->n_tiles = y.n * tiles_along (y.w) * tiles_along (y.h);
}

/* Chunks and blocks of one size each, the last with what is left. How the input
 * channels are cut must not depend on anything but their number: it decides in
 * which order they are summed. */
static void
share_out (WinogradStep *self, gsize width)
{
  const gsize planes_row = PENT_CPU_WINOGRAD_PLANES * width * sizeof (float);
  PentCpuWinograd *w = &self->winograd;
  gsize tile_size = PENT_CPU_WINOGRAD_PLANES * w->in * sizeof (float);
  gsize most = SUMS_SIZE / planes_row, own = MIN (OWN_INPUT_SIZE / tile_size, most);
  gsize deepest = KERNELS_SIZE / planes_row, n_blocks = (w->in + deepest - 1) / deepest;

  self->by_thread = own >= MIN_OWN_TILES && self->n_tiles >= 4 * own * self->n_threads;
  if (self->by_thread)
    most = own;
  gsize n_chunks = (self->n_tiles + most - 1) / most;
  w->plane = (self->n_tiles + n_chunks - 1) / n_chunks;
  self->depth = (w->in + n_blocks - 1) / n_blocks;
  self->n_panels = (w->out + width - 1) / width;
  self->n_parts = CLAMP ((2 * self->n_threads + self->n_panels - 1) / self->n_panels, 1, MAX (w->plane / 8, 1));
  self->in_size = pent_cpu_round_to_line (w->plane * tile_size);
  self->kernels_size = pent_cpu_round_to_line (self->depth * planes_row);
  self->sums_size = pent_cpu_round_to_line (w->plane * planes_row);
  self->thread_size = self->kernels_size + self->sums_size + (self->by_thread ? self->in_size : 0);
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
  gsize width = maker->kernels->panel_width;
  self->n_threads = pent_cpu_max_threads ();
  self->zeros = g_new0 (float, MAX ((gsize) self->x.shape.c, width));
  self->bias = pent_cpu_vector_new (op->has_bias ? &op->bias : NULL, self->y.shape.c, 0);
  self->item_bias = g_new0 (float, self->y.shape.n * self->y.shape.c);
  describe_winograd (self, op);
  share_out (self, width);

  self->weight = pent_cpu_weight_cache_get_panels (maker->cache, &op->weight, PENT_CPU_WEIGHT_PANELS, width);
  g_ptr_array_add (step->weights, self->weight);
  step->scratch_size = (self->by_thread ? 0 : self->in_size) + self->n_threads * self->thread_size;
  return step;
}
