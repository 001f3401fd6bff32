/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators cost, and where a program's time goes, on both backends. */
#include "pent-devices.h"
#include "pent-error.h"
#include "pent-op-table.h"
#include "pent-roofline.h"

#include <math.h>
#include <string.h>

static float numbers[64 * 64 * 9];

static const PentWeight conv_weight = { "conv", PENT_F32, 4, { 64, 64, 3, 3 }, numbers };
static const PentWeight linear_weight = { "linear", PENT_F32, 2, { 64, 64 }, numbers };

/* A prelude of one linear layer, then two convolutions of one shape, a linear
 * layer and an attention over what the prelude left. */
static PentGraph *
build_graph (void)
{
  const PentConvOptions same = { .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1 };
  PentGraph *graph = pent_graph_new ("measured graph");
  PentTensor *x = pent_graph_input (graph, "x", (PentShape) { 2, 8, 8, 64 }, PENT_INPUT_DYNAMIC);
  PentTensor *context = pent_graph_input (graph, "context", (PentShape) { 2, 1, 10, 64 }, PENT_INPUT_STATIC);
  PentTensor *k = pent_graph_linear (graph, context, &linear_weight, NULL, PENT_ACTIVATION_NONE, NULL);
  PentTensor *y = pent_graph_conv2d (graph, x, &conv_weight, NULL, &same);

  y = pent_graph_conv2d (graph, y, &conv_weight, NULL, &same);
  PentTensor *q = pent_graph_linear (graph, y, &linear_weight, NULL, PENT_ACTIVATION_NONE, NULL);
  pent_graph_output (graph, pent_graph_attention (graph, q, k, k, 4, FALSE));
  return graph;
}

static PentProgram *
compile (const char *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_backend_for_device (device, &error);

  if (backend == NULL)
    {
      g_test_skip (error->message);
      return NULL;
    }
  PentPlan *plan = pent_plan_new (build_graph (), PENT_F32, pent_backend_get_alignment (backend), &error);
  g_assert_no_error (error);
  PentProgram *program = pent_backend_compile (backend, plan, NULL, &error);
  g_assert_no_error (error);
  return program;
}

static void
run (PentProgram *program, float *y)
{
  g_autoptr (GError) error = NULL;
  float x[2 * 8 * 8 * 64], context[2 * 10 * 64];

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = sin (i * 0.7);
  for (guint i = 0; i < G_N_ELEMENTS (context); i++)
    context[i] = cos (i * 0.3);
  g_assert_true (pent_program_set_input (program, 0, x, &error));
  g_assert_true (pent_program_set_input (program, 1, context, &error));
  g_assert_true (pent_program_run (program, NULL, &error));
  g_assert_true (pent_program_get_output (program, 0, y, &error));
}

static void
test_cost (void)
{
  g_autoptr (PentProgram) program = compile ("cpu");
  PentPlan *plan = pent_program_get_plan (program);
  double operations[PENT_N_OP_KINDS] = { 0 }, bytes[PENT_N_OP_KINDS] = { 0 };

  for (guint i = 0; i < pent_plan_get_n_ops (plan); i++)
    {
      const PentOp *op = pent_plan_get_op (plan, i);
      PentOpCost cost = pent_op_cost (plan, op);
      operations[op->kind] += cost.operations;
      bytes[op->kind] += cost.bytes;
    }
  g_assert_cmpfloat (operations[PENT_OP_CONV2D], ==, 2 * 2.0 * 128 * 64 * 64 * 9);
  g_assert_cmpfloat (operations[PENT_OP_LINEAR], ==, 2.0 * (128 + 20) * 64 * 64);
  g_assert_cmpfloat (operations[PENT_OP_ATTENTION], ==, 4.0 * 128 * 10 * 64);
  g_assert_cmpfloat (bytes[PENT_OP_CONV2D], ==, 2 * 4.0 * (2 * 128 * 64 + 64 * 64 * 9));
  g_assert_cmpfloat (bytes[PENT_OP_ATTENTION], ==, 4.0 * (2 * 128 + 2 * 20) * 64);
}

/* Timing a program changes nothing of what it computes. */
static void
test_table (gconstpointer device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentProgram) program = compile (device);
  float before[2 * 8 * 8 * 64], after[2 * 8 * 8 * 64];
  guint calls = 0;
  double sum = 0;

  if (program == NULL)
    return;
  run (program, before);
  g_autoptr (PentOpTable) table = pent_op_table_new (program, 3, NULL, &error);
  g_assert_no_error (error);
  run (program, after);
  g_assert_cmpmem (before, sizeof before, after, sizeof after);

  g_assert_cmpstr (table->name, ==, "measured graph");
  g_assert_cmpuint (table->rows->len, ==, 3);
  for (guint i = 0; i < table->rows->len; i++)
    {
      const PentOpRow *row = &g_array_index (table->rows, PentOpRow, i);
      g_assert_cmpuint (row->calls, ==, row->kind == PENT_OP_CONV2D ? 2 : 1);
      g_assert_cmpfloat (row->seconds, >=, 0);
      g_assert_true (i == 0 || row->seconds <= row[-1].seconds);
      calls += row->calls;
      sum += row->seconds;
    }
  g_assert_cmpuint (calls, ==, 4);
  g_assert_cmpfloat (sum, >, 0);
}

/* The prelude is timed when it is due, and only then. */
static void
test_prelude (gconstpointer device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentProgram) program = compile (device);
  double seconds[8];

  if (program == NULL)
    return;
  g_assert_cmpuint (pent_plan_get_n_prelude (pent_program_get_plan (program)), ==, 1);
  g_assert_true (pent_program_profile (program, seconds, NULL, &error));
  g_assert_cmpfloat (seconds[0], >=, 0);
  g_assert_true (pent_program_profile (program, seconds, NULL, &error));
  g_assert_cmpfloat (seconds[0], ==, 0);
}

static void
test_cancelled (gconstpointer device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PentProgram) program = compile (device);

  if (program == NULL)
    return;
  g_cancellable_cancel (cancellable);
  g_assert_null (pent_op_table_new (program, 3, cancellable, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_CANCELLED);
}

static void
test_median (void)
{
  double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 };

  g_assert_cmpfloat (pent_median (odd, 3), ==, 2);
  g_assert_cmpfloat (pent_median (even, 4), ==, 2.5);
  g_assert_cmpfloat (pent_median (even, 0), ==, 0);
}

static void
test_roofline_seconds (void)
{
  const PentRoofline roofline = { .operations = 100, .bytes = 10 };

  g_assert_cmpfloat (pent_roofline_seconds (&roofline, &(PentOpCost) { 200, 10 }), ==, 2);
  g_assert_cmpfloat (pent_roofline_seconds (&roofline, &(PentOpCost) { 200, 40 }), ==, 4);
}

int
main (int argc, char *argv[])
{
  static const char *const devices[] = { "cpu", "vulkan" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    numbers[i] = sin (i * 0.1) / 24;
  g_test_add_func ("/bench/cost", test_cost);
  g_test_add_func ("/bench/median", test_median);
  g_test_add_func ("/bench/roofline-seconds", test_roofline_seconds);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autofree char *table = g_strdup_printf ("/bench/%s/table", devices[i]);
      g_autofree char *prelude = g_strdup_printf ("/bench/%s/prelude", devices[i]);
      g_autofree char *cancelled = g_strdup_printf ("/bench/%s/cancelled", devices[i]);
      g_test_add_data_func (table, devices[i], test_table);
      g_test_add_data_func (prelude, devices[i], test_prelude);
      g_test_add_data_func (cancelled, devices[i], test_cancelled);
    }
  return g_test_run ();
}
