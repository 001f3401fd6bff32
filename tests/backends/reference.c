/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What every operator means, in loops as plain as its formula: no blocks, no
 * fusion, sums in double. It knows nothing of plans: it keeps every tensor of
 * the graph in memory of its own. Slow, and the judge of the backends. */

#include "reference.h"

#include <math.h>
#include <string.h>

typedef struct
{
  PentDtype operand;
  float   **values;   /* by tensor id; %NULL until computed */
} Run;

static float
round_to (PentDtype dtype, float value)
{
  switch (dtype)
    {
    case PENT_F16:
      return pent_f16_to_f32 (pent_f32_to_f16 (value));
    case PENT_BF16:
      return pent_bf16_to_f32 (pent_f32_to_bf16 (value));
    case PENT_F32:
    default:
      return value;
    }
}

/* A copy of @weight in f32, rounded to @dtype; the data may be unaligned. */
static float *
read_weight (const PentWeight *weight, PentDtype dtype)
{
  gsize n = pent_weight_n_elements (weight), size = pent_dtype_size (weight->dtype);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    {
      guint8 element[4];
      memcpy (element, (const guint8 *) weight->data + i * size, size);
      pent_convert (PENT_F32, &values[i], weight->dtype, element, 1);
      values[i] = round_to (dtype, values[i]);
    }
  return values;
}

static const float *
input (const Run *run, const PentOp *op, int which)
{
  return op->inputs[which] != NULL ? run->values[op->inputs[which]->id] : NULL;
}

/* What the device multiplies here: a plan in bf16 leaves convolutions to 4
 * channels or fewer in f32. */
static PentDtype
multiplied_type (const Run *run, const PentOp *op)
{
  gboolean is_last = op->kind == PENT_OP_CONV2D && op->weight.dim[0] <= 4;

  return is_last && run->operand == PENT_BF16 ? PENT_F32 : run->operand;
}

/* A copy of an operand, rounded to what the device multiplies. */
static float *
read_operand (const Run *run, const PentOp *op, int which)
{
  PentDtype type = multiplied_type (run, op);
  gsize n = pent_shape_n_elements (op->inputs[which]->shape);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = round_to (type, input (run, op, which)[i]);
  return values;
}

static double
gelu (double x)
{
  return 0.5 * x * (1 + erf (x * M_SQRT1_2));
}

static double
activate (PentActivation activation, double x)
{
  switch (activation)
    {
    case PENT_ACTIVATION_SILU:
      return x / (1 + exp (-x));
    case PENT_ACTIVATION_RELU:
      return x > 0 ? x : 0;
    case PENT_ACTIVATION_GELU:
      return gelu (x);
    case PENT_ACTIVATION_QUICK_GELU:
      return x / (1 + exp (-1.702 * x));
    case PENT_ACTIVATION_NONE:
    default:
      return x;
    }
}

/* The sum of products for one element of a convolution's output. */
static double
convolve (const PentOp *op, const float *x, const float *weight, gint64 n, gint64 oy, gint64 ox, gint64 out)
{
  PentShape in = op->inputs[PENT_IN_X]->shape;
  gint64 kh = op->weight.n_dims > 2 ? op->weight.dim[2] : 1;
  gint64 kw = op->weight.n_dims > 3 ? op->weight.dim[3] : 1;
  double sum = 0;

  for (gint64 ky = 0; ky < kh; ky++)
    for (gint64 kx = 0; kx < kw; kx++)
      {
        gint64 y = oy * op->stride + ky - op->pad_top, xx = ox * op->stride + kx - op->pad_left;
        if (y < 0 || y >= in.h || xx < 0 || xx >= in.w)
          continue;
        const float *pixel = x + ((n * in.h + y) * in.w + xx) * in.c;
        for (gint64 c = 0; c < in.c; c++)
          sum += (double) pixel[c] * weight[((out * in.c + c) * kh + ky) * kw + kx];
      }
  return sum;
}

