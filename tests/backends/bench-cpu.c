/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the time of a model goes on the processor, operator by operator. Not a
 * test: run it by hand on a machine that does nothing else. With
 * OMP_NUM_THREADS=1 it counts the processor's time, not the clock's, and other
 * programs do little harm.
 *
 *   bench-cpu MODEL [f32|bf16] [unet|decoder] [SIZE] [BATCH] [RUNS] [KERNELS]
 */

#include "pent-checkpoint.h"
#include "pent-cpu-backend.h"
#include "pent-cpu-program.h"
#include "pent-unet.h"
#include "pent-vae.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* All operators of one kind and shape. */
typedef struct
{
  char  *what;
  double seconds;
  double operations;   /* multiplications and additions of one run */
  guint  calls;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->what);
  g_free (entry);
}

static double
count_operations (const PentOp *op)
{
  PentShape y = op->output->shape;

  switch (op->kind)
    {
    case PENT_OP_CONV2D:
    case PENT_OP_LINEAR:
    case PENT_OP_GEGLU:
      return 2.0 * y.n * y.h * y.w * pent_weight_n_elements (&op->weight);
    case PENT_OP_ATTENTION:
      return 4.0 * pent_shape_n_elements (y) * op->inputs[PENT_IN_K]->shape.h * op->inputs[PENT_IN_K]->shape.w;
    default:
      return 0;
    }
}

static char *
describe (const PentOp *op)
{
  static const char *const kinds[PENT_N_OP_KINDS] = { "conv", "linear", "geglu", "group norm", "layer norm",
                                                      "attention", "concat", "upsample", "add", "cast" };
  PentShape x = op->inputs[0]->shape, y = op->output->shape;
  gint64 keys = op->kind == PENT_OP_ATTENTION ? op->inputs[PENT_IN_K]->shape.h * op->inputs[PENT_IN_K]->shape.w : 0;
  gint64 kernel = op->kind == PENT_OP_CONV2D && op->weight.n_dims > 2 ? op->weight.dim[2] : 0;

  return g_strdup_printf ("%-10s %5d -> %5d  %4dx%-4d k%d s%d keys %-5d heads %d", kinds[op->kind], (int) x.c,
                          (int) y.c, (int) y.h, (int) y.w, (int) kernel, op->stride, (int) keys, op->heads);
}

typedef struct
{
  GHashTable *entries;   /* of Entry by what */
  clockid_t   clock;
  double      last;      /* when the last operator ended */
} Profile;

static double
now (const Profile *self)
{
  struct timespec time;

  clock_gettime (self->clock, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void
profile (const PentOp *op, gpointer user_data)
{
  Profile *self = user_data;
  GHashTable *entries = self->entries;
  double seconds = now (self) - self->last;
  g_autofree char *what = describe (op);
  Entry *entry = g_hash_table_lookup (entries, what);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->what = g_strdup (what);
      g_hash_table_insert (entries, entry->what, entry);
    }
  entry->seconds += seconds;
  entry->operations += count_operations (op);
  entry->calls++;
  self->last = now (self);
}

static int
compare_by_time (gconstpointer a, gconstpointer b)
{
  const Entry *x = a, *y = b;

  return x->seconds < y->seconds ? 1 : -1;
}

static void
print_entries (GHashTable *entries, double total, int runs)
{
  g_autoptr (GList) list = g_list_sort (g_hash_table_get_values (entries), compare_by_time);

  for (GList *l = list; l != NULL; l = l->next)
    {
      const Entry *entry = l->data;
      g_print ("%s  x%-3u %8.2f ms  %5.1f %%  %6.0f GFLOP/s\n", entry->what, entry->calls / runs,
               entry->seconds * 1000 / runs, 100 * entry->seconds / total, entry->operations / entry->seconds / 1e9);
    }
}

static void
fill_inputs (PentProgram *program, PentGraph *graph)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < pent_graph_get_n_inputs (graph); i++)
    {
      gsize n = pent_shape_n_elements (pent_graph_get_input (graph, i)->shape);
      g_autofree float *values = g_new (float, n);
      for (gsize j = 0; j < n; j++)
        values[j] = g_rand_double_range (random, -1.7, 1.7);
      pent_program_set_input (program, i, values, NULL);
    }
}

static const char *
argument (int argc, char **argv, int index, const char *fallback)
{
  return index < argc ? argv[index] : fallback;
}

static PentGraph *
build (PentCheckpoint *checkpoint, const char *part, int size, int batch, GError **error)
{
  if (strcmp (part, "decoder") == 0)
    return pent_vae_build_decoder (checkpoint, size / 8, size / 8, error);
  return pent_unet_build (checkpoint, batch, size / 8, size / 8, 77, error);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  PentDtype operand = strcmp (argument (argc, argv, 2, "f32"), "bf16") == 0 ? PENT_BF16 : PENT_F32;
  int runs = atoi (argument (argc, argv, 6, "3"));
  g_autoptr (PentCheckpoint) checkpoint = pent_checkpoint_open (argument (argc, argv, 1, ""), &error);
  g_autoptr (PentBackend) backend = pent_cpu_backend_new_with_kernels (argument (argc, argv, 7, NULL), NULL);
  PentGraph *graph = checkpoint == NULL || backend == NULL
                         ? NULL
                         : build (checkpoint, argument (argc, argv, 3, "unet"),
                                  atoi (argument (argc, argv, 4, "256")), atoi (argument (argc, argv, 5, "2")), &error);
  gint64 start = g_get_monotonic_time ();
  PentPlan *plan = graph != NULL ? pent_plan_new (graph, operand, pent_backend_get_alignment (backend), &error) : NULL;
  g_autoptr (PentProgram) program = plan != NULL ? pent_backend_compile (backend, plan, NULL, &error) : NULL;
  if (program == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "no such kernels");
      return 1;
    }

  g_print ("%s\ncompiled in %.2f s, arena %.0f MB, all %.0f MB\n", pent_backend_get_description (backend),
           (g_get_monotonic_time () - start) / 1e6, pent_plan_get_arena_size (plan) / 1e6,
           pent_program_get_memory (program) / 1e6);
  g_autoptr (GHashTable) entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  gboolean alone = g_strcmp0 (g_getenv ("OMP_NUM_THREADS"), "1") == 0;
  Profile state = { entries, alone ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC };
  double best = G_MAXDOUBLE, total = 0;
  for (int run = 0; run < runs + 1; run++)
    {
      fill_inputs (program, graph);
      if (run == 1)
        pent_cpu_program_set_profile (PENT_CPU_PROGRAM (program), profile, &state);
      double begin = state.last = now (&state);
      if (!pent_program_run (program, NULL, &error))
        g_error ("%s", error->message);
      double seconds = now (&state) - begin;
      g_print ("run %d: %.3f s\n", run, seconds);
      best = MIN (best, seconds);
      total += run > 0 ? seconds : 0;
    }
  print_entries (entries, total, runs);
  g_print ("best %.3f s\n", best);
  return 0;
}
