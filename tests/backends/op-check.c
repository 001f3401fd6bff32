/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs the op cases and the network in miniature on a backend and holds them
 * against the reference. What is here is true of every backend. */

#include "op-check.h"

#include "op-cases.h"
#include "pent-error.h"
#include "reference.h"

#include <math.h>
#include <string.h>

typedef struct
{
  PentBackend  *backend;
  PentDtype     operand;
  const OpCase *op_case;
} Check;

#define GUARD_SIZE 32
#define GUARD_VALUE 12345.0f

/* Room for @n values between two guards; the values begin after the first. */
static float *
guarded_new (gsize n)
{
  float *block = g_new (float, n + 2 * GUARD_SIZE);

  for (gsize i = 0; i < n + 2 * GUARD_SIZE; i++)
    block[i] = GUARD_VALUE;
  return block + GUARD_SIZE;
}

static void
guarded_free (float *values, gsize n)
{
  for (gsize i = 0; i < GUARD_SIZE; i++)
    {
      g_assert_cmpfloat (values[(gssize) i - GUARD_SIZE], ==, GUARD_VALUE);
      g_assert_cmpfloat (values[n + i], ==, GUARD_VALUE);
    }
  g_free (values - GUARD_SIZE);
}

static gsize
output_size (PentGraph *graph, guint index)
{
  return pent_shape_n_elements (pent_graph_get_output (graph, index)->shape);
}

static void
compare (const char *what, const OpTolerance *tolerance, PentDtype operand, const float *y, const float *expected,
         gsize n)
{
  double error = 0, norm = 0, worst = 0;
  gsize where = 0;

  for (gsize i = 0; i < n; i++)
    {
      double difference = fabs ((double) y[i] - expected[i]);
      g_assert_false (isnan (y[i]));
      error += difference * difference;
      norm += (double) expected[i] * expected[i];
      if (difference > worst)
        worst = difference, where = i;
    }
  double rms = sqrt (norm / n), relative = sqrt (error / n) / MAX (rms, 1e-30);
  double bound = tolerance->rms[operand];

  g_test_message ("%s: relative rms %.2e of %.0e, worst %.2e", what, relative, bound, worst / MAX (rms, 1e-30));
  if (relative > bound || worst > bound * tolerance->peak * rms)
    {
      g_test_message ("worst at %" G_GSIZE_FORMAT ": %g, expected %g; allowed: %s", where, y[where], expected[where],
                      tolerance->reason);
      g_test_fail ();
    }
}

/* Compiles the graph of @instance, which loses it. */
static PentProgram *
compile (const Check *check, OpInstance *instance)
{
  g_autoptr (GError) error = NULL;
  PentPlan *plan = pent_plan_new (g_steal_pointer (&instance->graph), check->operand,
                                  pent_backend_get_alignment (check->backend), &error);
  g_assert_no_error (error);
  PentProgram *program = pent_backend_compile (check->backend, plan, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (program);
  return program;
}

/* Sets one input from a copy of exactly its size, so that a sanitizer sees
 * what reads beyond it. */
static void
set_input (PentProgram *program, OpInstance *shape_of, OpInstance *values, guint index)
{
  g_autoptr (GError) error = NULL;
  gsize n = pent_shape_n_elements (pent_graph_get_input (shape_of->graph, index)->shape);
  g_autofree float *copy = g_memdup2 (g_ptr_array_index (values->inputs, index), n * sizeof (float));

  pent_program_set_input (program, index, copy, &error);
  g_assert_no_error (error);
}

static void
run_program (PentProgram *program)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pent_program_run (program, NULL, &error));
  g_assert_no_error (error);
}

/* Every output of @program against the reference on @expected, an instance
 * that still has its graph and the same inputs. */
static void
check_outputs (const Check *check, const char *what, const OpTolerance *tolerance, PentProgram *program,
               OpInstance *expected)
{
  guint n_outputs = pent_graph_get_n_outputs (expected->graph);
  g_autofree float **outputs = g_new (float *, n_outputs);

  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = g_new (float, output_size (expected->graph, i));
  g_assert_true (pent_reference_run_rounded (expected->graph, check->operand,
                                             (const float *const *) expected->inputs->pdata, outputs));

  for (guint i = 0; i < n_outputs; i++)
    {
      g_autoptr (GError) error = NULL;
      gsize n = output_size (expected->graph, i);
      float *y = guarded_new (n);
      g_assert_true (pent_program_get_output (program, i, y, &error));
      g_assert_no_error (error);
      if (pent_graph_get_output (expected->graph, i)->producer == NULL)
        g_assert_cmpmem (y, n * sizeof (float), outputs[i], n * sizeof (float));
      else
        compare (what, tolerance, check->operand, y, outputs[i], n);
      guarded_free (y, n);
      g_free (outputs[i]);
    }
}

