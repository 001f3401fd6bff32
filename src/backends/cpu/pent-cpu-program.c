/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-program.h"

#include "pent-cpu-memory.h"
#include "pent-cpu-step.h"
#include "pent-cpu-threads.h"
#include "pent-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _PentCpuProgram
{
  PentProgram parent_instance;

  PentBackend        *backend;          /* owns the engine and the weight cache */
  PentPlan           *plan;
  GPtrArray          *steps;            /* of PentCpuStep, in the plan's order */
  gsize               memory;           /* weights, arena and scratch */
  gsize               arena_size;
  gsize               scratch_size;
  PentCpuFrame        frame;
  gboolean            needs_prelude;

  /* Where there is no room for all weights, those of each step are read anew
   * from the file before it is run. */
  gboolean            streams;
  gsize               slot_size, staging_size;
  guint8             *slot;             /* the weights of one step */
  guint8             *staging;
};

G_DEFINE_FINAL_TYPE (PentCpuProgram, pent_cpu_program, PENT_TYPE_PROGRAM)

PentCpuView
pent_cpu_maker_view (const PentCpuMaker *maker, const PentTensor *tensor)
{
  const PentPlacement *placement = pent_plan_get_placement (maker->plan, tensor);

  return (PentCpuView) { tensor->shape, placement->dtype, placement->offset };
}

static void
step_free (gpointer data)
{
  PentCpuStep *step = data;

  step->free (step);
}

typedef PentCpuStep *(*MakeStep) (PentCpuMaker *maker, const PentOp *op, GError **error);

static const MakeStep make_step[PENT_N_OP_KINDS] = {
  [PENT_OP_CONV2D] = pent_cpu_product_step_new,
  [PENT_OP_LINEAR] = pent_cpu_product_step_new,
  [PENT_OP_GEGLU] = pent_cpu_geglu_step_new,
  [PENT_OP_GROUP_NORM] = pent_cpu_norm_step_new,
  [PENT_OP_LAYER_NORM] = pent_cpu_norm_step_new,
  [PENT_OP_ATTENTION] = pent_cpu_attention_step_new,
  [PENT_OP_CONCAT] = pent_cpu_move_step_new,
  [PENT_OP_UPSAMPLE] = pent_cpu_move_step_new,
  [PENT_OP_ADD] = pent_cpu_move_step_new,
  [PENT_OP_CAST] = pent_cpu_move_step_new,
};

static gboolean
make_steps (PentCpuProgram *self, PentDnn *dnn, PentCpuWeightCache *cache, GCancellable *cancellable, GError **error)
{
  g_autofree float **moved_biases = g_new0 (float *, pent_graph_get_n_tensors (pent_plan_get_graph (self->plan)));
  PentCpuMaker maker = { dnn, self->frame.kernels, cache, self->plan, moved_biases };

  g_ptr_array_set_size (self->steps, 0);
  self->scratch_size = 1;
  for (guint i = 0; i < pent_plan_get_n_ops (self->plan); i++)
    {
      const PentOp *op = pent_plan_get_op (self->plan, i);
      if (!pent_error_check_cancelled (cancellable, error))
        return FALSE;
      PentCpuStep *step = make_step[op->kind](&maker, op, error);
      if (step == NULL)
        return FALSE;
      g_ptr_array_add (self->steps, step);
      self->scratch_size = MAX (self->scratch_size, step->scratch_size);
    }
  return TRUE;
}

/* Every weight of the program once, as a set. */
static GHashTable *
collect_weights (PentCpuProgram *self)
{
  GHashTable *weights = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->steps->len; i++)
    {
      PentCpuStep *step = g_ptr_array_index (self->steps, i);
      for (guint j = 0; step->weights != NULL && j < step->weights->len; j++)
        g_hash_table_add (weights, g_ptr_array_index (step->weights, j));
    }
  return weights;
}

/* Counts what the program holds, and of that what it has yet to take. */
static gsize
count_memory (PentCpuProgram *self)
{
  g_autoptr (GHashTable) weights = collect_weights (self);
  gsize wanted;
  GHashTableIter iter;
  gpointer weight;

  if (!g_size_checked_add (&wanted, self->arena_size, self->scratch_size))
    return G_MAXSIZE;
  self->memory = wanted;
  g_hash_table_iter_init (&iter, weights);
  while (g_hash_table_iter_next (&iter, &weight, NULL))
    {
      gsize size = pent_cpu_weight_get_size (weight);
      self->memory += size;
      if (!pent_cpu_weight_is_loaded (weight) && !g_size_checked_add (&wanted, wanted, size))
        return G_MAXSIZE;
    }
  return wanted;
}

static gsize
count_slot (PentCpuStep *step)
{
  gsize size = 0;

  for (guint i = 0; step->weights != NULL && i < step->weights->len; i++)
    size += pent_cpu_round_to_line (pent_cpu_weight_get_size (g_ptr_array_index (step->weights, i)));
  return size;
}

