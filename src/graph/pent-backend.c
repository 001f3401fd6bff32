/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-backend.h"

G_DEFINE_ABSTRACT_TYPE (PentBackend, pent_backend, G_TYPE_OBJECT)
G_DEFINE_ABSTRACT_TYPE (PentProgram, pent_program, G_TYPE_OBJECT)

static void
pent_backend_class_init (PentBackendClass *klass)
{
}

static void
pent_backend_init (PentBackend *self)
{
}

static void
pent_program_class_init (PentProgramClass *klass)
{
}

static void
pent_program_init (PentProgram *self)
{
}

/**
 * pent_backend_get_name:
 *
 * Returns: (transfer none): the name --device takes: "cpu", "vulkan:0"
 */
const char *
pent_backend_get_name (PentBackend *self)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), NULL);

  return PENT_BACKEND_GET_CLASS (self)->get_name (self);
}

/**
 * pent_backend_get_description:
 *
 * Returns: (transfer none): the device in words, such as the processor's model
 */
const char *
pent_backend_get_description (PentBackend *self)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), NULL);

  return PENT_BACKEND_GET_CLASS (self)->get_description (self);
}

/**
 * pent_backend_supports:
 *
 * Returns: whether the device multiplies operands of that type natively
 */
gboolean
pent_backend_supports (PentBackend *self, PentDtype operand)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), FALSE);

  return PENT_BACKEND_GET_CLASS (self)->supports (self, operand);
}

/**
 * pent_backend_get_best:
 *
 * Returns: the operand type that `--precision auto` means here
 */
PentDtype
pent_backend_get_best (PentBackend *self)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), PENT_F32);

  return PENT_BACKEND_GET_CLASS (self)->get_best (self);
}

/**
 * pent_backend_get_alignment:
 *
 * Returns: bytes, a power of two, that offsets in a plan's arena must divide by
 */
gsize
pent_backend_get_alignment (PentBackend *self)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), 64);

  return PENT_BACKEND_GET_CLASS (self)->get_alignment (self);
}

/**
 * pent_backend_get_max_tensor:
 *
 * Returns: bytes of the largest tensor an operator can address; a plan whose
 *   largest tensor exceeds it must be tiled by its maker
 */
gsize
pent_backend_get_max_tensor (PentBackend *self)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), 0);

  return PENT_BACKEND_GET_CLASS (self)->get_max_tensor (self);
}

/**
 * pent_backend_get_free_memory:
 *
 * Returns: bytes that programs may still take, as far as the system tells
 */
gsize
pent_backend_get_free_memory (PentBackend *self)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), 0);

  return PENT_BACKEND_GET_CLASS (self)->get_free_memory (self);
}

/**
 * pent_backend_count_weights:
 *
 * Returns: bytes that the weights of @plan will take once it is compiled; unless
 *   a device says otherwise, what they take in the type it computes with
 */
gsize
pent_backend_count_weights (PentBackend *self, PentPlan *plan)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), 0);

  if (PENT_BACKEND_GET_CLASS (self)->count_weights == NULL)
    return pent_plan_get_weight_size (plan);
  return PENT_BACKEND_GET_CLASS (self)->count_weights (self, plan);
}

/**
 * pent_backend_count_streamed:
 *
 * Returns: bytes that weights take at least, where they can be read a few at a
 *   time; else pent_backend_count_weights()
 */
gsize
pent_backend_count_streamed (PentBackend *self, PentPlan *plan)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), 0);

  if (PENT_BACKEND_GET_CLASS (self)->count_streamed == NULL)
    return pent_backend_count_weights (self, plan);
  return PENT_BACKEND_GET_CLASS (self)->count_streamed (self, plan);
}

/**
 * pent_backend_compile:
 * @plan: (transfer full): a plan made with this backend's alignment
 *
 * Reads the weights, makes the device's own form of them and of every
 * operator, and reserves the arena.
 *
 * Returns: (transfer full): a program; %NULL with %PENT_ERROR_MEMORY where it
 *   does not fit, %PENT_ERROR_DEVICE, or %PENT_ERROR_CANCELLED
 */
PentProgram *
pent_backend_compile (PentBackend *self, PentPlan *plan, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PENT_IS_BACKEND (self), NULL);
  g_return_val_if_fail (plan != NULL, NULL);

  return PENT_BACKEND_GET_CLASS (self)->compile (self, plan, cancellable, error);
}

/**
 * pent_program_set_input:
 * @index: of the graph's input
 * @values: the whole tensor in NHWC order, f32; copied
 */
gboolean
pent_program_set_input (PentProgram *self, guint index, const float *values, GError **error)
{
  g_return_val_if_fail (PENT_IS_PROGRAM (self), FALSE);

  return PENT_PROGRAM_GET_CLASS (self)->set_input (self, index, values, error);
}

/**
 * pent_program_run:
 *
 * Runs the body, after the prelude if a static input was set since the last
 * run. Returns within one operator or submission of @cancellable being
 * cancelled, with %PENT_ERROR_CANCELLED; the program can be run again.
 */
gboolean
pent_program_run (PentProgram *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PENT_IS_PROGRAM (self), FALSE);

  return PENT_PROGRAM_GET_CLASS (self)->run (self, cancellable, error);
}

/**
 * pent_program_get_output:
 * @index: of the graph's output
 * @values: (out): room for the whole tensor in NHWC order, f32
 */
gboolean
pent_program_get_output (PentProgram *self, guint index, float *values, GError **error)
{
  g_return_val_if_fail (PENT_IS_PROGRAM (self), FALSE);

  return PENT_PROGRAM_GET_CLASS (self)->get_output (self, index, values, error);
}

/**
 * pent_program_get_memory:
 *
 * Returns: bytes the program holds: arena, scratch and its weights, shared
 *   weights included
 */
gsize
pent_program_get_memory (PentProgram *self)
{
  g_return_val_if_fail (PENT_IS_PROGRAM (self), 0);

  return PENT_PROGRAM_GET_CLASS (self)->get_memory (self);
}

/**
 * pent_program_get_plan:
 *
 * Returns: (transfer none): what was compiled
 */
PentPlan *
pent_program_get_plan (PentProgram *self)
{
  g_return_val_if_fail (PENT_IS_PROGRAM (self), NULL);

  return PENT_PROGRAM_GET_CLASS (self)->get_plan (self);
}

/**
 * pent_program_profile:
 * @seconds: (out): a number for each operator of the plan, in its order; 0 for
 *   those of the prelude where it was not due
 *
 * Runs as pent_program_run() does, one operator after the other has ended, and
 * tells how long each took.
 */
gboolean
pent_program_profile (PentProgram *self, double *seconds, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (PENT_IS_PROGRAM (self), FALSE);

  return PENT_PROGRAM_GET_CLASS (self)->profile (self, seconds, cancellable, error);
}
