/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "params.h"

#include <math.h>

#define LANES 8
#define TILE_QUERIES 32

enum
{
  CONSTANT_STEPS,
  CONSTANT_QUADS,
  CONSTANT_CAUSAL,
  N_TILE_CONSTANTS,
  CONSTANT_PER_LANE = N_TILE_CONSTANTS,
  CONSTANT_SLICE,
  CONSTANT_RESIDENT,
  N_WIDE_CONSTANTS,
};

/* The more queries a lane has the further a key goes, but they and their sums
 * must stay near: about 40 items of each. A head too wide for one query is
 * done in slices, with the queries fetched as they are needed. */
static void
set_wide (guint32 *constants, int steps)
{
  gboolean is_resident = steps <= 40;

  constants[CONSTANT_RESIDENT] = is_resident;
  constants[CONSTANT_PER_LANE] = !is_resident ? 2 : steps <= 12 ? 4 : steps <= 20 ? 2 : 1;
  constants[CONSTANT_SLICE] = is_resident ? steps : 32;
}

/**
 * pent_vk_compile_attention:
 *
 * See shaders/attention-wide.comp and shaders/attention-tile.comp.
 */
gboolean
pent_vk_compile_attention (PentVkCompiler *self, const PentOp *op, GError **error)
{
  PentShape q = op->inputs[PENT_IN_Q]->shape, k = op->inputs[PENT_IN_K]->shape;
  int width = q.c / op->heads, steps = (width + 3) / 4;
  gboolean by_four = pent_vk_by_four (width);
  struct PentVkAttention params = {
    .queries = q.h * q.w,
    .keys = k.h * k.w,
    .heads = op->heads,
    .width = width,
    .scale = 1 / sqrt (width),
  };
  PentVkStep step = { .output = pent_vk_tensor_span (self, op->output) };
  guint32 *constants = step.kernel.constants;
  int queries = TILE_QUERIES, slices = 1;

  constants[CONSTANT_STEPS] = steps;
  constants[CONSTANT_QUADS] = by_four;
  constants[CONSTANT_CAUSAL] = op->causal;
  if (self->device->facts.is_wide)
    {
      set_wide (constants, steps);
      queries = constants[CONSTANT_PER_LANE] * LANES;
      slices = (steps + constants[CONSTANT_SLICE] - 1) / constants[CONSTANT_SLICE];
    }
  step.kernel.shader = self->device->facts.is_wide ? PENT_VK_ATTENTION_WIDE : PENT_VK_ATTENTION_TILE;
  step.kernel.result = step.output.dtype;
  step.kernel.n_constants = self->device->facts.is_wide ? N_WIDE_CONSTANTS : N_TILE_CONSTANTS;

  step.n_inputs = 3;
  for (int i = 0; i < 3; i++)
    {
      step.inputs[i] = pent_vk_tensor_span (self, op->inputs[i]);
      step.by_four[i] = by_four;
    }
  pent_vk_step_set_params (&step, &params, sizeof params);
  step.groups[0] = (params.queries + queries - 1) / queries;
  step.groups[1] = op->heads * slices;
  step.groups[2] = q.n;
  step.split_axis = 0;
  step.split_unit = 1;
  step.work = 2.0 * q.n * op->heads * step.groups[0] * queries * params.keys * 4 * steps * (slices + 1);
  return pent_vk_tape_add (self->tape, &step, error);
}
