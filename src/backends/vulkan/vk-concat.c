/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "params.h"

/* Time of one element, in multiplications */
#define ELEMENT_WORK 40

/**
 * pent_vk_compile_concat:
 *
 * See shaders/concat.comp.
 */
gboolean
pent_vk_compile_concat (PentVkCompiler *self, const PentOp *op, GError **error)
{
  PentShape a = op->inputs[PENT_IN_A]->shape, b = op->inputs[PENT_IN_B]->shape, y = op->output->shape;
  gboolean by_four = pent_vk_by_four (a.c) && pent_vk_by_four (b.c);
  guint width = pent_vk_item_width (self->device);
  struct PentVkConcat params = {
    .rows = y.n * y.h * y.w,
    .a = a.c / (by_four ? 4 : 1),
    .b = b.c / (by_four ? 4 : 1),
  };
  PentVkStep step = {
    .kernel = { .shader = PENT_VK_CONCAT, .n_constants = 2, .constants = { by_four, width } },
    .output = pent_vk_tensor_span (self, op->output),
    .inputs = { pent_vk_tensor_span (self, op->inputs[PENT_IN_A]), pent_vk_tensor_span (self, op->inputs[PENT_IN_B]) },
    .by_four = { by_four, by_four },
    .n_inputs = 2,
    .groups = { (params.a + params.b + width - 1) / width, (params.rows + CONCAT_ROWS - 1) / CONCAT_ROWS, 1 },
    .split_axis = 1,
    .split_unit = 1,
    .work = (double) ELEMENT_WORK * pent_shape_n_elements (y),
  };

  step.kernel.result = step.output.dtype;
  pent_vk_step_set_params (&step, &params, sizeof params);
  return pent_vk_tape_add (self->tape, &step, error);
}
