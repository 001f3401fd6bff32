/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "params.h"

#include <math.h>

#define LANES 8
#define TILE_QUERIES 32

/* Of the cooperative shader: keys of a tile, bytes that a row of scores and of
 * weights takes, padding of a token's row */
#define COOPERATIVE_KEYS 32
#define SCORES_SIZE ((COOPERATIVE_KEYS + 4) * 4 + (COOPERATIVE_KEYS + 8) * 2)
#define TOKEN_PADDING 8

/* Constants of the specialisation: what all three have, then each its own */
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
  CONSTANT_INVOCATIONS = N_TILE_CONSTANTS,
  CONSTANT_M,
  CONSTANT_N,
  CONSTANT_K,
  CONSTANT_SHARERS,
  N_COOPERATIVE_CONSTANTS,
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

/* How a kernel shares out the work: queries of a group, and groups that a head
 * is done in */
typedef struct
{
  int queries;
  int slices;
} Share;

static Share
set_wide_kernel (PentVkKernel *kernel, int steps)
{
  guint32 *constants = kernel->constants;

  kernel->shader = PENT_VK_ATTENTION_WIDE;
  kernel->n_constants = N_WIDE_CONSTANTS;
  set_wide (constants, steps);
  return (Share) { constants[CONSTANT_PER_LANE] * LANES, (steps + constants[CONSTANT_SLICE] - 1) / constants[CONSTANT_SLICE] };
}

/* Whether queries, keys and scores of such a head find room in shared memory,
 * and a row of a matrix has invocations of its own. */
static gboolean
suits_cooperative (const PentVkFacts *facts, const PentVkStep *step, int steps)
{
  const PentVkCooperative *matrix = &facts->cooperative;

  if (matrix->m == 0 || facts->subgroup_size < matrix->m || facts->subgroup_size > 8 * matrix->m
      || PENT_VK_COOPERATIVE_SUBGROUPS * facts->subgroup_size > facts->max_invocations)
    return FALSE;
  for (guint i = 0; i < step->n_inputs; i++)
    if (step->inputs[i].dtype != PENT_F16)
      return FALSE;
  guint unit = MAX (matrix->k, matrix->n), width = (steps * 4 + unit - 1) / unit * unit;
  guint queries = PENT_VK_COOPERATIVE_SUBGROUPS * matrix->m;
  guint shared = (queries + COOPERATIVE_KEYS) * (width + TOKEN_PADDING) * 2 + queries * SCORES_SIZE
                 + PENT_VK_COOPERATIVE_SUBGROUPS * facts->subgroup_size * 8;
  return shared <= facts->max_shared;
}

static Share
set_cooperative_kernel (PentVkKernel *kernel, const PentVkFacts *facts)
{
  guint32 *constants = kernel->constants;

  kernel->shader = PENT_VK_ATTENTION_COOPERATIVE;
  kernel->n_constants = N_COOPERATIVE_CONSTANTS;
  constants[CONSTANT_INVOCATIONS] = PENT_VK_COOPERATIVE_SUBGROUPS * facts->subgroup_size;
  constants[CONSTANT_M] = facts->cooperative.m;
  constants[CONSTANT_N] = facts->cooperative.n;
  constants[CONSTANT_K] = facts->cooperative.k;
  constants[CONSTANT_SHARERS] = facts->subgroup_size / facts->cooperative.m;
  return (Share) { PENT_VK_COOPERATIVE_SUBGROUPS * facts->cooperative.m, 1 };
}

static Share
set_kernel (PentVkStep *step, const PentVkFacts *facts, int steps)
{
  if (facts->is_wide)
    return set_wide_kernel (&step->kernel, steps);
  if (suits_cooperative (facts, step, steps))
    return set_cooperative_kernel (&step->kernel, facts);
  step->kernel.shader = PENT_VK_ATTENTION_TILE;
  step->kernel.n_constants = N_TILE_CONSTANTS;
  return (Share) { TILE_QUERIES, 1 };
}

/**
 * pent_vk_compile_attention:
 *
 * See shaders/attention-wide.comp, attention-tile.comp and
 * attention-cooperative.comp.
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
  PentVkStep step = { .output = pent_vk_tensor_span (self, op->output), .n_inputs = 3 };

  step.kernel.result = step.output.dtype;
  step.kernel.constants[CONSTANT_STEPS] = steps;
  step.kernel.constants[CONSTANT_QUADS] = by_four;
  step.kernel.constants[CONSTANT_CAUSAL] = op->causal;
  for (guint i = 0; i < step.n_inputs; i++)
    {
      step.inputs[i] = pent_vk_tensor_span (self, op->inputs[i]);
      step.by_four[i] = by_four;
    }
  Share share = set_kernel (&step, &self->device->facts, steps);
  pent_vk_step_set_params (&step, &params, sizeof params);
  step.groups[0] = (params.queries + share.queries - 1) / share.queries;
  step.groups[1] = op->heads * share.slices;
  step.groups[2] = q.n;
  step.split_axis = 0;
  step.split_unit = 1;
  step.work = 2.0 * q.n * op->heads * step.groups[0] * share.queries * params.keys * 4 * steps * (share.slices + 1);
  return pent_vk_tape_add (self->tape, &step, error);
}
