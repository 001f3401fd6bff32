/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "params.h"

/* Pixels that one invocation passes over, and how many such chunks a picture
 * is cut into at most: enough to fill a GPU, few enough to merge. */
#define MIN_CHUNK 32
#define MAX_CHUNKS 256

/* Time of one element, in multiplications */
#define ELEMENT_WORK 60

static struct PentVkGroupNorm
make_params (const PentOp *op)
{
  PentShape shape = op->output->shape;
  gint64 pixels = shape.h * shape.w;
  gint64 chunk = MAX (MIN_CHUNK, (pixels + MAX_CHUNKS - 1) / MAX_CHUNKS);

  return (struct PentVkGroupNorm) {
    .pixels = pixels,
    .channels = shape.c,
    .groups = op->groups,
    .chunk = chunk,
    .chunks = (pixels + chunk - 1) / chunk,
    .eps = op->eps,
  };
}

static gsize
stats_size (const PentOp *op)
{
  return (gsize) op->output->shape.n * make_params (op).chunks * 2 * op->output->shape.c * sizeof (float);
}

static gsize
coefficients_size (const PentOp *op)
{
  return (gsize) op->output->shape.n * 2 * op->output->shape.c * sizeof (float);
}

static gsize
align (PentVkDevice *device, gsize size)
{
  return (size + device->facts.alignment - 1) & ~(device->facts.alignment - 1);
}

gsize
pent_vk_group_norm_scratch (PentVkDevice *device, const PentOp *op)
{
  return align (device, stats_size (op)) + coefficients_size (op);
}

static PentVkStep
make_step (PentVkCompiler *self, const PentOp *op, PentVkShader shader, PentVkSpan output)
{
  struct PentVkGroupNorm params = make_params (op);
  gboolean by_four = pent_vk_by_four (params.channels);
  guint width = pent_vk_item_width (self->device);
  gint64 items = params.channels / (by_four ? 4 : 1);
  PentVkStep step = {
    .kernel = { .shader = shader, .result = output.dtype, .n_constants = 2, .constants = { by_four, width } },
    .output = output,
    .by_four = { by_four, by_four, by_four },
    .groups = { (items + width - 1) / width, params.chunks, op->output->shape.n },
    .split_axis = 1,
    .split_unit = 1,
    .work = (double) ELEMENT_WORK * pent_shape_n_elements (op->output->shape),
  };

  pent_vk_step_set_params (&step, &params, sizeof params);
  return step;
}

static gboolean
add_stats (PentVkCompiler *self, const PentOp *op, PentVkSpan stats, GError **error)
{
  PentVkStep step = make_step (self, op, PENT_VK_GROUP_NORM_STATS, stats);

  step.n_inputs = 1;
  step.inputs[0] = pent_vk_tensor_span (self, op->inputs[PENT_IN_X]);
  return pent_vk_tape_add (self->tape, &step, error);
}

static gboolean
add_fold (PentVkCompiler *self, const PentOp *op, PentVkSpan stats, PentVkSpan coefficients, GError **error)
{
  PentVkStep step = make_step (self, op, PENT_VK_GROUP_NORM_FOLD, coefficients);

  step.kernel.constants[0] = FALSE;
  step.n_inputs = 2;
  step.inputs[0] = stats;
  step.by_four[0] = step.by_four[1] = FALSE;
  step.groups[0] = op->groups;
  step.groups[1] = op->output->shape.n;
  step.groups[2] = 1;
  step.split_unit = 0;
  step.work = (double) ELEMENT_WORK * stats.size / sizeof (float);
  return pent_vk_take_weight (self, &op->weight, PENT_VK_VECTOR, &step.inputs[1], error)
         && pent_vk_tape_add (self->tape, &step, error);
}

static gboolean
add_apply (PentVkCompiler *self, const PentOp *op, PentVkSpan coefficients, GError **error)
{
  PentVkStep step = make_step (self, op, PENT_VK_GROUP_NORM_APPLY, pent_vk_tensor_span (self, op->output));

  step.kernel.constants[step.kernel.n_constants++] = op->activation;
  step.n_inputs = 3;
  step.inputs[0] = pent_vk_tensor_span (self, op->inputs[PENT_IN_X]);
  step.inputs[1] = coefficients;
  return pent_vk_take_bias (self, op, PENT_VK_VECTOR, op->output->shape.c, &step.inputs[2], error)
         && pent_vk_tape_add (self->tape, &step, error);
}

/**
 * pent_vk_compile_group_norm:
 *
 * See shaders/group-norm-stats.comp, -fold.comp and -apply.comp.
 */
gboolean
pent_vk_compile_group_norm (PentVkCompiler *self, const PentOp *op, GError **error)
{
  PentVkSpan stats = { self->scratch->handle, 0, stats_size (op), PENT_F32 };
  PentVkSpan coefficients = { self->scratch->handle, align (self->device, stats.size), coefficients_size (op), PENT_F32 };

  return add_stats (self, op, stats, error) && add_fold (self, op, stats, coefficients, error)
         && add_apply (self, op, coefficients, error);
}