static void
test_case (gconstpointer data)
{
  const Check *check = data;
  g_autoptr (OpInstance) expected = op_case_build (check->op_case);
  g_autoptr (OpInstance) actual = op_case_build (check->op_case);
  g_autoptr (PentProgram) program = compile (check, actual);

  for (guint i = 0; i < expected->inputs->len; i++)
    set_input (program, expected, expected, i);
  run_program (program);
  check_outputs (check, check->op_case->name, check->op_case->tolerance, program, expected);
}

/* Static inputs are set once and kept; what is set anew is seen, and nothing
 * else is. */
static void
test_network (gconstpointer data)
{
  const Check *check = data;
  g_autoptr (OpInstance) expected = op_network_build (2);
  g_autoptr (OpInstance) actual = op_network_build (2);
  g_autoptr (PentProgram) program = compile (check, actual);

  for (guint i = 0; i < expected->inputs->len; i++)
    set_input (program, expected, expected, i);
  run_program (program);
  check_outputs (check, "first run", &op_network_tolerance, program, expected);

  op_instance_refill (expected, 0, 101);
  op_instance_refill (expected, 1, 102);
  set_input (program, expected, expected, 0);
  set_input (program, expected, expected, 1);
  run_program (program);
  check_outputs (check, "other dynamic inputs", &op_network_tolerance, program, expected);

  op_instance_refill (expected, 2, 103);
  for (guint i = 0; i < 3; i++)
    set_input (program, expected, expected, i);
  run_program (program);
  check_outputs (check, "another static input", &op_network_tolerance, program, expected);
}

/* The first output of the network of @batch, of @all's inputs from item @from
 * on. */
static float *
run_items (const Check *check, OpInstance *all, gint64 batch, gint64 from)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OpInstance) shapes = op_network_build (batch);
  g_autoptr (OpInstance) instance = op_network_build (batch);
  g_autoptr (PentProgram) program = compile (check, instance);

  for (guint i = 0; i < shapes->inputs->len; i++)
    {
      PentShape shape = pent_graph_get_input (shapes->graph, i)->shape;
      gsize item = pent_shape_n_elements (shape) / shape.n;
      const float *values = g_ptr_array_index (all->inputs, i);
      g_assert_true (pent_program_set_input (program, i, values + (i < 3 ? from * item : 0), &error));
    }
  run_program (program);
  float *y = g_new (float, output_size (shapes->graph, 0));
  g_assert_true (pent_program_get_output (program, 0, y, &error));
  return y;
}

/* The last item's bits are the same in every run, whatever it is computed
 * beside; alone it may differ by the order of sums. */
static void
test_batch (gconstpointer data)
{
  const Check *check = data;
  g_autoptr (OpInstance) all = op_network_build (3);
  gsize item = output_size (all->graph, 0) / 3;
  g_autofree float *together = run_items (check, all, 3, 0);
  g_autofree float *again = run_items (check, all, 3, 0);
  g_autofree float *alone = run_items (check, all, 1, 2);

  g_assert_cmpmem (together, 3 * item * sizeof (float), again, 3 * item * sizeof (float));
  compare ("alone", &op_network_tolerance, check->operand, alone, together + 2 * item, item);

  for (guint i = 0; i < 3; i++)
    {
      gsize n = pent_shape_n_elements (pent_graph_get_input (all->graph, i)->shape) / 3 * 2;
      float *values = g_ptr_array_index (all->inputs, i);
      for (gsize j = 0; j < n; j++)
        values[j] *= -0.7f;
    }
  g_autofree float *beside_others = run_items (check, all, 3, 0);
  g_assert_cmpmem (together + 2 * item, item * sizeof (float), beside_others + 2 * item, item * sizeof (float));
}

static void
test_cancelled (gconstpointer data)
{
  const Check *check = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OpInstance) expected = op_network_build (1);
  g_autoptr (OpInstance) actual = op_network_build (1);
  g_autoptr (PentProgram) program = compile (check, actual);

  for (guint i = 0; i < expected->inputs->len; i++)
    set_input (program, expected, expected, i);
  g_cancellable_cancel (cancellable);
  g_assert_false (pent_program_run (program, cancellable, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_CANCELLED);

  for (guint i = 0; i < 2; i++)
    set_input (program, expected, expected, i);
  run_program (program);
  check_outputs (check, "after it was cancelled", &op_network_tolerance, program, expected);
}

