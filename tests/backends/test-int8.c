/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Layers in whole numbers of 8 bits on the processor, against the same
 * arithmetic written down plainly: test-int8 [KERNELS]. */

#include "pent-cpu-backend.h"
#include "pent-cpu-kernels.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char    *name;
  gint64         rows, in, out;   /* of one item */
  gint64         items;
  PentActivation activation;
  gboolean       gated, residual, no_bias;
  PentDtype      weight_dtype;
} Case;

static const Case cases[] = {
  { "plain", 16, 64, 32, 1 },
  { "odd", 17, 37, 45, 1 },
  { "one-column", 16, 5, 1, 1 },
  { "many-rows", 600, 33, 40, 2 },
  { "deep", 20, 1283, 64, 1 },
  { "silu", 16, 24, 31, 1, .activation = PENT_ACTIVATION_SILU },
  { "residual", 19, 40, 50, 2, .residual = TRUE },
  { "no-bias", 16, 64, 70, 1, .no_bias = TRUE },
  { "gated", 21, 30, 37, 2, .gated = TRUE },
  { "gated-wide", 64, 64, 128, 1, .gated = TRUE },
  { "f16-weights", 16, 40, 33, 1, .weight_dtype = PENT_F16 },
};

/* --- the same, plainly --- */

static float
find_scale (const float *x, gint64 n)
{
  float top = 0;

  for (gint64 i = 0; i < n; i++)
    top = MAX (top, fabsf (x[i]));
  return top / 127;
}

static int
quantise (float x, float scale)
{
  return scale > 0 ? (int) lrintf (x / scale) : 0;
}

static double
dot (const float *x, const float *w, gint64 n)
{
  float x_scale = find_scale (x, n), w_scale = find_scale (w, n);
  gint64 sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += quantise (x[i], x_scale) * quantise (w[i], w_scale);
  return (double) sum * x_scale * w_scale;
}

static double
gelu (double x)
{
  return x * 0.5 * erfc (-x * M_SQRT1_2);
}

static double
expect (const Case *c, const float *x, const float *w, const float *bias, gint64 row, gint64 column)
{
  double v = dot (x + row * c->in, w + column * c->in, c->in) + (c->no_bias ? 0 : bias[column]);

  if (c->gated)
    {
      gint64 gate = c->out + column;
      return v * gelu (dot (x + row * c->in, w + gate * c->in, c->in) + (c->no_bias ? 0 : bias[gate]));
    }
  return c->activation == PENT_ACTIVATION_SILU ? v / (1 + exp (-v)) : v;
}

/* --- running --- */

static float *
make_values (gsize n, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = g_rand_double_range (random, -1, 1);
  return values;
}

