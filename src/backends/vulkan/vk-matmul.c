/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ops.h"

#include "vk-ways.h"

#include "params.h"

#include <string.h>

enum
{
  CONSTANT_ACTIVATION,
  CONSTANT_GATED,
  CONSTANT_X_QUADS,
  CONSTANT_Y_QUADS,
  CONSTANT_HAS_CHANNEL_BIAS,
  CONSTANT_HAS_RESIDUAL,
  N_CONSTANTS,
};

G_STATIC_ASSERT (N_CONSTANTS == PENT_VK_FIRST_WAY_CONSTANT);

/* Bindings less one */
enum
{
  INPUT_X,
  INPUT_WEIGHT,
  INPUT_BIAS,
  INPUT_CHANNEL_BIAS,
  INPUT_RESIDUAL,
  N_INPUTS,
};

static struct PentVkMatmul
make_params (const PentOp *op)
{
  PentShape x = op->inputs[PENT_IN_X]->shape, y = op->output->shape;
  gint64 weight_rows = op->weight.dim[0];
  struct PentVkMatmul params = {
    .rows = y.n * y.h * y.w,
    .columns = y.c,
    .panels = (weight_rows + PENT_VK_PANEL - 1) / PENT_VK_PANEL,
    .c = x.c,
    .steps = (x.c + 3) / 4,
  };

  if (op->kind == PENT_OP_CONV2D)
    {
      params.h = x.h;
      params.w = x.w;
      params.out_h = y.h;
      params.out_w = y.w;
      params.kh = op->weight.n_dims > 2 ? op->weight.dim[2] : 1;
      params.kw = op->weight.n_dims > 3 ? op->weight.dim[3] : 1;
      params.stride = op->stride;
      params.pad_top = op->pad_top;
      params.pad_left = op->pad_left;
    }
  else
    {
      params.h = params.out_h = 1;
      params.w = params.out_w = params.rows;
      params.kh = params.kw = params.stride = 1;
    }
  return params;
}

static void
set_constants (const PentOp *op, guint32 *constants)
{
  gboolean has_extras = op->kind != PENT_OP_GEGLU;

  constants[CONSTANT_ACTIVATION] = op->activation;
  constants[CONSTANT_GATED] = op->kind == PENT_OP_GEGLU;
  constants[CONSTANT_X_QUADS] = pent_vk_by_four (op->inputs[PENT_IN_X]->shape.c);
  constants[CONSTANT_Y_QUADS] = pent_vk_by_four (op->output->shape.c);
  constants[CONSTANT_HAS_CHANNEL_BIAS] = has_extras && op->inputs[PENT_IN_CHANNEL_BIAS] != NULL;
  constants[CONSTANT_HAS_RESIDUAL] = has_extras && op->inputs[PENT_IN_RESIDUAL] != NULL;
}

static gboolean
set_inputs (PentVkCompiler *self, const PentOp *op, PentVkStep *step, GError **error)
{
  gboolean is_gated = op->kind == PENT_OP_GEGLU;
  const guint32 *constants = step->kernel.constants;

  step->n_inputs = N_INPUTS;
  step->inputs[INPUT_X] = pent_vk_tensor_span (self, op->inputs[PENT_IN_X]);
  if (constants[CONSTANT_HAS_CHANNEL_BIAS])
    step->inputs[INPUT_CHANNEL_BIAS] = pent_vk_tensor_span (self, op->inputs[PENT_IN_CHANNEL_BIAS]);
  if (constants[CONSTANT_HAS_RESIDUAL])
    step->inputs[INPUT_RESIDUAL] = pent_vk_tensor_span (self, op->inputs[PENT_IN_RESIDUAL]);
  step->by_four[INPUT_X] = constants[CONSTANT_X_QUADS];
  step->by_four[INPUT_WEIGHT] = TRUE;
  step->by_four[INPUT_BIAS] = TRUE;
  step->by_four[INPUT_CHANNEL_BIAS] = constants[CONSTANT_Y_QUADS];
  step->by_four[INPUT_RESIDUAL] = constants[CONSTANT_Y_QUADS];

  return pent_vk_take_weight (self, &op->weight, is_gated ? PENT_VK_GATED_PANELS : PENT_VK_PANELS,
                              &step->inputs[INPUT_WEIGHT], error)
         && pent_vk_take_bias (self, op, is_gated ? PENT_VK_GATED_VECTOR : PENT_VK_VECTOR, op->weight.dim[0],
                               &step->inputs[INPUT_BIAS], error);
}

static void
set_way (PentVkStep *step, const PentVkWay *way, const PentVkFacts *facts, const struct PentVkMatmul *params)
{
  guint rows = pent_vk_way_rows (way), panels = pent_vk_way_panels (way);

  pent_vk_way_set_kernel (way, facts, params->steps, &step->kernel);
  step->groups[0] = (params->rows + rows - 1) / rows;
  step->groups[1] = (params->panels + panels - 1) / panels;
  step->groups[2] = 1;
  step->split_axis = 0;
  step->split_unit = rows;
  step->work = 2.0 * step->groups[0] * rows * params->panels * PENT_VK_PANEL * params->kh * params->kw * params->steps * 4;
}

/* Sizes near each other are best done alike: rows, which follow the picture's
 * size, are rounded up to a power of two. */
static char *
describe_work (const PentVkStep *step, const struct PentVkMatmul *params)
{
  return g_strdup_printf ("matmul %ux%dx%d%s-%s", 1u << g_bit_storage (params->rows - 1), params->panels * PENT_VK_PANEL,
                          params->kh * params->kw * params->steps * 4, params->kh * params->kw > 1 ? "-window" : "",
                          pent_dtype_name (step->inputs[INPUT_WEIGHT].dtype));
}

/**
 * pent_vk_compile_matmul:
 * @op: conv2d, linear or geglu
 *
 * See shaders/matmul.glsl.
 */
gboolean
pent_vk_compile_matmul (PentVkCompiler *self, const PentOp *op, GError **error)
{
  const PentVkFacts *facts = &self->device->facts;
  struct PentVkMatmul params = make_params (op);
  PentVkStep step = { .output = pent_vk_tensor_span (self, op->output) };
  PentVkChoice choices[PENT_VK_MAX_WAYS];
  const PentVkWay *ways;
  guint best;

  pent_vk_step_set_params (&step, &params, sizeof params);
  step.kernel.result = step.output.dtype;
  set_constants (op, step.kernel.constants);
  if (!set_inputs (self, op, &step, error))
    return FALSE;

  guint n = pent_vk_ways_list (
    facts, step.inputs[INPUT_X].dtype == PENT_F16 && step.inputs[INPUT_WEIGHT].dtype == PENT_F16, &ways);
  for (guint i = 0; i < n; i++)
    {
      choices[i] = (PentVkChoice) { ways[i].name, step };
      set_way (&choices[i].step, &ways[i], facts, &params);
    }
  g_autofree char *work = describe_work (&step, &params);
  return pent_vk_tuner_choose (self->tuner, work, params.rows, choices, n, &best, error)
         && pent_vk_tape_add (self->tape, &choices[best].step, error);
}
