/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "params.h"

/* Time of one element, in multiplications */
#define ELEMENT_WORK 100

/**
 * pent_vk_compile_layer_norm:
 *
 * See shaders/layer-norm.comp.
 */
gboolean
pent_vk_compile_layer_norm (PentVkCompiler *self, const PentOp *op, GError **error)
{
  PentShape shape = op->output->shape;
  gboolean by_four = pent_vk_by_four (shape.c);
  struct PentVkLayerNorm params = {
    .items = shape.c / (by_four ? 4 : 1),
    .channels = shape.c,
    .eps = op->eps,
  };
  PentVkStep step = {
    .kernel = { .shader = PENT_VK_LAYER_NORM, .n_constants = 2, .constants = { by_four, pent_vk_item_width (self->device) } },
    .output = pent_vk_tensor_span (self, op->output),
    .inputs = { pent_vk_tensor_span (self, op->inputs[PENT_IN_X]) },
    .by_four = { by_four, by_four, by_four },
    .n_inputs = 3,
    .groups = { shape.n * shape.h * shape.w, 1, 1 },
    .split_axis = 0,
    .split_unit = 1,
    .work = (double) ELEMENT_WORK * pent_shape_n_elements (shape),
  };

  step.kernel.result = step.output.dtype;
  pent_vk_step_set_params (&step, &params, sizeof params);
  return pent_vk_take_weight (self, &op->weight, PENT_VK_VECTOR, &step.inputs[1], error)
         && pent_vk_take_bias (self, op, PENT_VK_VECTOR, shape.c, &step.inputs[2], error)
         && pent_vk_tape_add (self->tape, &step, error);
}
