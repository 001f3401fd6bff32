/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Convolutions, linear layers and gated layers by oneDNN, with all that follows
 * fused into them: everything in bf16, and in f32 what Winograd's method and
 * panels are not for, which is large strided convolutions and those to or from
 * a few channels. */

#include "pent-cpu-gather.h"
#include "pent-cpu-step.h"

#include <string.h>

/* A product with its weights and bias. */
typedef struct
{
  PentDnnProduct *product;
  PentCpuWeight  *weight;   /* owned by the step's list */
  float          *bias;     /* (nullable) */
} Part;

static void
part_clear (Part *part)
{
  g_clear_pointer (&part->product, pent_dnn_product_free);
  g_clear_pointer (&part->bias, g_free);
}

static gboolean
part_init (Part *part, PentCpuMaker *maker, PentCpuStep *step, const PentDnnSpec *spec, const PentWeight *weight,
           PentCpuWeightOrder order, const PentWeight *bias, GError **error)
{
  part->product = pent_dnn_product_new (maker->dnn, spec, error);
  if (part->product == NULL)
    return FALSE;
  part->weight = pent_cpu_weight_cache_get (maker->cache, weight, order, spec->operand,
                                            pent_dnn_product_get_layout (part->product));
  g_ptr_array_add (step->weights, part->weight);
  if (spec->has_bias)
    part->bias = pent_cpu_vector_new (bias, spec->y.c, 0);
  step->scratch_size = MAX (step->scratch_size, pent_dnn_product_get_scratch_size (part->product));
  return TRUE;
}

static gboolean
part_run (Part *part, const void *x, const float *bias, const void *other, void *y, void *scratch, GError **error)
{
  return pent_dnn_product_run (part->product, x, pent_cpu_weight_get_data (part->weight), bias, other, y, scratch,
                               error);
}

/* How a convolution's channel bias comes in: oneDNN has no fast way to add
 * what differs from item to item of a batch. */
typedef enum
{
  CHANNEL_BIAS_NONE,
  CHANNEL_BIAS_BY_ITEM,   /* one run for each item, with a bias of its own */
  CHANNEL_BIAS_MOVED,     /* left to the group norm that alone reads the output */
} ChannelBias;

typedef struct
{
  PentCpuStep step;
  Part        part;
  PentCpuView x, y, channel_bias, residual;
  ChannelBias channel_bias_way;
  float      *moved;           /* (n, c), owned: the channel bias as the norm reads it */
  float      *item_bias;       /* (c): bias and channel bias of one item */
  gboolean    copies_residual; /* to the output, before the product adds to it */
  gboolean    reads_residual;
  gboolean    gathers;         /* the product reads what is gathered from x */
  PentCpuGather gather;
  gsize       gathered_size;   /* rounded up to a cache line */
} ProductStep;

/* Copies on all threads, from one element type to another. */
static void
copy (const PentCpuKernels *kernels, const PentCpuView *to, void *to_data, const PentCpuView *from,
      const void *from_data)
{
  const gsize piece = 1 << 14;
  gsize n = pent_shape_n_elements (to->shape);
  gsize to_size = pent_dtype_size (to->dtype), from_size = pent_dtype_size (from->dtype);

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < n; i += piece)
    kernels->convert (to->dtype, (guint8 *) to_data + i * to_size, from->dtype,
                      (const guint8 *) from_data + i * from_size, MIN (piece, n - i));
}