static void
run_conv2d (const Run *run, const PentOp *op, float *y)
{
  g_autofree float *x = read_operand (run, op, PENT_IN_X);
  g_autofree float *weight = read_weight (&op->weight, multiplied_type (run, op));
  g_autofree float *bias = op->has_bias ? read_weight (&op->bias, PENT_F32) : NULL;
  const float *channel_bias = input (run, op, PENT_IN_CHANNEL_BIAS);
  const float *residual = input (run, op, PENT_IN_RESIDUAL);
  PentShape s = op->output->shape;
  gsize i = 0;

  for (gint64 n = 0; n < s.n; n++)
    for (gint64 oy = 0; oy < s.h; oy++)
      for (gint64 ox = 0; ox < s.w; ox++)
        for (gint64 c = 0; c < s.c; c++, i++)
          {
            double sum = convolve (op, x, weight, n, oy, ox, c);
            sum += bias != NULL ? bias[c] : 0;
            sum += channel_bias != NULL ? channel_bias[n * s.c + c] : 0;
            y[i] = activate (op->activation, sum) + (residual != NULL ? residual[i] : 0);
          }
}

static double
dot (const float *a, const float *b, gint64 n)
{
  double sum = 0;
  for (gint64 i = 0; i < n; i++)
    sum += (double) a[i] * b[i];
  return sum;
}

static void
run_linear (const Run *run, const PentOp *op, float *y)
{
  g_autofree float *x = read_operand (run, op, PENT_IN_X);
  g_autofree float *weight = read_weight (&op->weight, run->operand);
  g_autofree float *bias = op->has_bias ? read_weight (&op->bias, PENT_F32) : NULL;
  const float *residual = input (run, op, PENT_IN_RESIDUAL);
  gint64 in = op->inputs[PENT_IN_X]->shape.c, out = op->output->shape.c;
  gsize n = pent_shape_n_elements (op->output->shape);

  for (gsize i = 0; i < n; i++)
    {
      double sum = dot (x + i / out * in, weight + i % out * in, in) + (bias != NULL ? bias[i % out] : 0);
      y[i] = activate (op->activation, sum) + (residual != NULL ? residual[i] : 0);
    }
}

static void
run_geglu (const Run *run, const PentOp *op, float *y)
{
  g_autofree float *x = read_operand (run, op, PENT_IN_X);
  g_autofree float *weight = read_weight (&op->weight, run->operand);
  g_autofree float *bias = op->has_bias ? read_weight (&op->bias, PENT_F32) : NULL;
  gint64 in = op->inputs[PENT_IN_X]->shape.c, out = op->output->shape.c;
  gsize n = pent_shape_n_elements (op->output->shape);

  for (gsize i = 0; i < n; i++)
    {
      gint64 c = i % out;
      const float *row = x + i / out * in;
      double a = dot (row, weight + c * in, in) + (bias != NULL ? bias[c] : 0);
      double b = dot (row, weight + (out + c) * in, in) + (bias != NULL ? bias[out + c] : 0);
      y[i] = a * gelu (b);
    }
}

/* Normalises the channels c0 to c1 of @n_pixels pixels together. */
static void
normalise (const PentOp *op, const float *x, float *y, const float *weight, const float *bias, gint64 n_pixels,
           gint64 c0, gint64 c1)
{
  gint64 width = op->output->shape.c;
  double sum = 0, squares = 0, n = (double) n_pixels * (c1 - c0);

  for (gint64 p = 0; p < n_pixels; p++)
    for (gint64 c = c0; c < c1; c++)
      sum += x[p * width + c];
  double mean = sum / n;
  for (gint64 p = 0; p < n_pixels; p++)
    for (gint64 c = c0; c < c1; c++)
      squares += (x[p * width + c] - mean) * (x[p * width + c] - mean);
  double scale = 1 / sqrt (squares / n + op->eps);
  for (gint64 p = 0; p < n_pixels; p++)
    for (gint64 c = c0; c < c1; c++)
      y[p * width + c] = activate (op->activation, (x[p * width + c] - mean) * scale * (weight != NULL ? weight[c] : 1)
                                                     + (bias != NULL ? bias[c] : 0));
}