/* Counts what reading weights takes: at once, and of one step at a time. */
static void
count_reading (PentCpuProgram *self)
{
  self->slot_size = self->staging_size = 1;
  for (guint i = 0; i < self->steps->len; i++)
    {
      PentCpuStep *step = g_ptr_array_index (self->steps, i);
      self->slot_size = MAX (self->slot_size, count_slot (step));
      for (guint j = 0; step->weights != NULL && j < step->weights->len; j++)
        self->staging_size
            = MAX (self->staging_size, pent_cpu_weight_get_staging (g_ptr_array_index (step->weights, j)));
    }
}

/* Makes the steps, and refuses what the system cannot hold before it is
 * filled: memory that is promised and not there ends in the kernel killing the
 * program. The plan's limit says nothing of scratch memory, which its maker
 * does not know of. */
static gboolean
make_fitting_steps (PentCpuProgram *self, PentDnn *dnn, PentCpuWeightCache *cache, GCancellable *cancellable,
                    GError **error)
{
  if (!make_steps (self, dnn, cache, cancellable, error))
    return FALSE;
  count_reading (self);
  gsize wanted = count_memory (self), available = pent_cpu_memory_get_free (), limit = pent_plan_get_limit (self->plan);
  if (wanted <= available && (limit == 0 || wanted - self->scratch_size <= limit))
    return TRUE;

  wanted = self->arena_size + self->scratch_size + self->slot_size + self->staging_size;
  self->streams = TRUE;
  self->memory = wanted;
  if (wanted <= available)
    return TRUE;

  g_autofree char *wanted_text = g_format_size_full (wanted, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *available_text = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
               _("The %s needs %s of memory and only %s are free; close other programs or ask for a smaller picture"),
               pent_graph_get_name (pent_plan_get_graph (self->plan)), wanted_text, available_text);
  return FALSE;
}

/* In the order of the steps, which is much that of the file. */
static gboolean
load_weights (PentCpuProgram *self, void *staging, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      PentCpuStep *step = g_ptr_array_index (self->steps, i);
      if (!pent_error_check_cancelled (cancellable, error))
        return FALSE;
      for (guint j = 0; step->weights != NULL && j < step->weights->len; j++)
        if (!pent_cpu_weight_load (g_ptr_array_index (step->weights, j), self->frame.kernels, staging, error))
          return FALSE;
    }
  return TRUE;
}

/* Loads what is not loaded, with memory on the way for the largest of them. */
static gboolean
load_all (PentCpuProgram *self, GCancellable *cancellable, GError **error)
{
  void *staging = pent_cpu_memory_new (self->staging_size, "Reading the model", error);
  if (staging == NULL)
    return FALSE;
  gboolean ok = load_weights (self, staging, cancellable, error);
  pent_cpu_memory_free (staging, self->staging_size);
  return ok;
}

static gboolean
prepare_streaming (PentCpuProgram *self, GError **error)
{
  self->slot = pent_cpu_memory_new (self->slot_size, "Reading the model", error);
  if (self->slot == NULL)
    return FALSE;
  self->staging = pent_cpu_memory_new (self->staging_size, "Reading the model", error);
  return self->staging != NULL;
}

/**
 * pent_cpu_program_new:
 * @backend: owns @dnn and @cache
 * @plan: (transfer full): with operands in f32 or bf16
 */
PentProgram *
pent_cpu_program_new (PentBackend *backend, PentDnn *dnn, const PentCpuKernels *kernels, PentCpuWeightCache *cache,
                      PentPlan *plan, GCancellable *cancellable, GError **error)
{
  g_autoptr (PentCpuProgram) self = g_object_new (PENT_TYPE_CPU_PROGRAM, NULL);

  self->backend = g_object_ref (backend);
  self->plan = plan;
  self->frame.kernels = kernels;
  self->arena_size = MAX (pent_plan_get_arena_size (plan), 1);
  if (!make_fitting_steps (self, dnn, cache, cancellable, error))
    return NULL;
  if (self->streams ? !prepare_streaming (self, error) : !load_all (self, cancellable, error))
    return NULL;
  const char *name = pent_graph_get_name (pent_plan_get_graph (plan));
  self->frame.arena = pent_cpu_memory_new (self->arena_size, name, error);
  if (self->frame.arena == NULL)
    return NULL;
  self->frame.scratch = pent_cpu_memory_new (self->scratch_size, name, error);
  if (self->frame.scratch == NULL)
    return NULL;
  return PENT_PROGRAM (g_steal_pointer (&self));
}

/* Runs a step whose weights may have to be read for it. */
static gboolean
run_streamed (PentCpuProgram *self, PentCpuStep *step, GError **error)
{
  g_autoptr (GPtrArray) lent = g_ptr_array_new ();
  guint8 *memory = self->slot;
  gboolean ok = TRUE;

  for (guint i = 0; ok && step->weights != NULL && i < step->weights->len; i++)
    {
      PentCpuWeight *weight = g_ptr_array_index (step->weights, i);
      if (pent_cpu_weight_is_loaded (weight))
        continue;
      ok = pent_cpu_weight_lend (weight, self->frame.kernels, memory, self->staging, error);
      if (!ok)
        break;
      memory += pent_cpu_round_to_line (pent_cpu_weight_get_size (weight));
      g_ptr_array_add (lent, weight);
    }
  ok = ok && step->run (step, &self->frame, error);
  for (guint i = 0; i < lent->len; i++)
    pent_cpu_weight_take_back (g_ptr_array_index (lent, i));
  return ok;
}

