/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-tuner.h"
#include "vk-weights.h"

#include "pent-plan.h"

G_BEGIN_DECLS

/**
 * PentVkCompiler:
 * @tape: what is being recorded on
 * @taken: of #PentVkWeight: what the program holds
 * @scratch: for what an operator keeps between its own steps
 *
 * What operators are compiled with.
 */
typedef struct
{
  PentVkDevice  *device;
  PentVkWeights *weights;
  PentVkTuner   *tuner;
  PentPlan      *plan;
  PentVkTape    *tape;
  GPtrArray     *taken;
  PentVkBuffer  *arena;
  PentVkBuffer  *scratch;
} PentVkCompiler;

gboolean pent_vk_compile_op   (PentVkCompiler *self, const PentOp *op, GError **error);
gsize    pent_vk_scratch_size (PentVkDevice *device, PentPlan *plan);

PentVkSpan pent_vk_tensor_span (PentVkCompiler *self, const PentTensor *tensor);
gboolean   pent_vk_take_weight (PentVkCompiler *self, const PentWeight *weight, PentVkForm form, PentVkSpan *span,
                                GError **error);
gboolean   pent_vk_take_bias   (PentVkCompiler *self, const PentOp *op, PentVkForm form, gsize n, PentVkSpan *span,
                                GError **error);

/* How many channels one item of the item shaders has: four or one */
gboolean   pent_vk_by_four     (gint64 channels);
/* Invocations of a workgroup of the item shaders */
guint      pent_vk_item_width  (PentVkDevice *device);
void       pent_vk_step_set_params (PentVkStep *step, gconstpointer params, gsize size);

/* One for each kind of operator, in vk-KIND.c */
gboolean pent_vk_compile_add        (PentVkCompiler *self, const PentOp *op, GError **error);
gboolean pent_vk_compile_attention  (PentVkCompiler *self, const PentOp *op, GError **error);
gboolean pent_vk_compile_cast       (PentVkCompiler *self, const PentOp *op, GError **error);
gboolean pent_vk_compile_concat     (PentVkCompiler *self, const PentOp *op, GError **error);
gboolean pent_vk_compile_group_norm (PentVkCompiler *self, const PentOp *op, GError **error);
gboolean pent_vk_compile_layer_norm (PentVkCompiler *self, const PentOp *op, GError **error);
gboolean pent_vk_compile_matmul     (PentVkCompiler *self, const PentOp *op, GError **error);
gboolean pent_vk_compile_upsample   (PentVkCompiler *self, const PentOp *op, GError **error);

gsize pent_vk_group_norm_scratch (PentVkDevice *device, const PentOp *op);

G_END_DECLS