static void
run_norm (const Run *run, const PentOp *op, float *y)
{
  const float *x = input (run, op, PENT_IN_X);
  g_autofree float *weight = op->has_weight ? read_weight (&op->weight, PENT_F32) : NULL;
  g_autofree float *bias = op->has_bias ? read_weight (&op->bias, PENT_F32) : NULL;
  PentShape s = op->output->shape;
  gboolean by_group = op->kind == PENT_OP_GROUP_NORM;
  gint64 n_parts = by_group ? s.n : s.n * s.h * s.w;
  gint64 n_pixels = by_group ? s.h * s.w : 1;
  gint64 width = by_group ? s.c / op->groups : s.c;

  for (gint64 part = 0; part < n_parts; part++)
    for (gint64 c = 0; c < s.c; c += width)
      normalise (op, x + part * n_pixels * s.c, y + part * n_pixels * s.c, weight, bias, n_pixels, c, c + width);
}

/* One head of one query: softmax (q k^T / sqrt (d)) v over @n_keys keys. */
static void
attend (const float *q, const float *k, const float *v, float *y, gint64 n_keys, gint64 d, gint64 width,
        double *weights)
{
  double top = -HUGE_VAL, sum = 0;

  for (gint64 j = 0; j < n_keys; j++)
    {
      weights[j] = dot (q, k + j * width, d) / sqrt (d);
      top = MAX (top, weights[j]);
    }
  for (gint64 j = 0; j < n_keys; j++)
    {
      weights[j] = exp (weights[j] - top);
      sum += weights[j];
    }
  for (gint64 c = 0; c < d; c++)
    {
      double value = 0;
      for (gint64 j = 0; j < n_keys; j++)
        value += weights[j] * v[j * width + c];
      y[c] = value / sum;
    }
}

static void
run_attention (const Run *run, const PentOp *op, float *y)
{
  g_autofree float *q = read_operand (run, op, PENT_IN_Q);
  g_autofree float *k = read_operand (run, op, PENT_IN_K);
  g_autofree float *v = read_operand (run, op, PENT_IN_V);
  PentShape s = op->output->shape, keys = op->inputs[PENT_IN_K]->shape;
  gint64 n_queries = s.h * s.w, n_keys = keys.h * keys.w, d = s.c / op->heads;
  g_autofree double *weights = g_new (double, n_keys);

  for (gint64 n = 0; n < s.n; n++)
    for (gint64 i = 0; i < n_queries; i++)
      for (gint64 head = 0; head < op->heads; head++)
        {
          gsize at = (n * n_queries + i) * s.c + head * d;
          gsize from = n * n_keys * s.c + head * d;
          attend (q + at, k + from, v + from, y + at, op->causal ? i + 1 : n_keys, d, s.c, weights);
        }
}

static void
run_concat (const Run *run, const PentOp *op, float *y)
{
  gint64 a = op->inputs[PENT_IN_A]->shape.c, b = op->inputs[PENT_IN_B]->shape.c;
  gint64 n_rows = pent_shape_n_elements (op->output->shape) / (a + b);

  for (gint64 row = 0; row < n_rows; row++)
    {
      memcpy (y + row * (a + b), input (run, op, PENT_IN_A) + row * a, a * sizeof (float));
      memcpy (y + row * (a + b) + a, input (run, op, PENT_IN_B) + row * b, b * sizeof (float));
    }
}

