/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-plan.h"

G_BEGIN_DECLS

/**
 * PentOpCost:
 * @operations: multiplications and additions, as the definition has them
 * @bytes: that must be read or written at the least: every input, the weights
 *   and the output once, in the types they are stored in
 */
typedef struct
{
  double operations;
  double bytes;
} PentOpCost;

PentOpCost  pent_op_cost      (PentPlan *plan, const PentOp *op);
const char *pent_op_kind_name (PentOpKind kind);
char       *pent_op_describe  (const PentOp *op);

G_END_DECLS
