/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is the processor backend's own: its cache of packed weights, and its
 * kernels at the ends of their ranges. */

#include "pent-cpu-backend.h"
#include "pent-cpu-kernels.h"
#include "pent-cpu-memory.h"
#include "pent-cpu-weights.h"
#include "pent-error.h"

#include <math.h>

#define N_IN  40
#define N_OUT 24

/* Weights may lie where those of a closed model lay while a program that was
 * made of them lives on. */
static void
test_other_model_at_same_address (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentDnn) dnn = pent_dnn_new (&error);
  g_assert_no_error (error);
  PentDnnSpec spec = { .x = { 1, 1, 8, N_IN }, .y = { 1, 1, 8, N_OUT } };
  g_autoptr (PentDnnProduct) product = pent_dnn_product_new (dnn, &spec, &error);
  g_assert_no_error (error);

  float values[N_OUT * N_IN] = { 0 };
  PentWeight weight = { "weight", PENT_F32, 2, { N_OUT, N_IN }, values };
  PentDnnLayout *layout = pent_dnn_product_get_layout (product);
  PentCpuWeightCache *cache = pent_cpu_weight_cache_new ();

  PentCpuWeight *first = pent_cpu_weight_cache_get (cache, &weight, PENT_CPU_WEIGHT_AS_STORED, PENT_F32, layout);
  PentCpuWeight *again = pent_cpu_weight_cache_get (cache, &weight, PENT_CPU_WEIGHT_AS_STORED, PENT_F32, layout);
  g_assert_true (first == again);
  values[N_OUT * N_IN - 1] = 1;
  PentCpuWeight *other = pent_cpu_weight_cache_get (cache, &weight, PENT_CPU_WEIGHT_AS_STORED, PENT_F32, layout);
  g_assert_true (other != first);

  pent_cpu_weight_unref (first);
  pent_cpu_weight_unref (again);
  pent_cpu_weight_unref (other);
  pent_cpu_weight_cache_free (cache);
}

/* A convolution's shape: each takes another way. */
typedef struct
{
  const char *name;
  gint64      h, in, out;
} Way;

static const Way ways[] = {
  { "direct", 10, 24, 40 },
  { "gathered", 3, 1280, 40 },
  { "winograd", 20, 64, 72 },
};

/* Runs a batch of @n and returns what comes out. */
static float *
run_way (const Way *way, const PentWeight *weight, const float *x, gint64 n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_cpu_backend_new (&error);
  PentGraph *graph = pent_graph_new (way->name);
  PentConvOptions options = { 1, 1, 1, 1, 1 };
  PentShape shape = { n, way->h, way->h, way->in };

  options.channel_bias = pent_graph_input (graph, "channel bias", (PentShape) { n, 1, 1, way->out }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_conv2d (graph, pent_graph_input (graph, "x", shape, PENT_INPUT_DYNAMIC), weight,
                                               NULL, &options));
  g_autoptr (PentProgram) program = pent_backend_compile (backend, pent_plan_new (graph, PENT_F32, 64, NULL), NULL, &error);
  g_assert_no_error (error);
  pent_program_set_input (program, 0, x, NULL);
  pent_program_set_input (program, 1, x, NULL);
  g_assert_true (pent_program_run (program, NULL, &error));
  float *y = g_new (float, n * way->h * way->h * way->out);
  pent_program_get_output (program, 0, y, NULL);
  return y;
}

/* Whatever way a convolution takes, an item's bits do not depend on what it is
 * computed beside. */
static void
test_items_are_independent (gconstpointer data)
{
  const Way *way = data;
  gsize n_weights = way->out * way->in * 9, item = way->h * way->h * way->in, y_item = way->h * way->h * way->out;
  g_autofree float *values = g_new (float, n_weights), *x = g_new (float, 5 * item);
  PentWeight weight = { "weight", PENT_F32, 4, { way->out, way->in, 3, 3 }, values };
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (gsize i = 0; i < n_weights; i++)
    values[i] = g_rand_double_range (random, -0.1, 0.1);
  for (gsize i = 0; i < 5 * item; i++)
    x[i] = g_rand_double_range (random, -1, 1);
  g_autofree float *first = run_way (way, &weight, x, 5);
  for (gsize i = item; i < 5 * item; i++)
    x[i] *= 3;
  g_autofree float *second = run_way (way, &weight, x, 5);
  g_assert_cmpmem (first, y_item * sizeof (float), second, y_item * sizeof (float));
}

