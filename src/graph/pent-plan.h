/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-graph.h"

G_BEGIN_DECLS

/**
 * PentPlan:
 *
 * A graph made ready to run: the element type of every tensor, and its place
 * in one arena, so that the memory of a run is known before it starts.
 *
 * Element types. With the operand type f32 everything is f32. With f16 or
 * bf16, a tensor that is read only as an operand of a convolution, a linear
 * layer or an attention is stored in that type; whatever a norm, an addition,
 * a concatenation or the caller reads (the residual stream) stays f32. Where a
 * tensor is read as both, a cast is put in, so a backend always finds operands
 * (x of conv2d, linear and geglu; q, k, v) in the operand type, residuals,
 * channel biases and the inputs of norms, concat, upsample and add in f32 or
 * in the operand type as the tensor's dtype says, and writes the output in
 * whichever type its tensor has. With bf16 a convolution to 4 channels or
 * fewer, as a model ends with, has f32 for its operand.
 *
 * Order. Operators that depend on static inputs alone come first (the prelude)
 * and are run only when a static input was set; their results that the body
 * reads are kept. The others (the body) are run every time.
 *
 * Sharing. An output may share the memory of its operator's residual when that
 * is read here for the last time; then both have the same offset. No other
 * overlap occurs between an operator's inputs and output.
 */
typedef struct _PentPlan PentPlan;

typedef struct
{
  PentDtype dtype;
  gsize     offset;   /* in the arena, a multiple of the alignment */
  gsize     size;     /* bytes of the elements */
} PentPlacement;

PentPlan *pent_plan_new  (PentGraph *graph, PentDtype operand, gsize alignment, GError **error);
void      pent_plan_free (PentPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentPlan, pent_plan_free)

PentGraph           *pent_plan_get_graph       (PentPlan *self);
PentDtype            pent_plan_get_operand     (PentPlan *self);
gsize                pent_plan_get_alignment   (PentPlan *self);
gsize                pent_plan_get_arena_size  (PentPlan *self);
gsize                pent_plan_get_largest     (PentPlan *self);
gsize                pent_plan_get_weight_size (PentPlan *self);
gsize                pent_plan_get_stored_size (PentPlan *self);
gsize                pent_plan_get_largest_weight (PentPlan *self);
void                 pent_plan_set_limit       (PentPlan *self, gsize limit);
gsize                pent_plan_get_limit       (PentPlan *self);
const PentPlacement *pent_plan_get_placement   (PentPlan *self, const PentTensor *tensor);
guint                pent_plan_get_n_ops       (PentPlan *self);
guint                pent_plan_get_n_prelude   (PentPlan *self);
PentOp              *pent_plan_get_op          (PentPlan *self, guint position);

G_END_DECLS