static void
test_compile_cancelled (gconstpointer data)
{
  const Check *check = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OpInstance) instance = op_network_build (1);
  PentPlan *plan = pent_plan_new (g_steal_pointer (&instance->graph), check->operand,
                                  pent_backend_get_alignment (check->backend), NULL);

  g_cancellable_cancel (cancellable);
  g_assert_null (pent_backend_compile (check->backend, plan, cancellable, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_CANCELLED);
}

/* A picture of a size no memory holds is refused by a sentence. */
static void
test_too_large (gconstpointer data)
{
  const Check *check = data;
  g_autoptr (GError) error = NULL;
  PentGraph *graph = pent_graph_new ("picture");
  PentTensor *x = pent_graph_input (graph, "x", (PentShape) { 1, 1 << 20, 1 << 20, 8 }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_add (graph, x, x, PENT_ACTIVATION_NONE));
  PentPlan *plan = pent_plan_new (graph, check->operand, pent_backend_get_alignment (check->backend), &error);
  g_assert_no_error (error);

  g_assert_null (pent_backend_compile (check->backend, plan, NULL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_MEMORY);
}

/* y = x weight^T for one @weight of (65, 40), so that two graphs can share it. */
static PentProgram *
compile_linear (const Check *check, const PentWeight *weight)
{
  g_autoptr (GError) error = NULL;
  PentGraph *graph = pent_graph_new ("linear");
  PentTensor *x = pent_graph_input (graph, "x", (PentShape) { 1, 3, 1, weight->dim[1] }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_linear (graph, x, weight, NULL, PENT_ACTIVATION_NONE, NULL));
  PentPlan *plan = pent_plan_new (graph, check->operand, pent_backend_get_alignment (check->backend), &error);
  g_assert_no_error (error);
  PentProgram *program = pent_backend_compile (check->backend, plan, NULL, &error);
  g_assert_no_error (error);
  return program;
}

static void
run_linear (PentProgram *program, const float *x, float *y)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pent_program_set_input (program, 0, x, &error));
  run_program (program);
  g_assert_true (pent_program_get_output (program, 0, y, &error));
}

/* Two programs may share what was made of their weights: one of them gone, the
 * other still has them. */
static void
test_shared_weights (gconstpointer data)
{
  const Check *check = data;
  g_autofree float *values = g_new (float, 65 * 40);
  float x[3 * 40], y[3 * 65], again[3 * 65];
  PentWeight weight = { "weight", PENT_F32, 2, { 65, 40 }, values };

  for (int i = 0; i < 65 * 40; i++)
    values[i] = (i * 37 % 101 - 50) / 64.0f;
  for (int i = 0; i < 3 * 40; i++)
    x[i] = (i * 23 % 47 - 23) / 16.0f;
  PentProgram *first = compile_linear (check, &weight);
  g_autoptr (PentProgram) second = compile_linear (check, &weight);
  run_linear (first, x, y);
  g_object_unref (first);
  run_linear (second, x, again);
  g_assert_cmpmem (y, sizeof y, again, sizeof again);
}

static void
check_free (gpointer data)
{
  Check *check = data;
  g_object_unref (check->backend);
  g_free (check);
}

static void
add_test (PentBackend *backend, PentDtype operand, const OpCase *op_case, const char *name, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/backends/%s/%s/%s", pent_backend_get_name (backend),
                                           pent_dtype_name (operand), name);
  Check *check = g_new (Check, 1);

  *check = (Check) { g_object_ref (backend), operand, op_case };
  g_test_add_data_func_full (path, check, test, check_free);
}

/**
 * op_check_add_tests:
 *
 * Adds a test for each op case and for the network to the test program.
 */
void
op_check_add_tests (PentBackend *backend, PentDtype operand)
{
  for (guint i = 0; i < op_cases_get_n (); i++)
    add_test (backend, operand, op_cases_get (i), op_cases_get (i)->name, test_case);
  add_test (backend, operand, NULL, "network", test_network);
  add_test (backend, operand, NULL, "batch", test_batch);
  add_test (backend, operand, NULL, "cancelled", test_cancelled);
  add_test (backend, operand, NULL, "compile-cancelled", test_compile_cancelled);
  add_test (backend, operand, NULL, "too-large", test_too_large);
  add_test (backend, operand, NULL, "shared-weights", test_shared_weights);
}
