/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include <string.h>

typedef gboolean (*CompileFunc) (PentVkCompiler *self, const PentOp *op, GError **error);

static const CompileFunc compile_funcs[PENT_N_OP_KINDS] = {
  [PENT_OP_CONV2D] = pent_vk_compile_matmul,
  [PENT_OP_LINEAR] = pent_vk_compile_matmul,
  [PENT_OP_GEGLU] = pent_vk_compile_matmul,
  [PENT_OP_GROUP_NORM] = pent_vk_compile_group_norm,
  [PENT_OP_LAYER_NORM] = pent_vk_compile_layer_norm,
  [PENT_OP_ATTENTION] = pent_vk_compile_attention,
  [PENT_OP_CONCAT] = pent_vk_compile_concat,
  [PENT_OP_UPSAMPLE] = pent_vk_compile_upsample,
  [PENT_OP_ADD] = pent_vk_compile_add,
  [PENT_OP_CAST] = pent_vk_compile_cast,
};

/**
 * pent_vk_compile_op:
 *
 * Takes the weights of @op and records its steps.
 */
gboolean
pent_vk_compile_op (PentVkCompiler *self, const PentOp *op, GError **error)
{
  return compile_funcs[op->kind] (self, op, error);
}

/**
 * pent_vk_scratch_size:
 *
 * Returns: bytes that the neediest operator of @plan keeps between its steps
 */
gsize
pent_vk_scratch_size (PentVkDevice *device, PentPlan *plan)
{
  gsize most = 0;

  for (guint i = 0; i < pent_plan_get_n_ops (plan); i++)
    {
      const PentOp *op = pent_plan_get_op (plan, i);
      if (op->kind == PENT_OP_GROUP_NORM)
        most = MAX (most, pent_vk_group_norm_scratch (device, op));
    }
  return most;
}

PentVkSpan
pent_vk_tensor_span (PentVkCompiler *self, const PentTensor *tensor)
{
  const PentPlacement *place = pent_plan_get_placement (self->plan, tensor);

  return (PentVkSpan) { self->arena->handle, place->offset, place->size, place->dtype };
}

static gboolean
keep_weight (PentVkCompiler *self, const PentVkWeight *weight, PentVkSpan *span)
{
  if (weight == NULL)
    return FALSE;
  g_ptr_array_add (self->taken, (gpointer) weight);
  *span = (PentVkSpan) { weight->buffer, weight->offset, weight->size, weight->dtype };
  return TRUE;
}

/**
 * pent_vk_take_weight:
 * @span: (out): where the weight lies, for as long as the program lives
 */
gboolean
pent_vk_take_weight (PentVkCompiler *self, const PentWeight *weight, PentVkForm form, PentVkSpan *span, GError **error)
{
  return keep_weight (self,
                      pent_vk_weights_take (self->weights, weight, form, pent_plan_get_operand (self->plan), error),
                      span);
}

/**
 * pent_vk_take_bias:
 * @n: elements; zeros if @op has no bias
 */
gboolean
pent_vk_take_bias (PentVkCompiler *self, const PentOp *op, PentVkForm form, gsize n, PentVkSpan *span, GError **error)
{
  if (op->has_bias)
    return pent_vk_take_weight (self, &op->bias, form, span, error);
  return keep_weight (self, pent_vk_weights_take_zeros (self->weights, n, error), span);
}

gboolean
pent_vk_by_four (gint64 channels)
{
  return channels % 4 == 0;
}

guint
pent_vk_item_width (PentVkDevice *device)
{
  return device->facts.is_wide ? 8 : 32;
}

void
pent_vk_step_set_params (PentVkStep *step, gconstpointer params, gsize size)
{
  g_assert (size <= sizeof step->params);

  memcpy (step->params, params, size);
  step->params_size = size;
}