/* The layer of @c on @x, with operands of that type */
static float *
run (PentBackend *backend, const Case *c, const PentWeight *weight, const PentWeight *bias, const float *x,
     const float *residual, PentDtype operand)
{
  g_autoptr (GError) error = NULL;
  PentGraph *graph = pent_graph_new ("layer");
  PentTensor *input = pent_graph_input (graph, "x", (PentShape) { c->items, c->rows, 1, c->in }, PENT_INPUT_DYNAMIC);
  PentTensor *other = c->residual ? pent_graph_input (graph, "r", (PentShape) { c->items, c->rows, 1, c->out },
                                                      PENT_INPUT_DYNAMIC) : NULL;
  const PentWeight *b = c->no_bias ? NULL : bias;
  float *y = g_new (float, c->items * c->rows * c->out);

  pent_graph_output (graph, c->gated ? pent_graph_geglu (graph, input, weight, b)
                                     : pent_graph_linear (graph, input, weight, b, c->activation, other));
  PentPlan *plan = pent_plan_new (graph, operand, pent_backend_get_alignment (backend), &error);
  g_assert_no_error (error);
  g_autoptr (PentProgram) program = pent_backend_compile (backend, plan, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (pent_program_set_input (program, 0, x, &error));
  if (c->residual)
    g_assert_true (pent_program_set_input (program, 1, residual, &error));
  g_assert_true (pent_program_run (program, NULL, &error));
  g_assert_true (pent_program_get_output (program, 0, y, &error));
  return y;
}

typedef struct
{
  PentBackend *backend;
  const Case  *c;
} Check;

static void
test_case (gconstpointer data)
{
  const Check *check = data;
  const Case *c = check->c;
  gint64 columns = c->gated ? 2 * c->out : c->out, rows = c->items * c->rows;
  g_autofree float *x = make_values (rows * c->in, 1), *w = make_values (columns * c->in, 2);
  g_autofree float *b = make_values (columns, 3), *r = make_values (rows * c->out, 4);
  g_autofree guint16 *half = g_new (guint16, columns * c->in);
  double error = 0, norm = 0;

  /* A row of zeros has no scale. */
  memset (x, 0, c->in * sizeof *x);
  if (c->weight_dtype == PENT_F16)
    for (gint64 i = 0; i < columns * c->in; i++)
      {
        half[i] = pent_f32_to_f16 (w[i]);
        w[i] = pent_f16_to_f32 (half[i]);
      }
  const void *stored = c->weight_dtype == PENT_F16 ? (const void *) half : w;
  PentWeight weight = { "weight", c->weight_dtype, 2, { columns, c->in }, stored };
  PentWeight bias = { "bias", PENT_F32, 1, { columns }, b };
  g_autofree float *y = run (check->backend, c, &weight, &bias, x, r, PENT_INT8);
  g_autofree float *exact = run (check->backend, c, &weight, &bias, x, r, PENT_F32);

  for (gint64 row = 0; row < rows; row++)
    for (gint64 column = 0; column < c->out; column++)
      {
        gint64 i = row * c->out + column;
        double expected = expect (c, x, w, b, row, column) + (c->residual ? r[i] : 0);
        /* A value that lies between two steps may go to either: few do. */
        error += (y[i] - expected) * (y[i] - expected);
        norm += expected * expected;
      }
  g_test_message ("relative rms %.2e", sqrt (error / norm));
  g_assert_cmpfloat (sqrt (error / norm), <, 2e-4);
  g_assert_cmpint (memcmp (y, exact, rows * c->out * sizeof *y), !=, 0);
}

/* What is not finite stays to be found. */
static void
test_not_finite (gconstpointer data)
{
  const Case c = { "", 16, 40, 33, 1 };
  g_autofree float *x = make_values (c.rows * c.in, 1), *w = make_values (c.out * c.in, 2);
  PentWeight weight = { "weight", PENT_F32, 2, { c.out, c.in }, w };
  PentWeight bias = { "bias", PENT_F32, 1, { c.out }, w };

  x[3 * c.in + 39] = INFINITY;
  x[5 * c.in + 7] = NAN;
  g_autofree float *y = run (PENT_BACKEND ((gpointer) data), &c, &weight, &bias, x, NULL, PENT_INT8);
  for (gint64 row = 0; row < c.rows; row++)
    for (gint64 column = 0; column < c.out; column++)
      g_assert_true (isnan (y[row * c.out + column]) == (row == 3 || row == 5));
}

/* Too few rows, and weights of convolutions, are computed as in f32. */
static void
test_left_alone (gconstpointer data)
{
  const Case few = { "", 15, 40, 33, 1 }, pixel = { "", 16, 40, 33, 1 };
  g_autofree float *x = make_values (pixel.rows * pixel.in, 1), *w = make_values (pixel.out * pixel.in, 2);
  PentWeight flat = { "weight", PENT_F32, 2, { few.out, few.in }, w };
  PentWeight deep = { "weight", PENT_F32, 4, { few.out, few.in, 1, 1 }, w };
  PentWeight bias = { "bias", PENT_F32, 1, { few.out }, w };

  for (int i = 0; i < 2; i++)
    {
      const Case *c = i == 0 ? &few : &pixel;
      const PentWeight *weight = i == 0 ? &flat : &deep;
      g_autofree float *y = run (PENT_BACKEND ((gpointer) data), c, weight, &bias, x, NULL, PENT_INT8);
      g_autofree float *exact = run (PENT_BACKEND ((gpointer) data), c, weight, &bias, x, NULL, PENT_F32);
      g_assert_cmpmem (y, c->rows * c->out * sizeof *y, exact, c->rows * c->out * sizeof *exact);
    }
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_autoptr (PentBackend) backend = pent_cpu_backend_new_with_kernels (argc > 1 ? argv[1] : NULL, &error);
  if (backend == NULL || !pent_backend_supports (backend, PENT_INT8))
    {
      g_print ("1..0 # SKIP %s\n", error != NULL ? error->message : "this processor has no products of 8 bit numbers");
      return 0;
    }
  Check checks[G_N_ELEMENTS (cases)];
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/int8/%s", cases[i].name);
      checks[i] = (Check) { backend, &cases[i] };
      g_test_add_data_func (path, &checks[i], test_case);
    }
  g_test_add_data_func ("/int8/not-finite", backend, test_not_finite);
  g_test_add_data_func ("/int8/left-alone", backend, test_left_alone);
  return g_test_run ();
}
