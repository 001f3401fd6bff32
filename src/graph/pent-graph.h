/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-weight.h"

G_BEGIN_DECLS

/**
 * PentGraph:
 *
 * What a model computes, on nothing yet: a list of operators in the order of
 * evaluation over tensors of known shape. Built once for a shape by a model
 * builder, then planned (#PentPlan) and compiled by a backend.
 *
 * Every activation is a dense NHWC array (#PentShape). A sequence of tokens is
 * the same thing with h * w tokens, so that a picture needs no reshaping on
 * its way into a transformer. Operators that take rows see n * h * w of them.
 *
 * A shape rule that does not hold is a mistake in the model builder or a
 * damaged model: the builder calls return %NULL then and the graph remembers
 * the first error; %NULL may be passed on to later calls, and
 * pent_graph_check() reports at the end of building.
 */
typedef struct _PentGraph  PentGraph;
typedef struct _PentTensor PentTensor;
typedef struct _PentOp     PentOp;

typedef struct
{
  gint64 n, h, w, c;
} PentShape;

static inline gsize
pent_shape_n_elements (PentShape shape)
{
  return shape.n * shape.h * shape.w * shape.c;
}

/* A tensor of the graph. Fields are read-only outside src/graph. */
struct _PentTensor
{
  int         id;         /* position in the graph's list of tensors */
  const char *name;
  PentShape   shape;
  PentOp     *producer;   /* %NULL for a graph input */
  gboolean    is_output;
  gboolean    is_static;  /* depends on static inputs alone */
};

typedef enum
{
  PENT_OP_CONV2D,
  PENT_OP_LINEAR,
  PENT_OP_GEGLU,
  PENT_OP_GROUP_NORM,
  PENT_OP_LAYER_NORM,
  PENT_OP_ATTENTION,
  PENT_OP_CONCAT,
  PENT_OP_UPSAMPLE,
  PENT_OP_ADD,
  PENT_OP_CAST,
  PENT_N_OP_KINDS,
} PentOpKind;

typedef enum
{
  PENT_ACTIVATION_NONE,
  PENT_ACTIVATION_SILU,
  PENT_ACTIVATION_RELU,
  PENT_ACTIVATION_GELU,        /* with erf */
  PENT_ACTIVATION_QUICK_GELU,  /* x * sigmoid(1.702 x) */
} PentActivation;

/* What stands in an operator's inputs[] */
enum
{
  PENT_IN_X = 0,
  PENT_IN_CHANNEL_BIAS = 1,    /* conv2d: (n, 1, 1, out) added before the activation, or NULL */
  PENT_IN_RESIDUAL = 2,        /* conv2d, linear: shape of the output, added after the activation, or NULL */

  PENT_IN_Q = 0,               /* attention */
  PENT_IN_K = 1,
  PENT_IN_V = 2,

  PENT_IN_A = 0,               /* concat, add */
  PENT_IN_B = 1,

  PENT_MAX_INPUTS = 3,
};

/**
 * PentOp:
 *
 * conv2d:     y = act (x * weight + bias + channel_bias) + residual;
 *             weight (out, in, kh, kw), zero padding, output
 *             floor ((h + top + bottom - kh) / stride) + 1
 * linear:     y = act (x weight^T + bias) + residual, on rows; weight
 *             (out, in) or (out, in, 1, 1)
 * geglu:      [a, b] = x weight^T + bias; y = a * gelu_erf (b);
 *             weight (2 out, in): a's rows come first
 * group norm: over h, w and c / groups for each n; y = act (norm * weight + bias)
 * layer norm: over c; y = norm * weight + bias
 * attention:  softmax (q k^T / sqrt (d)) v by head; q (n, ., ., heads * d),
 *             k and v with tokens of their own; causal masks keys after the query
 * concat:     along channels, a first
 * upsample:   nearest, twice, cropped to the output's height and width
 * add:        y = act (a + b)
 * cast:       the same values in another element type; put in by the planner
 */
struct _PentOp
{
  PentOpKind     kind;
  int            index;        /* position in the graph's list of operators */
  const char    *name;         /* of its first weight, or the output's name */
  PentTensor    *inputs[PENT_MAX_INPUTS];
  PentTensor    *output;
  PentWeight     weight;       /* valid if has_weight */
  PentWeight     bias;         /* valid if has_bias; for norms beta */
  gboolean       has_weight;
  gboolean       has_bias;
  PentActivation activation;
  int            stride;                               /* conv2d */
  int            pad_top, pad_left, pad_bottom, pad_right;
  int            groups;                               /* group norm */
  double         eps;                                  /* norms */
  int            heads;                                /* attention */
  gboolean       causal;
};

PentGraph *pent_graph_new  (const char *name);
void       pent_graph_free (PentGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentGraph, pent_graph_free)

const char *pent_graph_get_name      (PentGraph *self);
gboolean    pent_graph_check         (PentGraph *self, GError **error);
guint       pent_graph_get_n_ops     (PentGraph *self);
PentOp     *pent_graph_get_op        (PentGraph *self, guint index);
guint       pent_graph_get_n_tensors (PentGraph *self);
PentTensor *pent_graph_get_tensor    (PentGraph *self, guint id);
guint       pent_graph_get_n_inputs  (PentGraph *self);
PentTensor *pent_graph_get_input     (PentGraph *self, guint index);
guint       pent_graph_get_n_outputs (PentGraph *self);
PentTensor *pent_graph_get_output    (PentGraph *self, guint index);

typedef enum
{
  PENT_INPUT_DYNAMIC,   /* may change with every run */
  PENT_INPUT_STATIC,    /* changes rarely: what depends on it alone is kept between runs */
} PentInputKind;

PentTensor *pent_graph_input  (PentGraph *self, const char *name, PentShape shape, PentInputKind kind);
void        pent_graph_output (PentGraph *self, PentTensor *tensor);

typedef struct
{
  int            stride;                /* 0 means 1 */
  int            pad_top, pad_left, pad_bottom, pad_right;
  PentActivation activation;
  PentTensor    *channel_bias;
  PentTensor    *residual;
} PentConvOptions;

PentTensor *pent_graph_conv2d     (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias,
                                   const PentConvOptions *options);
PentTensor *pent_graph_linear     (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias,
                                   PentActivation activation, PentTensor *residual);
PentTensor *pent_graph_geglu      (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias);
PentTensor *pent_graph_group_norm (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias,
                                   int groups, double eps, PentActivation activation);
PentTensor *pent_graph_layer_norm (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias,
                                   double eps);
PentTensor *pent_graph_attention  (PentGraph *self, PentTensor *q, PentTensor *k, PentTensor *v, int heads,
                                   gboolean causal);
PentTensor *pent_graph_concat     (PentGraph *self, PentTensor *a, PentTensor *b);
PentTensor *pent_graph_upsample   (PentGraph *self, PentTensor *x, gint64 height, gint64 width);
PentTensor *pent_graph_add        (PentGraph *self, PentTensor *a, PentTensor *b, PentActivation activation);
PentTensor *pent_graph_cast       (PentGraph *self, PentTensor *x);

G_END_DECLS