static gboolean
run_by_item (ProductStep *self, const guint8 *x, guint8 *scratch, const PentCpuFrame *frame, GError **error)
{
  gsize channels = self->y.shape.c;
  gsize x_size = pent_shape_n_elements (self->x.shape) * pent_dtype_size (self->x.dtype);
  gsize x_item = (self->gathers ? pent_cpu_gather_get_size (&self->gather) : x_size) / self->x.shape.n;
  gsize y_elements = pent_shape_n_elements (self->y.shape) / self->y.shape.n;
  gsize y_item = y_elements * pent_dtype_size (self->y.dtype);
  gsize residual_item = y_elements * pent_dtype_size (self->residual.dtype);
  const float *channel_bias = pent_cpu_view_data (&self->channel_bias, frame);
  const guint8 *residual = pent_cpu_view_data (&self->residual, frame);
  guint8 *y = pent_cpu_view_data (&self->y, frame);

  for (gint64 n = 0; n < self->x.shape.n; n++)
    {
      for (gsize c = 0; c < channels; c++)
        self->item_bias[c] = self->part.bias[c] + channel_bias[n * channels + c];
      if (!part_run (&self->part, x + n * x_item, self->item_bias,
                     self->reads_residual ? residual + n * residual_item : NULL, y + n * y_item, scratch, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
product_step_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  ProductStep *self = (ProductStep *) step;
  void *x = pent_cpu_view_data (&self->x, frame), *y = pent_cpu_view_data (&self->y, frame);
  const void *residual = pent_cpu_view_data (&self->residual, frame);
  guint8 *scratch = frame->scratch;

  if (self->gathers)
    {
      pent_cpu_gather_run (&self->gather, x, scratch);
      x = scratch;
      scratch += self->gathered_size;
    }
  if (self->copies_residual)
    copy (frame->kernels, &self->y, y, &self->residual, residual);
  if (self->channel_bias_way == CHANNEL_BIAS_BY_ITEM)
    return run_by_item (self, x, scratch, frame, error);
  if (self->channel_bias_way == CHANNEL_BIAS_MOVED)
    memcpy (self->moved, pent_cpu_view_data (&self->channel_bias, frame),
            pent_shape_n_elements (self->channel_bias.shape) * sizeof (float));
  return part_run (&self->part, x, self->part.bias, self->reads_residual ? residual : NULL, y, scratch, error);
}

static void
product_step_free (PentCpuStep *step)
{
  ProductStep *self = (ProductStep *) step;

  part_clear (&self->part);
  g_free (self->moved);
  g_free (self->item_bias);
  g_ptr_array_unref (step->weights);
  g_free (self);
}

static PentCpuStep *
step_init (PentCpuStep *step, gboolean (*run) (PentCpuStep *, const PentCpuFrame *, GError **),
           void (*free_step) (PentCpuStep *))
{
  step->run = run;
  step->free = free_step;
  step->weights = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_cpu_weight_unref);
  return step;
}

/* A convolution that is a product of matrices, and a linear layer, has no
 * kernel in its spec. */
static void
describe_kernel (PentDnnSpec *spec, const PentOp *op)
{
  gint64 kh = op->weight.n_dims > 2 ? op->weight.dim[2] : 1;
  gint64 kw = op->weight.n_dims > 3 ? op->weight.dim[3] : 1;
  gboolean padded = op->pad_top != 0 || op->pad_left != 0 || op->pad_bottom != 0 || op->pad_right != 0;

  if (op->kind != PENT_OP_CONV2D || (kh == 1 && kw == 1 && op->stride == 1 && !padded))
    return;
  spec->kh = kh;
  spec->kw = kw;
  spec->stride = op->stride;
  spec->pad_top = op->pad_top;
  spec->pad_left = op->pad_left;
  spec->pad_bottom = op->pad_bottom;
  spec->pad_right = op->pad_right;
}

/* Whether @tensor is read by one operator alone, a group norm. */
static gboolean
only_a_norm_reads (PentPlan *plan, const PentTensor *tensor)
{
  gboolean found = FALSE;

  if (tensor->is_output)
    return FALSE;
  for (guint i = 0; i < pent_plan_get_n_ops (plan); i++)
    {
      const PentOp *op = pent_plan_get_op (plan, i);
      for (int j = 0; j < PENT_MAX_INPUTS; j++)
        if (op->inputs[j] == tensor)
          {
            if (op->kind != PENT_OP_GROUP_NORM)
              return FALSE;
            found = TRUE;
          }
    }
  return found;
}

static void
choose_channel_bias (ProductStep *self, PentCpuMaker *maker, const PentOp *op, PentDnnSpec *spec)
{
  gsize n = pent_shape_n_elements (self->channel_bias.shape);

  if (op->activation == PENT_ACTIVATION_NONE && op->inputs[PENT_IN_RESIDUAL] == NULL
      && only_a_norm_reads (maker->plan, op->output))
    {
      self->channel_bias_way = CHANNEL_BIAS_MOVED;
      self->moved = g_new0 (float, n);
      maker->moved_biases[op->output->id] = self->moved;
      return;
    }
  self->channel_bias_way = CHANNEL_BIAS_BY_ITEM;
  self->item_bias = g_new0 (float, self->y.shape.c);
  spec->has_bias = TRUE;
  spec->x.n = 1;
  spec->y.n = 1;
}

/* A residual that lies where the output goes is added to; another is read
 * beside it by a product of matrices, and copied there for a convolution, for
 * which oneDNN has no fast way to read it. */
static void
choose_residual (ProductStep *self, PentDnnSpec *spec)
{
  gboolean shared = self->residual.offset == self->y.offset && self->residual.dtype == self->y.dtype;

  self->copies_residual = !shared && spec->kh > 0;
  self->reads_residual = !shared && spec->kh == 0;
  spec->last = self->reads_residual ? PENT_DNN_LAST_ADD : PENT_DNN_LAST_ACCUMULATE;
  spec->other = self->residual.dtype;
}

/**
 * pent_cpu_product_step_new:
 * @op: a convolution or a linear layer
 */
PentCpuStep *
pent_cpu_product_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  if (pent_plan_get_operand (maker->plan) == PENT_INT8 && pent_cpu_int8_is_meant (op))
    return pent_cpu_int8_step_new (maker, op, error);
  if (op->kind == PENT_OP_CONV2D && pent_cpu_winograd_is_better (maker, op))
    return pent_cpu_winograd_step_new (maker, op, error);
  if (pent_cpu_panels_are_better (maker, op))
    return pent_cpu_panel_step_new (maker, op, error);

  ProductStep *self = g_new0 (ProductStep, 1);
  PentCpuStep *step = step_init (&self->step, product_step_run, product_step_free);

  self->x = pent_cpu_maker_view (maker, op->inputs[PENT_IN_X]);
  self->y = pent_cpu_maker_view (maker, op->output);
  PentDnnSpec spec = {
    .x = self->x.shape, .y = self->y.shape, .operand = self->x.dtype, .output = self->y.dtype,
    .has_bias = op->has_bias, .activation = op->activation,
  };
  describe_kernel (&spec, op);
  if (spec.kh > 0 && pent_cpu_gather_is_better (&spec))
    {
      self->gathers = TRUE;
      pent_cpu_gather_init (&self->gather, &spec);
      self->gathered_size = (pent_cpu_gather_get_size (&self->gather) + 63) & ~(gsize) 63;
    }
  if (op->inputs[PENT_IN_RESIDUAL] != NULL)
    {
      self->residual = pent_cpu_maker_view (maker, op->inputs[PENT_IN_RESIDUAL]);
      choose_residual (self, &spec);
    }
  if (op->kind == PENT_OP_CONV2D && op->inputs[PENT_IN_CHANNEL_BIAS] != NULL)
    {
      self->channel_bias = pent_cpu_maker_view (maker, op->inputs[PENT_IN_CHANNEL_BIAS]);
      choose_channel_bias (self, maker, op, &spec);
    }
  PentCpuWeightOrder order = self->gathers ? PENT_CPU_WEIGHT_CHANNELS_LAST : PENT_CPU_WEIGHT_AS_STORED;
  if (!part_init (&self->part, maker, step, &spec, &op->weight, order, op->has_bias ? &op->bias : NULL, error))
    {
      step->free (step);
      return NULL;
    }
  step->scratch_size += self->gathered_size;
  return step;
}

/* Bytes of the gates that are kept between the two products of a gated layer:
 * what the caches hold, so that the second product finds them there. */
#define GATE_SIZE (4 << 20)

typedef struct
{
  PentCpuStep step;
  Part        gate, value;            /* of n_rows rows */
  Part        last_gate, last_value;  /* of the rows that remain */
  PentCpuView x, y;
  gsize       n_rows, n_last;
  gsize       gate_size;
} GegluStep;

static gboolean
run_rows (GegluStep *self, Part *gate, Part *value, gsize row, const PentCpuFrame *frame, GError **error)
{
  const guint8 *x = (const guint8 *) pent_cpu_view_data (&self->x, frame)
                    + row * self->x.shape.c * pent_dtype_size (self->x.dtype);
  guint8 *y = (guint8 *) pent_cpu_view_data (&self->y, frame)
              + row * self->y.shape.c * pent_dtype_size (self->y.dtype);
  guint8 *scratch = frame->scratch + self->gate_size;

  return part_run (gate, x, gate->bias, NULL, frame->scratch, scratch, error)
         && part_run (value, x, value->bias, frame->scratch, y, scratch, error);
}

static gboolean
geglu_step_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  GegluStep *self = (GegluStep *) step;
  gsize total = self->x.shape.n * self->x.shape.h * self->x.shape.w, row = 0;

  for (; row + self->n_rows <= total; row += self->n_rows)
    if (!run_rows (self, &self->gate, &self->value, row, frame, error))
      return FALSE;
  return self->n_last == 0 || run_rows (self, &self->last_gate, &self->last_value, row, frame, error);
}

