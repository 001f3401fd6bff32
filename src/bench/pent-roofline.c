/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-roofline.h"

#define TRIES 5

/* Sides of the products that are tried: what suits one device starves another. */
static const int sides[] = { 768, 1536, 2304 };

/* Elements of each tensor that is summed: 64 MiB in f32, past any cache, and
 * within what every Vulkan device addresses. */
#define SUM_SIDE 4096

static PentProgram *
compile (PentBackend *backend, PentGraph *graph, PentDtype operand, GCancellable *cancellable, GError **error)
{
  PentPlan *plan = pent_plan_new (graph, operand, pent_backend_get_alignment (backend), error);

  return plan != NULL ? pent_backend_compile (backend, plan, cancellable, error) : NULL;
}

/* Seconds of the fastest run, after one that warms up; negative on failure. */
static double
time_best (PentProgram *program, GCancellable *cancellable, GError **error)
{
  PentPlan *plan = pent_program_get_plan (program);
  g_autofree double *seconds = g_new (double, pent_plan_get_n_ops (plan));
  double best = G_MAXDOUBLE;

  for (int i = 0; i <= TRIES; i++)
    {
      double sum = 0;
      if (!pent_program_profile (program, seconds, cancellable, error))
        return -1;
      for (guint j = 0; j < pent_plan_get_n_ops (plan); j++)
        sum += pent_plan_get_op (plan, j)->kind != PENT_OP_CAST ? seconds[j] : 0;
      if (i > 0)
        best = MIN (best, sum);
    }
  return best;
}

/* Zeros are multiplied as fast as any other numbers, but for denormal ones. */
static gboolean
measure_product (PentRoofline *self, PentBackend *backend, PentDtype operand, int side, GCancellable *cancellable,
                 GError **error)
{
  g_autofree float *ones = g_new (float, (gsize) side * side);
  const PentWeight weight = { "a measured product", PENT_F32, 2, { side, side }, ones };
  PentGraph *graph = pent_graph_new ("measured product");

  for (gsize i = 0; i < (gsize) side * side; i++)
    ones[i] = 1;
  PentTensor *x = pent_graph_input (graph, "x", (PentShape) { 1, 1, side, side }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_linear (graph, x, &weight, NULL, PENT_ACTIVATION_NONE, NULL));
  g_autoptr (PentProgram) program = compile (backend, graph, operand, cancellable, error);
  if (program == NULL || !pent_program_set_input (program, 0, ones, error))
    return FALSE;
  double seconds = time_best (program, cancellable, error);
  if (seconds < 0)
    return FALSE;
  self->operations = MAX (self->operations, 2.0 * side * side * side / MAX (seconds, 1e-9));
  return TRUE;
}

static gboolean
measure_sum (PentRoofline *self, PentBackend *backend, GCancellable *cancellable, GError **error)
{
  const PentShape shape = { 1, SUM_SIDE, SUM_SIDE / 64, 64 };
  PentGraph *graph = pent_graph_new ("measured sum");
  g_autofree float *values = g_new0 (float, pent_shape_n_elements (shape));

  PentTensor *a = pent_graph_input (graph, "a", shape, PENT_INPUT_DYNAMIC);
  PentTensor *b = pent_graph_input (graph, "b", shape, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_add (graph, a, b, PENT_ACTIVATION_NONE));
  g_autoptr (PentProgram) program = compile (backend, graph, PENT_F32, cancellable, error);
  if (program == NULL || !pent_program_set_input (program, 0, values, error)
      || !pent_program_set_input (program, 1, values, error))
    return FALSE;
  double seconds = time_best (program, cancellable, error);
  self->bytes = 3.0 * sizeof (float) * pent_shape_n_elements (shape) / MAX (seconds, 1e-9);
  return seconds >= 0;
}

/**
 * pent_roofline_measure:
 * @self: (out):
 * @operand: element type of what is multiplied
 *
 * Takes some seconds, on software Vulkan more.
 */
gboolean
pent_roofline_measure (PentRoofline *self, PentBackend *backend, PentDtype operand, GCancellable *cancellable,
                       GError **error)
{
  *self = (PentRoofline) { 0 };
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (!measure_product (self, backend, operand, sides[i], cancellable, error))
      return FALSE;
  return measure_sum (self, backend, cancellable, error);
}

/**
 * pent_roofline_seconds:
 *
 * Returns: the least time in which the device could do @cost, when it is held
 *   up by nothing but its arithmetic or its memory (Williams, Waterman and
 *   Patterson 2009)
 */
double
pent_roofline_seconds (const PentRoofline *self, const PentOpCost *cost)
{
  return MAX (cost->operations / self->operations, cost->bytes / self->bytes);
}
