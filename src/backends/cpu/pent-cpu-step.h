/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cpu-kernels.h"
#include "pent-cpu-weights.h"
#include "pent-dnn.h"
#include "pent-plan.h"

G_BEGIN_DECLS

/* What a run gives each step: where the arena and the scratch memory lie. */
typedef struct
{
  guint8               *arena;
  guint8               *scratch;   /* as large as the hungriest step asks */
  const PentCpuKernels *kernels;
} PentCpuFrame;

/**
 * PentCpuStep:
 * @run: computes the operator's output; %FALSE only where oneDNN fails
 * @free: frees the step, itself included
 * @scratch_size: bytes of scratch memory that a run uses
 * @weights: of PentCpuWeight, (nullable): what it reads; loaded before it is run
 *
 * One operator of a program, with everything decided that can be decided
 * before the first run.
 */
typedef struct _PentCpuStep PentCpuStep;

struct _PentCpuStep
{
  gboolean (*run)  (PentCpuStep *self, const PentCpuFrame *frame, GError **error);
  void     (*free) (PentCpuStep *self);
  gsize      scratch_size;
  GPtrArray *weights;
};

/* Where a tensor of the plan lies. */
typedef struct
{
  PentShape shape;
  PentDtype dtype;
  gsize     offset;
} PentCpuView;

static inline void *
pent_cpu_view_data (const PentCpuView *view, const PentCpuFrame *frame)
{
  return frame->arena + view->offset;
}

/**
 * PentCpuMaker:
 * @moved_biases: by tensor id: (n, c) floats where the convolution that made
 *   the tensor left its channel bias to the group norm that reads it; filled
 *   in whenever the convolution runs
 *
 * What the steps of a program are made with.
 */
typedef struct
{
  PentDnn              *dnn;
  const PentCpuKernels *kernels;
  PentCpuWeightCache   *cache;
  PentPlan             *plan;
  float               **moved_biases;
} PentCpuMaker;

PentCpuView pent_cpu_maker_view (const PentCpuMaker *maker, const PentTensor *tensor);

gboolean     pent_cpu_int8_is_meant      (const PentOp *op);
float       *pent_cpu_panel_bias_new     (const PentOp *op, gsize panel_width);

gboolean     pent_cpu_winograd_is_better (const PentCpuMaker *maker, const PentOp *op);
gboolean     pent_cpu_panels_are_better  (const PentCpuMaker *maker, const PentOp *op);

PentCpuStep *pent_cpu_product_step_new   (PentCpuMaker *maker, const PentOp *op, GError **error);
PentCpuStep *pent_cpu_winograd_step_new  (PentCpuMaker *maker, const PentOp *op, GError **error);
PentCpuStep *pent_cpu_int8_step_new      (PentCpuMaker *maker, const PentOp *op, GError **error);
PentCpuStep *pent_cpu_panel_step_new     (PentCpuMaker *maker, const PentOp *op, GError **error);
PentCpuStep *pent_cpu_geglu_step_new     (PentCpuMaker *maker, const PentOp *op, GError **error);
PentCpuStep *pent_cpu_norm_step_new      (PentCpuMaker *maker, const PentOp *op, GError **error);
PentCpuStep *pent_cpu_attention_step_new (PentCpuMaker *maker, const PentOp *op, GError **error);
PentCpuStep *pent_cpu_move_step_new      (PentCpuMaker *maker, const PentOp *op, GError **error);

G_END_DECLS