static void
geglu_step_free (PentCpuStep *step)
{
  GegluStep *self = (GegluStep *) step;

  part_clear (&self->gate);
  part_clear (&self->value);
  part_clear (&self->last_gate);
  part_clear (&self->last_value);
  g_ptr_array_unref (step->weights);
  g_free (self);
}

/* Half of the rows of a weight or bias, the second if @second. */
static PentWeight
half_of (const PentWeight *weight, gboolean second)
{
  PentWeight half = *weight;

  half.dim[0] /= 2;
  if (second)
    half.data = (const guint8 *) weight->data + pent_weight_n_elements (&half) * pent_dtype_size (weight->dtype);
  return half;
}

/* The two products of a gated layer for @n_rows rows. */
static gboolean
init_rows (GegluStep *self, PentCpuMaker *maker, const PentOp *op, gsize n_rows, Part *gate, Part *value,
           GError **error)
{
  PentWeight value_weight = half_of (&op->weight, FALSE), gate_weight = half_of (&op->weight, TRUE);
  PentWeight value_bias = half_of (&op->bias, FALSE), gate_bias = half_of (&op->bias, TRUE);
  PentDnnSpec spec = {
    .x = { 1, 1, n_rows, self->x.shape.c }, .y = { 1, 1, n_rows, self->y.shape.c },
    .operand = self->x.dtype, .output = PENT_F32, .has_bias = op->has_bias, .activation = PENT_ACTIVATION_GELU,
  };

  if (!part_init (gate, maker, &self->step, &spec, &gate_weight, PENT_CPU_WEIGHT_AS_STORED, &gate_bias, error))
    return FALSE;
  spec.activation = PENT_ACTIVATION_NONE;
  spec.output = self->y.dtype;
  spec.last = PENT_DNN_LAST_MULTIPLY;
  spec.other = PENT_F32;
  return part_init (value, maker, &self->step, &spec, &value_weight, PENT_CPU_WEIGHT_AS_STORED, &value_bias, error);
}

