/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-graph.h"

G_BEGIN_DECLS

/**
 * OpTolerance:
 * @rms: by operand type (#PentDtype): the largest root mean square of the
 *   error, relative to that of the reference run with operands rounded to that
 *   type
 * @peak: the largest single error, in units of @rms: one wrong element among
 *   many hides from the mean but not from this
 * @reason: why no less can be asked
 */
typedef struct
{
  double      rms[3];
  double      peak;
  const char *reason;
} OpTolerance;

typedef enum
{
  OP_RESIDUAL_NONE,
  OP_RESIDUAL_LAST,    /* read here for the last time: the plan may let the output take its memory */
  OP_RESIDUAL_AGAIN,   /* read again later */
} OpResidual;

/**
 * OpCase:
 *
 * A small graph round one operator: what is zero is absent or the operator's
 * default (a stride of 1, weights in f32).
 */
typedef struct
{
  const char        *name;
  const OpTolerance *tolerance;
  PentOpKind         kind;
  PentShape          x;            /* a for concat and add, q for attention */
  gint64             out;          /* channels of conv2d, linear, geglu; of b for concat */
  gint64             out_h, out_w; /* upsample */
  int                kh, kw;       /* conv2d */
  int                stride;
  int                pad[4];       /* top, left, bottom, right */
  PentActivation     activation;
  gboolean           channel_bias;
  OpResidual         residual;
  gboolean           no_bias;
  PentDtype          weight_dtype;
  int                misalign;     /* bytes by which weight data miss the alignment of their type */
  int                groups;
  int                heads;
  gint64             keys;         /* attention over other tokens; 0: self-attention */
  gboolean           causal;
  double             gain;         /* scales x; 0 means 1 */
  double             offset;       /* added to x */
  gboolean           feeds_linear; /* the output is read by a linear layer alone: stored in the operand type */
} OpCase;

guint         op_cases_get_n (void);
const OpCase *op_cases_get   (guint index);

/**
 * OpInstance:
 * @graph: (owned): to be taken with g_steal_pointer() by who plans it
 * @inputs: of float arrays, one for each input of the graph, owned
 *
 * A graph with values for its inputs. The weights live as long as the
 * instance. Equal calls give equal instances.
 */
typedef struct
{
  PentGraph *graph;
  GPtrArray *inputs;
  GPtrArray *storage;   /* of the weights */
  GRand     *random;
} OpInstance;

OpInstance *op_case_build       (const OpCase *op_case);
OpInstance *op_network_build    (gint64 batch);
void        op_instance_refill  (OpInstance *self, guint input, guint32 seed);
void        op_instance_free    (OpInstance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpInstance, op_instance_free)

extern const OpTolerance op_network_tolerance;

G_END_DECLS
