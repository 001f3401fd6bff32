/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-backend.h"

#include "pent-cpu-memory.h"
#include "pent-cpu-program.h"
#include "pent-cpu-step.h"
#include "pent-error.h"

#include <string.h>

struct _PentCpuBackend
{
  PentBackend parent_instance;

  PentDnn              *dnn;
  const PentCpuKernels *kernels;
  PentCpuWeightCache   *cache;
  char                 *description;
};

G_DEFINE_FINAL_TYPE (PentCpuBackend, pent_cpu_backend, PENT_TYPE_BACKEND)

static const char *
pent_cpu_backend_get_name (PentBackend *backend)
{
  return "cpu";
}

static const char *
pent_cpu_backend_get_description (PentBackend *backend)
{
  return PENT_CPU_BACKEND (backend)->description;
}

static gboolean
pent_cpu_backend_supports (PentBackend *backend, PentDtype operand)
{
  switch (operand)
    {
    case PENT_F32:
      return TRUE;
    case PENT_BF16:
      return pent_dnn_multiplies_bf16 ();
    case PENT_INT8:
      return PENT_CPU_BACKEND (backend)->kernels->multiply_int8_tile != NULL;
    case PENT_F16:
    default:
      return FALSE;
    }
}

/* Intel's processors without tiles (or in a virtual machine that hides them)
 * execute avx512_bf16's dot product at half the rate of f32; AMD's at twice. */
static gboolean
bf16_is_faster (void)
{
  if (!pent_dnn_multiplies_bf16 ())
    return FALSE;
#if defined __x86_64__ || defined __i386__
  return pent_dnn_has_bf16_tiles () || !__builtin_cpu_is ("intel");
#else
  return TRUE;
#endif
}

static PentDtype
pent_cpu_backend_get_best (PentBackend *backend)
{
  return bf16_is_faster () ? PENT_BF16 : PENT_F32;
}

static gsize
pent_cpu_backend_get_alignment (PentBackend *backend)
{
  return PENT_CPU_ALIGNMENT;
}

static gsize
pent_cpu_backend_get_max_tensor (PentBackend *backend)
{
  return G_MAXSIZE;
}

static gsize
pent_cpu_backend_get_free_memory (PentBackend *backend)
{
  return pent_cpu_memory_get_free ();
}

/* What weights take less in whole numbers than in their file's type; scales are
 * too little to count. */
static gsize
count_saved (PentPlan *plan)
{
  gsize saved = 0;

  for (guint i = 0; i < pent_plan_get_n_ops (plan); i++)
    {
      const PentOp *op = pent_plan_get_op (plan, i);
      if (pent_cpu_int8_is_meant (op))
        saved += pent_weight_n_elements (&op->weight) * (pent_dtype_size (op->weight.dtype) - 1);
    }
  return saved;
}

/* But in bf16 weights keep the type of their file. */
static gsize
pent_cpu_backend_count_weights (PentBackend *backend, PentPlan *plan)
{
  switch (pent_plan_get_operand (plan))
    {
    case PENT_BF16:
      return pent_plan_get_weight_size (plan);
    case PENT_INT8:
      return pent_plan_get_stored_size (plan) - count_saved (plan);
    default:
      return pent_plan_get_stored_size (plan);
    }
}

/* A weight and what it is made from. */
static gsize
pent_cpu_backend_count_streamed (PentBackend *backend, PentPlan *plan)
{
  return MIN (2 * pent_plan_get_largest_weight (plan), pent_cpu_backend_count_weights (backend, plan));
}

static PentProgram *
pent_cpu_backend_compile (PentBackend *backend, PentPlan *plan, GCancellable *cancellable, GError **error)
{
  PentCpuBackend *self = PENT_CPU_BACKEND (backend);
  PentDtype operand = pent_plan_get_operand (plan);

  if (!pent_cpu_backend_supports (backend, operand))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE,
                   "This processor does not compute in %s; use --precision f32", pent_dtype_name (operand));
      pent_plan_free (plan);
      return NULL;
    }
  return pent_cpu_program_new (backend, self->dnn, self->kernels, self->cache, plan, cancellable, error);
}

/* The processor's model as Linux tells it, else its architecture. */
static char *
dup_model_name (void)
{
  g_autofree char *text = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    {
      const char *line = strstr (text, "model name");
      const char *colon = line != NULL ? strchr (line, ':') : NULL;
      if (colon != NULL)
        return g_strstrip (g_strndup (colon + 1, strcspn (colon + 1, "\n")));
    }
  return g_strdup ("Processor");
}

/**
 * pent_cpu_backend_new_with_kernels:
 * @kernels: (nullable): a name of pent_cpu_kernels_find(); %NULL is the best
 *   the processor runs
 *
 * For tests, which run every set of kernels that the processor has.
 *
 * Returns: (transfer full): the backend, or %NULL with %PENT_ERROR_DEVICE
 */
PentBackend *
pent_cpu_backend_new_with_kernels (const char *kernels, GError **error)
{
  g_autoptr (PentCpuBackend) self = g_object_new (PENT_TYPE_CPU_BACKEND, NULL);

  self->kernels = kernels != NULL ? pent_cpu_kernels_find (kernels) : pent_cpu_kernels_get_best (bf16_is_faster ());
  if (self->kernels == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE, "This processor does not run the kernels “%s”", kernels);
      return NULL;
    }
  self->dnn = pent_dnn_new (error);
  if (self->dnn == NULL)
    return NULL;

  g_autofree char *model = dup_model_name ();
  g_autofree char *version = pent_dnn_dup_version ();
  self->description = g_strdup_printf ("%s, %s, oneDNN %s", model, self->kernels->name, version);
  return PENT_BACKEND (g_steal_pointer (&self));
}

/**
 * pent_cpu_backend_new:
 *
 * Returns: (transfer full): the backend, or %NULL with %PENT_ERROR_DEVICE
 */
PentBackend *
pent_cpu_backend_new (GError **error)
{
  return pent_cpu_backend_new_with_kernels (NULL, error);
}

static void
pent_cpu_backend_finalize (GObject *object)
{
  PentCpuBackend *self = PENT_CPU_BACKEND (object);

  g_clear_pointer (&self->cache, pent_cpu_weight_cache_free);
  g_clear_pointer (&self->dnn, pent_dnn_free);
  g_free (self->description);
  G_OBJECT_CLASS (pent_cpu_backend_parent_class)->finalize (object);
}

static void
pent_cpu_backend_class_init (PentCpuBackendClass *klass)
{
  PentBackendClass *backend_class = PENT_BACKEND_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pent_cpu_backend_finalize;
  backend_class->get_name = pent_cpu_backend_get_name;
  backend_class->get_description = pent_cpu_backend_get_description;
  backend_class->supports = pent_cpu_backend_supports;
  backend_class->get_best = pent_cpu_backend_get_best;
  backend_class->get_alignment = pent_cpu_backend_get_alignment;
  backend_class->get_max_tensor = pent_cpu_backend_get_max_tensor;
  backend_class->get_free_memory = pent_cpu_backend_get_free_memory;
  backend_class->count_weights = pent_cpu_backend_count_weights;
  backend_class->count_streamed = pent_cpu_backend_count_streamed;
  backend_class->compile = pent_cpu_backend_compile;
}

static void
pent_cpu_backend_init (PentCpuBackend *self)
{
  self->cache = pent_cpu_weight_cache_new ();
}
