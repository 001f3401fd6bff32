/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "params.h"

/* Time of one element, in multiplications */
#define ELEMENT_WORK 40

/**
 * pent_vk_compile_upsample:
 *
 * See shaders/upsample.comp.
 */
gboolean
pent_vk_compile_upsample (PentVkCompiler *self, const PentOp *op, GError **error)
{
  PentShape x = op->inputs[PENT_IN_X]->shape, y = op->output->shape;
  gboolean by_four = pent_vk_by_four (y.c);
  guint width = pent_vk_item_width (self->device);
  struct PentVkUpsample params = {
    .items = y.c / (by_four ? 4 : 1),
    .h = x.h,
    .w = x.w,
    .out_h = y.h,
    .out_w = y.w,
  };
  PentVkStep step = {
    .kernel = { .shader = PENT_VK_UPSAMPLE, .n_constants = 2, .constants = { by_four, width } },
    .output = pent_vk_tensor_span (self, op->output),
    .inputs = { pent_vk_tensor_span (self, op->inputs[PENT_IN_X]) },
    .by_four = { by_four },
    .n_inputs = 1,
    .groups = { (params.items + width - 1) / width, y.n * y.h, 1 },
    .split_axis = 1,
    .split_unit = 1,
    .work = (double) ELEMENT_WORK * pent_shape_n_elements (y),
  };

  step.kernel.result = step.output.dtype;
  pent_vk_step_set_params (&step, &params, sizeof params);
  return pent_vk_tape_add (self->tape, &step, error);
}
