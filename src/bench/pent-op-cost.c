/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-op-cost.h"

static double
count_tokens (PentShape shape)
{
  return (double) shape.n * shape.h * shape.w;
}

static double
count_operations (const PentOp *op)
{
  PentShape y = op->output->shape;

  switch (op->kind)
    {
    case PENT_OP_CONV2D:
    case PENT_OP_LINEAR:
    case PENT_OP_GEGLU:
      return 2 * count_tokens (y) * pent_weight_n_elements (&op->weight);
    case PENT_OP_ATTENTION:
      return 4.0 * pent_shape_n_elements (y) * op->inputs[PENT_IN_K]->shape.h * op->inputs[PENT_IN_K]->shape.w;
    default:
      return 0;
    }
}

static double
count_bytes (PentPlan *plan, const PentOp *op)
{
  PentDtype operand = pent_plan_get_operand (plan);
  double bytes = pent_plan_get_placement (plan, op->output)->size;

  for (int i = 0; i < PENT_MAX_INPUTS; i++)
    if (op->inputs[i] != NULL)
      bytes += pent_plan_get_placement (plan, op->inputs[i])->size;
  if (op->has_weight && op->kind != PENT_OP_GROUP_NORM && op->kind != PENT_OP_LAYER_NORM)
    bytes += (double) pent_weight_n_elements (&op->weight) * pent_dtype_size (operand == PENT_INT8 ? PENT_F32 : operand);
  return bytes;
}

/**
 * pent_op_cost:
 * @op: an operator of @plan
 *
 * What an operator is made of. The same convolution may take a backend fewer
 * multiplications (Winograd's takes 16 of 36), so a fast one may pass the peak.
 */
PentOpCost
pent_op_cost (PentPlan *plan, const PentOp *op)
{
  return (PentOpCost) { count_operations (op), count_bytes (plan, op) };
}

/**
 * pent_op_kind_name:
 *
 * Returns: "conv2d", "layer norm"
 */
const char *
pent_op_kind_name (PentOpKind kind)
{
  static const char *const names[PENT_N_OP_KINDS] = {
    [PENT_OP_CONV2D] = "conv2d",         [PENT_OP_LINEAR] = "linear",
    [PENT_OP_GEGLU] = "geglu",           [PENT_OP_GROUP_NORM] = "group norm",
    [PENT_OP_LAYER_NORM] = "layer norm", [PENT_OP_ATTENTION] = "attention",
    [PENT_OP_CONCAT] = "concat",         [PENT_OP_UPSAMPLE] = "upsample",
    [PENT_OP_ADD] = "add",               [PENT_OP_CAST] = "cast",
  };

  return names[kind];
}

/**
 * pent_op_describe:
 *
 * Returns: (transfer full): its shape, the same for operators that take the
 *   same time: "3x3, 320 to 640, 2x32x32"
 */
char *
pent_op_describe (const PentOp *op)
{
  PentShape x = op->inputs[0]->shape, y = op->output->shape;
  g_autofree char *size = g_strdup_printf ("%dx%dx%d", (int) y.n, (int) y.h, (int) y.w);

  switch (op->kind)
    {
    case PENT_OP_CONV2D:
      return g_strdup_printf ("%dx%d, %d to %d, %s%s", (int) op->weight.dim[2], (int) op->weight.dim[3], (int) x.c,
                              (int) y.c, size, op->stride > 1 ? ", every second" : "");
    case PENT_OP_LINEAR:
    case PENT_OP_GEGLU:
      return g_strdup_printf ("%d to %d, %s", (int) x.c, (int) y.c, size);
    case PENT_OP_ATTENTION:
      return g_strdup_printf ("%d heads of %d, %s by %d", op->heads, (int) (y.c / op->heads), size,
                              (int) (op->inputs[PENT_IN_K]->shape.h * op->inputs[PENT_IN_K]->shape.w));
    default:
      return g_strdup_printf ("%d, %s", (int) y.c, size);
    }
}
