/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "params.h"

/* Time of one element, in multiplications */
#define ELEMENT_WORK 40

/**
 * pent_vk_compile_add:
 *
 * See shaders/add.comp.
 */
gboolean
pent_vk_compile_add (PentVkCompiler *self, const PentOp *op, GError **error)
{
  gsize n = pent_shape_n_elements (op->output->shape);
  gboolean by_four = pent_vk_by_four (n);
  guint width = pent_vk_item_width (self->device);
  struct PentVkFlat params = { .items = n / (by_four ? 4 : 1) };
  PentVkStep step = {
    .kernel = { .shader = PENT_VK_ADD, .n_constants = 3, .constants = { by_four, width, op->activation } },
    .output = pent_vk_tensor_span (self, op->output),
    .inputs = { pent_vk_tensor_span (self, op->inputs[PENT_IN_A]), pent_vk_tensor_span (self, op->inputs[PENT_IN_B]) },
    .by_four = { by_four, by_four },
    .n_inputs = 2,
    .groups = { (params.items + width - 1) / width, 1, 1 },
    .split_axis = 0,
    .split_unit = width,
    .work = (double) ELEMENT_WORK * n,
  };

  step.kernel.result = step.output.dtype;
  pent_vk_step_set_params (&step, &params, sizeof params);
  return pent_vk_tape_add (self->tape, &step, error);
}
