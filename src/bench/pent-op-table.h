/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"
#include "pent-op-cost.h"

G_BEGIN_DECLS

/**
 * PentOpRow:
 * @kind: of all its operators
 * @shape: pent_op_describe() of each
 * @calls: how many there are
 * @seconds: of all of them in one run, the median over the runs
 * @cost: of all of them in one run
 */
typedef struct
{
  PentOpKind kind;
  char      *shape;
  guint      calls;
  double     seconds;
  PentOpCost cost;
} PentOpRow;

/**
 * PentOpTable:
 * @name: what the program computes
 * @rows: (element-type PentOpRow): the slowest first
 * @seconds: of one run, the median
 *
 * Where the time of a program goes.
 */
typedef struct
{
  char   *name;
  GArray *rows;
  double  seconds;
} PentOpTable;

PentOpTable *pent_op_table_new  (PentProgram *program, int runs, GCancellable *cancellable, GError **error);
void         pent_op_table_free (PentOpTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentOpTable, pent_op_table_free)

double pent_median (double *values, guint n);

G_END_DECLS