static void
test_unsupported_operand (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_cpu_backend_new (&error);
  g_assert_no_error (error);
  PentGraph *graph = pent_graph_new ("sum");
  PentTensor *x = pent_graph_input (graph, "x", (PentShape) { 1, 1, 1, 8 }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_add (graph, x, x, PENT_ACTIVATION_NONE));

  g_assert_false (pent_backend_supports (backend, PENT_F16));
  g_assert_true (pent_backend_supports (backend, pent_backend_get_best (backend)));
  g_assert_null (pent_backend_compile (backend, pent_plan_new (graph, PENT_F16, 64, NULL), NULL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
}

static void
test_memory (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (pent_cpu_memory_get_free (), >, 1 << 20);
  guint8 *memory = pent_cpu_memory_new (12345, "The test", &error);
  g_assert_no_error (error);
  g_assert_cmpuint ((gsize) memory % PENT_CPU_ALIGNMENT, ==, 0);
  g_assert_cmpuint (memory[12344], ==, 0);
  pent_cpu_memory_free (memory, 12345);

  g_assert_null (pent_cpu_memory_new (G_MAXSSIZE, "The test", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_MEMORY);
}

/* Every bit pattern of f16 and bf16, and f32 at ties, infinite, not a number. */
static void
test_convert (gconstpointer data)
{
  const PentCpuKernels *kernels = pent_cpu_kernels_find (data);
  if (kernels == NULL)
    {
      g_test_skip ("this processor has not these kernels");
      return;
    }

  g_autofree guint16 *halves = g_new (guint16, 65536);
  g_autofree float *floats = g_new (float, 65537), *expected = g_new (float, 65537);
  for (guint i = 0; i < 65536; i++)
    halves[i] = i;
  for (PentDtype dtype = PENT_F16; dtype <= PENT_BF16; dtype++)
    {
      kernels->convert (PENT_F32, floats, dtype, halves, 65535);
      pent_convert (PENT_F32, expected, dtype, halves, 65535);
      for (guint i = 0; i < 65535; i++)
        g_assert_true (floats[i] == expected[i] || (isnan (floats[i]) && isnan (expected[i])));
    }

  g_autofree guint16 *rounded = g_new (guint16, 65537);
  for (guint i = 0; i < 65537; i++)
    {
      union { guint32 u; float f; } v = { .u = (i << 16) + (i % 3 == 0 ? 0x8000 : i % 3 == 1 ? 0x7fff : 0x8001) };
      floats[i] = fabsf (v.f) < 0x1p-125f ? 0 : v.f;   /* subnormal numbers may become 0 */
    }
  kernels->convert (PENT_BF16, rounded, PENT_F32, floats, 65537);
  for (guint i = 0; i < 65537; i++)
    if (isnan (floats[i]))
      g_assert_true (isnan (pent_bf16_to_f32 (rounded[i])));
    else
      g_assert_cmphex (rounded[i], ==, pent_f32_to_bf16 (floats[i]));
}

/* SiLU far from 0, and what is not a number must stay so. */
static void
test_silu (gconstpointer data)
{
  const PentCpuKernels *kernels = pent_cpu_kernels_find (data);
  const float x[] = { -1e30f, -200, -88, -20, -1, -1e-20f, 0, 1e-20f, 1, 20, 88, 200, 1e30f, INFINITY, NAN, NAN, 3 };
  enum { N = G_N_ELEMENTS (x) };
  float y[N], zero[N] = { 0 }, one[N];

  if (kernels == NULL)
    {
      g_test_skip ("this processor has not these kernels");
      return;
    }
  for (int i = 0; i < N; i++)
    one[i] = 1;
  kernels->normalise (PENT_F32, y, x, 1, N, zero, one, zero, PENT_ACTIVATION_SILU);
  for (int i = 0; i < N; i++)
    if (isnan (x[i]))
      g_assert_true (isnan (y[i]));
    else if (x[i] <= -88)
      g_assert_cmpfloat_with_epsilon (y[i], 0, 1e-7f);
    else if (isinf (x[i]))
      g_assert_true (y[i] == x[i]);
    else
      g_assert_cmpfloat_with_epsilon (y[i], x[i] / (1 + exp (-(double) x[i])), 1e-6 * fabs (x[i]) + 1e-30);
}

int
main (int argc, char *argv[])
{
  static const char *const sets[] = { "plain", "avx2", "avx512", "avx512-bf16" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpu/other-model-at-same-address", test_other_model_at_same_address);
  g_test_add_func ("/cpu/unsupported-operand", test_unsupported_operand);
  g_test_add_func ("/cpu/memory", test_memory);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cpu/items-are-independent/%s", ways[i].name);
      g_test_add_data_func (path, &ways[i], test_items_are_independent);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree char *convert = g_strdup_printf ("/cpu/%s/convert", sets[i]);
      g_autofree char *silu = g_strdup_printf ("/cpu/%s/silu", sets[i]);
      g_test_add_data_func (convert, sets[i], test_convert);
      g_test_add_data_func (silu, sets[i], test_silu);
    }
  return g_test_run ();
}
