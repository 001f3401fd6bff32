/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-op-table.h"

#include <stdlib.h>

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/**
 * pent_median:
 * @values: (array length=n): sorted by this
 *
 * Returns: the middle one, or the mean of the two in the middle; 0 of none
 */
double
pent_median (double *values, guint n)
{
  if (n == 0)
    return 0;
  qsort (values, n, sizeof *values, compare_doubles);
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

static void
row_clear (gpointer data)
{
  g_free (((PentOpRow *) data)->shape);
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  return -compare_doubles (&((const PentOpRow *) a)->seconds, &((const PentOpRow *) b)->seconds);
}

/* Tells for each operator of the plan which row it belongs to; -1 for those of
 * the prelude, which a step does not run. */
static GArray *
make_rows (PentPlan *plan, int *row_of)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (PentOpRow));
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_array_set_clear_func (rows, row_clear);
  for (guint i = 0; i < pent_plan_get_n_ops (plan); i++)
    {
      const PentOp *op = pent_plan_get_op (plan, i);
      g_autofree char *shape = pent_op_describe (op);
      g_autofree char *key = g_strconcat (pent_op_kind_name (op->kind), " ", shape, NULL);
      PentOpCost cost = pent_op_cost (plan, op);
      gpointer index;

      row_of[i] = -1;
      if (i < pent_plan_get_n_prelude (plan))
        continue;
      if (!g_hash_table_lookup_extended (found, key, NULL, &index))
        {
          PentOpRow row = { .kind = op->kind, .shape = g_steal_pointer (&shape) };
          index = GUINT_TO_POINTER (rows->len);
          g_hash_table_insert (found, g_steal_pointer (&key), index);
          g_array_append_val (rows, row);
        }
      row_of[i] = GPOINTER_TO_UINT (index);
      PentOpRow *row = &g_array_index (rows, PentOpRow, row_of[i]);
      row->calls++;
      row->cost.operations += cost.operations;
      row->cost.bytes += cost.bytes;
    }
  return rows;
}

/* Anything that is not zero will do: speed does not depend on values. The
 * dynamic inputs do not keep theirs from one run to the next. */
static gboolean
fill_inputs (PentProgram *program, gboolean also_static, GError **error)
{
  PentGraph *graph = pent_plan_get_graph (pent_program_get_plan (program));
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < pent_graph_get_n_inputs (graph); i++)
    {
      const PentTensor *tensor = pent_graph_get_input (graph, i);
      gsize n = pent_shape_n_elements (tensor->shape);
      if (tensor->is_static && !also_static)
        continue;
      g_autofree float *values = g_new (float, n);
      for (gsize j = 0; j < n; j++)
        values[j] = g_rand_double_range (random, -1.7, 1.7);
      if (!pent_program_set_input (program, i, values, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * pent_op_table_new:
 * @program: whose inputs will be noise
 * @runs: at least 1; one more warms up
 *
 * Runs a program and adds up the time of operators of one kind and shape.
 *
 * Returns: (transfer full): the table, or %NULL as pent_program_profile() fails
 */
PentOpTable *
pent_op_table_new (PentProgram *program, int runs, GCancellable *cancellable, GError **error)
{
  g_autoptr (PentOpTable) self = g_new0 (PentOpTable, 1);
  PentPlan *plan = pent_program_get_plan (program);
  guint n = pent_plan_get_n_ops (plan);
  g_autofree int *row_of = g_new (int, n);
  g_autofree double *seconds = g_new (double, n);

  self->name = g_strdup (pent_graph_get_name (pent_plan_get_graph (plan)));
  self->rows = make_rows (plan, row_of);
  g_autofree double *sums = g_new0 (double, (gsize) self->rows->len * runs);
  g_autofree double *totals = g_new0 (double, runs);
  for (int run = -1; run < runs; run++)
    {
      if (!fill_inputs (program, run < 0, error) || !pent_program_profile (program, seconds, cancellable, error))
        return NULL;
      for (guint i = 0; run >= 0 && i < n; i++)
        if (row_of[i] >= 0)
          {
            sums[row_of[i] * runs + run] += seconds[i];
            totals[run] += seconds[i];
          }
    }
  for (guint i = 0; i < self->rows->len; i++)
    g_array_index (self->rows, PentOpRow, i).seconds = pent_median (sums + (gsize) i * runs, runs);
  self->seconds = pent_median (totals, runs);
  g_array_sort (self->rows, compare_rows);
  return g_steal_pointer (&self);
}

void
pent_op_table_free (PentOpTable *self)
{
  g_clear_pointer (&self->rows, g_array_unref);
  g_free (self->name);
  g_free (self);
}