static gboolean
run_step (PentCpuProgram *self, PentCpuStep *step, GError **error)
{
  return self->streams ? run_streamed (self, step, error) : step->run (step, &self->frame, error);
}

/* @seconds: (nullable): where each operator's time goes */
static gboolean
run_steps (PentCpuProgram *self, double *seconds, GCancellable *cancellable, GError **error)
{
  guint n_prelude = pent_plan_get_n_prelude (self->plan);

  for (guint i = self->needs_prelude ? 0 : n_prelude; i < self->steps->len; i++)
    {
      PentCpuStep *step = g_ptr_array_index (self->steps, i);
      gint64 begin = seconds != NULL ? g_get_monotonic_time () : 0;
      if (!pent_error_check_cancelled (cancellable, error) || !run_step (self, step, error))
        return FALSE;
      if (seconds != NULL)
        seconds[i] = (g_get_monotonic_time () - begin) / (double) G_USEC_PER_SEC;
    }
  self->needs_prelude = FALSE;
  return TRUE;
}

static gboolean
pent_cpu_program_run (PentProgram *program, GCancellable *cancellable, GError **error)
{
  return run_steps (PENT_CPU_PROGRAM (program), NULL, cancellable, error);
}

static gboolean
pent_cpu_program_profile (PentProgram *program, double *seconds, GCancellable *cancellable, GError **error)
{
  PentCpuProgram *self = PENT_CPU_PROGRAM (program);

  memset (seconds, 0, pent_plan_get_n_ops (self->plan) * sizeof *seconds);
  return run_steps (self, seconds, cancellable, error);
}

static PentPlan *
pent_cpu_program_get_plan (PentProgram *program)
{
  return PENT_CPU_PROGRAM (program)->plan;
}

static gboolean
pent_cpu_program_set_input (PentProgram *program, guint index, const float *values, GError **error)
{
  PentCpuProgram *self = PENT_CPU_PROGRAM (program);
  PentGraph *graph = pent_plan_get_graph (self->plan);

  g_return_val_if_fail (index < pent_graph_get_n_inputs (graph), FALSE);

  PentTensor *tensor = pent_graph_get_input (graph, index);
  const PentPlacement *placement = pent_plan_get_placement (self->plan, tensor);
  self->frame.kernels->convert (placement->dtype, self->frame.arena + placement->offset, PENT_F32, values,
                                pent_shape_n_elements (tensor->shape));
  self->needs_prelude = self->needs_prelude || tensor->is_static;
  return TRUE;
}

static gboolean
pent_cpu_program_get_output (PentProgram *program, guint index, float *values, GError **error)
{
  PentCpuProgram *self = PENT_CPU_PROGRAM (program);
  PentGraph *graph = pent_plan_get_graph (self->plan);

  g_return_val_if_fail (index < pent_graph_get_n_outputs (graph), FALSE);

  PentTensor *tensor = pent_graph_get_output (graph, index);
  const PentPlacement *placement = pent_plan_get_placement (self->plan, tensor);
  self->frame.kernels->convert (PENT_F32, values, placement->dtype, self->frame.arena + placement->offset,
                                pent_shape_n_elements (tensor->shape));
  return TRUE;
}

static gsize
pent_cpu_program_get_memory (PentProgram *program)
{
  return PENT_CPU_PROGRAM (program)->memory;
}

static void
pent_cpu_program_finalize (GObject *object)
{
  PentCpuProgram *self = PENT_CPU_PROGRAM (object);

  g_ptr_array_unref (self->steps);
  g_clear_pointer (&self->plan, pent_plan_free);
  pent_cpu_memory_free (self->frame.arena, self->arena_size);
  pent_cpu_memory_free (self->frame.scratch, self->scratch_size);
  pent_cpu_memory_free (self->slot, self->slot_size);
  pent_cpu_memory_free (self->staging, self->staging_size);
  g_clear_object (&self->backend);
  G_OBJECT_CLASS (pent_cpu_program_parent_class)->finalize (object);
}

static void
pent_cpu_program_class_init (PentCpuProgramClass *klass)
{
  PentProgramClass *program_class = PENT_PROGRAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pent_cpu_program_finalize;
  program_class->set_input = pent_cpu_program_set_input;
  program_class->run = pent_cpu_program_run;
  program_class->get_output = pent_cpu_program_get_output;
  program_class->get_memory = pent_cpu_program_get_memory;
  program_class->get_plan = pent_cpu_program_get_plan;
  program_class->profile = pent_cpu_program_profile;
}

static void
pent_cpu_program_init (PentCpuProgram *self)
{
  self->steps = g_ptr_array_new_with_free_func (step_free);
  self->needs_prelude = TRUE;
}