static void
run_upsample (const Run *run, const PentOp *op, float *y)
{
  const float *x = input (run, op, PENT_IN_X);
  PentShape s = op->output->shape, from = op->inputs[PENT_IN_X]->shape;

  for (gint64 n = 0; n < s.n; n++)
    for (gint64 row = 0; row < s.h; row++)
      for (gint64 column = 0; column < s.w; column++)
        memcpy (y + ((n * s.h + row) * s.w + column) * s.c,
                x + ((n * from.h + row / 2) * from.w + column / 2) * s.c, s.c * sizeof (float));
}

static void
run_add (const Run *run, const PentOp *op, float *y)
{
  gsize n = pent_shape_n_elements (op->output->shape);
  for (gsize i = 0; i < n; i++)
    y[i] = activate (op->activation, input (run, op, PENT_IN_A)[i] + input (run, op, PENT_IN_B)[i]);
}

static void
run_cast (const Run *run, const PentOp *op, float *y)
{
  gsize n = pent_shape_n_elements (op->output->shape);
  for (gsize i = 0; i < n; i++)
    y[i] = round_to (run->operand, input (run, op, PENT_IN_X)[i]);
}

typedef void (*RunOp) (const Run *run, const PentOp *op, float *y);

static const RunOp run_op[PENT_N_OP_KINDS] = {
  [PENT_OP_CONV2D] = run_conv2d,
  [PENT_OP_LINEAR] = run_linear,
  [PENT_OP_GEGLU] = run_geglu,
  [PENT_OP_GROUP_NORM] = run_norm,
  [PENT_OP_LAYER_NORM] = run_norm,
  [PENT_OP_ATTENTION] = run_attention,
  [PENT_OP_CONCAT] = run_concat,
  [PENT_OP_UPSAMPLE] = run_upsample,
  [PENT_OP_ADD] = run_add,
  [PENT_OP_CAST] = run_cast,
};

/**
 * pent_reference_run_rounded:
 * @graph: as its builder left it: making a plan of a graph changes it, so
 *   build it once more for the plan
 * @operand: what the operands (x and weight of conv2d, linear and geglu; q, k
 *   and v) are rounded to before they are multiplied, as a plan of that operand
 *   type has them
 * @inputs: one NHWC array for each of the graph's inputs
 * @outputs: (out caller-allocates): room for each of the graph's outputs
 *
 * Returns: %FALSE if the graph's builder met an error
 */
gboolean
pent_reference_run_rounded (PentGraph *graph, PentDtype operand, const float *const *inputs, float **outputs)
{
  if (!pent_graph_check (graph, NULL))
    return FALSE;

  guint n_tensors = pent_graph_get_n_tensors (graph);
  Run run = { .operand = operand, .values = g_new0 (float *, n_tensors) };

  for (guint i = 0; i < pent_graph_get_n_inputs (graph); i++)
    {
      PentTensor *tensor = pent_graph_get_input (graph, i);
      run.values[tensor->id] = g_memdup2 (inputs[i], pent_shape_n_elements (tensor->shape) * sizeof (float));
    }
  for (guint i = 0; i < pent_graph_get_n_ops (graph); i++)
    {
      PentOp *op = pent_graph_get_op (graph, i);
      float *y = g_new (float, pent_shape_n_elements (op->output->shape));
      run_op[op->kind](&run, op, y);
      run.values[op->output->id] = y;
    }
  for (guint i = 0; i < pent_graph_get_n_outputs (graph); i++)
    {
      PentTensor *tensor = pent_graph_get_output (graph, i);
      memcpy (outputs[i], run.values[tensor->id], pent_shape_n_elements (tensor->shape) * sizeof (float));
    }

  for (guint id = 0; id < n_tensors; id++)
    g_free (run.values[id]);
  g_free (run.values);
  return TRUE;
}

/**
 * pent_reference_run:
 *
 * The same with operands as they are: pent_reference_run_rounded() for f32.
 */
gboolean
pent_reference_run (PentGraph *graph, const float *const *inputs, float **outputs)
{
  return pent_reference_run_rounded (graph, PENT_F32, inputs, outputs);
}