/**
 * pent_cpu_geglu_step_new:
 *
 * Two products, gate = gelu (x w' + b') and y = (x w + b) gate, in pieces of
 * so many rows that the gates stay in the caches.
 */
PentCpuStep *
pent_cpu_geglu_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  if (pent_plan_get_operand (maker->plan) == PENT_INT8 && pent_cpu_int8_is_meant (op))
    return pent_cpu_int8_step_new (maker, op, error);
  if (pent_cpu_panels_are_better (maker, op))
    return pent_cpu_panel_step_new (maker, op, error);

  GegluStep *self = g_new0 (GegluStep, 1);
  PentCpuStep *step = step_init (&self->step, geglu_step_run, geglu_step_free);

  self->x = pent_cpu_maker_view (maker, op->inputs[PENT_IN_X]);
  self->y = pent_cpu_maker_view (maker, op->output);
  gsize total = self->x.shape.n * self->x.shape.h * self->x.shape.w, row_size = self->y.shape.c * sizeof (float);
  gsize rows = MAX (GATE_SIZE / row_size & ~(gsize) 63, 64);
  self->n_rows = MIN (rows, total);
  self->n_last = total % self->n_rows;
  self->gate_size = (self->n_rows * row_size + 63) & ~(gsize) 63;

  if (!init_rows (self, maker, op, self->n_rows, &self->gate, &self->value, error)
      || (self->n_last > 0 && !init_rows (self, maker, op, self->n_last, &self->last_gate, &self->last_value, error)))
    {
      step->free (step);
      return NULL;
    }
  step->scratch_size += self->gate_size;
  return step;
}
