/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-graph.h"

#include "pent-error.h"

struct _PentGraph
{
  char      *name;
  GPtrArray *ops;       /* of PentOp */
  GPtrArray *tensors;   /* of PentTensor */
  GPtrArray *inputs;    /* of PentTensor, owned by tensors */
  GPtrArray *outputs;   /* likewise */
  GStringChunk *names;
  GError    *error;     /* the first shape rule that did not hold */
};

/* Larger than any memory, small enough that bytes and offsets never wrap. */
#define MAX_ELEMENTS (G_GINT64_CONSTANT (1) << 44)

/**
 * pent_graph_new:
 * @name: what is computed, for messages: "UNet", "VAE decoder"
 */
PentGraph *
pent_graph_new (const char *name)
{
  PentGraph *self = g_new0 (PentGraph, 1);

  self->name = g_strdup (name);
  self->ops = g_ptr_array_new_with_free_func (g_free);
  self->tensors = g_ptr_array_new_with_free_func (g_free);
  self->inputs = g_ptr_array_new ();
  self->outputs = g_ptr_array_new ();
  self->names = g_string_chunk_new (4096);
  return self;
}

void
pent_graph_free (PentGraph *self)
{
  g_ptr_array_unref (self->outputs);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->tensors);
  g_ptr_array_unref (self->ops);
  g_string_chunk_free (self->names);
  g_clear_error (&self->error);
  g_free (self->name);
  g_free (self);
}

const char *
pent_graph_get_name (PentGraph *self)
{
  return self->name;
}

/**
 * pent_graph_check:
 *
 * Returns: %FALSE with %PENT_ERROR_FILE naming the tensor where some call of
 *   the builder met shapes that do not fit together
 */
gboolean
pent_graph_check (PentGraph *self, GError **error)
{
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  return TRUE;
}

guint
pent_graph_get_n_ops (PentGraph *self)
{
  return self->ops->len;
}

PentOp *
pent_graph_get_op (PentGraph *self, guint index)
{
  return g_ptr_array_index (self->ops, index);
}

guint
pent_graph_get_n_tensors (PentGraph *self)
{
  return self->tensors->len;
}

PentTensor *
pent_graph_get_tensor (PentGraph *self, guint id)
{
  return g_ptr_array_index (self->tensors, id);
}

guint
pent_graph_get_n_inputs (PentGraph *self)
{
  return self->inputs->len;
}

PentTensor *
pent_graph_get_input (PentGraph *self, guint index)
{
  return g_ptr_array_index (self->inputs, index);
}

guint
pent_graph_get_n_outputs (PentGraph *self)
{
  return self->outputs->len;
}

PentTensor *
pent_graph_get_output (PentGraph *self, guint index)
{
  return g_ptr_array_index (self->outputs, index);
}

static PentTensor *fail (PentGraph *self, const char *what, const char *format, ...) G_GNUC_PRINTF (3, 4);

static PentTensor *
fail (PentGraph *self, const char *what, const char *format, ...)
{
  if (self->error == NULL)
    {
      va_list args;
      va_start (args, format);
      g_autofree char *why = g_strdup_vprintf (format, args);
      va_end (args);
      self->error = g_error_new (PENT_ERROR, PENT_ERROR_FILE,
                                 "The %s cannot be built at “%s”: %s; the model is damaged or of an unknown kind",
                                 self->name, what, why);
    }
  return NULL;
}

/* Weights are as large as their file says, so what grows past all bounds is
 * the picture. */
static PentTensor *
fail_size (PentGraph *self, const char *what)
{
  if (self->error == NULL)
    self->error = g_error_new (PENT_ERROR, PENT_ERROR_MEMORY,
                               "The %s has no size at “%s” that memory could hold: choose a smaller size", self->name,
                               what);
  return NULL;
}

static gboolean
shape_is_sane (PentShape shape)
{
  gint64 n = 1;
  const gint64 dims[] = { shape.n, shape.h, shape.w, shape.c };

  for (guint i = 0; i < G_N_ELEMENTS (dims); i++)
    if (dims[i] < 1 || __builtin_mul_overflow (n, dims[i], &n) || n > MAX_ELEMENTS)
      return FALSE;
  return TRUE;
}

static PentTensor *
add_tensor (PentGraph *self, const char *name, PentShape shape)
{
  PentTensor *tensor = g_new0 (PentTensor, 1);

  tensor->id = self->tensors->len;
  tensor->name = g_string_chunk_insert_const (self->names, name);
  tensor->shape = shape;
  g_ptr_array_add (self->tensors, tensor);
  return tensor;
}

/**
 * pent_graph_input:
 * @name: for messages
 *
 * Returns: (transfer none) (nullable): a tensor the caller of the program sets
 */
PentTensor *
pent_graph_input (PentGraph *self, const char *name, PentShape shape, PentInputKind kind)
{
  if (!shape_is_sane (shape))
    return fail_size (self, name);

  PentTensor *tensor = add_tensor (self, name, shape);
  tensor->is_static = kind == PENT_INPUT_STATIC;
  g_ptr_array_add (self->inputs, tensor);
  return tensor;
}

/**
 * pent_graph_output:
 * @tensor: (nullable): a tensor the caller of the program reads
 */
void
pent_graph_output (PentGraph *self, PentTensor *tensor)
{
  if (tensor == NULL)
    return;
  tensor->is_output = TRUE;
  g_ptr_array_add (self->outputs, tensor);
}

static PentOp *
add_op (PentGraph *self, PentOpKind kind, const PentWeight *weight, const PentWeight *bias, PentShape shape,
        const char *fallback_name)
{
  const char *name = weight != NULL && weight->name != NULL ? weight->name : fallback_name;

  if (!shape_is_sane (shape))
    {
      fail_size (self, name);
      return NULL;
    }

  PentOp *op = g_new0 (PentOp, 1);
  op->kind = kind;
  op->index = self->ops->len;
  op->output = add_tensor (self, name, shape);
  op->output->producer = op;
  op->name = op->output->name;
  if (weight != NULL)
    {
      op->weight = *weight;
      op->weight.name = op->name;
      op->has_weight = TRUE;
    }
  if (bias != NULL)
    {
      op->bias = *bias;
      op->bias.name = op->name;
      op->has_bias = TRUE;
    }
  g_ptr_array_add (self->ops, op);
  return op;
}

/* Ends the making of an operator whose inputs are set. */
static PentTensor *
finish (PentOp *op)
{
  gboolean is_static = TRUE;

  for (int i = 0; i < PENT_MAX_INPUTS; i++)
    if (op->inputs[i] != NULL)
      is_static = is_static && op->inputs[i]->is_static;
  op->output->is_static = is_static;
  return op->output;
}

static gboolean
same_shape (PentShape a, PentShape b)
{
  return a.n == b.n && a.h == b.h && a.w == b.w && a.c == b.c;
}

/* A missing or a one-dimensional bias of @channels values. */
static gboolean
bias_fits (const PentWeight *bias, gint64 channels)
{
  return bias == NULL || (pent_weight_n_elements (bias) == channels && bias->dim[0] == channels);
}

static gint64
dim_or_one (const PentWeight *weight, int i)
{
  return i < weight->n_dims ? weight->dim[i] : 1;
}

/**
 * pent_graph_conv2d:
 * @x: (nullable): (n, h, w, in)
 * @weight: (out, in, kh, kw), or (out, in) for 1x1
 * @bias: (nullable): (out)
 * @options: (nullable): stride, padding, what is fused
 *
 * Returns: (transfer none) (nullable): (n, h', w', out), see #PentOp
 */
PentTensor *
pent_graph_conv2d (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias,
                   const PentConvOptions *options)
{
  const PentConvOptions none = { 0 };
  const PentConvOptions *o = options != NULL ? options : &none;
  int stride = MAX (o->stride, 1);

  if (x == NULL || self->error != NULL)
    return NULL;
  gint64 out = weight->dim[0], kh = dim_or_one (weight, 2), kw = dim_or_one (weight, 3);
  if (weight->n_dims < 2 || weight->dim[1] != x->shape.c || !bias_fits (bias, out))
    return fail (self, weight->name, "a convolution of %" G_GINT64_FORMAT " channels was expected", x->shape.c);
  gint64 room_h = x->shape.h + o->pad_top + o->pad_bottom - kh;
  gint64 room_w = x->shape.w + o->pad_left + o->pad_right - kw;
  if (room_h < 0 || room_w < 0)
    return fail (self, weight->name, "the picture is smaller than the kernel");

  PentShape shape = { x->shape.n, room_h / stride + 1, room_w / stride + 1, out };
  PentShape per_channel = { x->shape.n, 1, 1, out };
  if (o->channel_bias != NULL && !same_shape (o->channel_bias->shape, per_channel))
    return fail (self, weight->name, "the time embedding has another width");
  if (o->residual != NULL && !same_shape (o->residual->shape, shape))
    return fail (self, weight->name, "the residual has another shape");

  PentOp *op = add_op (self, PENT_OP_CONV2D, weight, bias, shape, "conv");
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_X] = x;
  op->inputs[PENT_IN_CHANNEL_BIAS] = o->channel_bias;
  op->inputs[PENT_IN_RESIDUAL] = o->residual;
  op->stride = stride;
  op->pad_top = o->pad_top;
  op->pad_left = o->pad_left;
  op->pad_bottom = o->pad_bottom;
  op->pad_right = o->pad_right;
  op->activation = o->activation;
  return finish (op);
}

/* Whether @weight is a matrix of (any, @in), possibly as a 1x1 convolution. */
static gboolean
is_matrix (const PentWeight *weight, gint64 in)
{
  return weight->n_dims >= 2 && weight->dim[1] == in && dim_or_one (weight, 2) == 1 && dim_or_one (weight, 3) == 1;
}

/**
 * pent_graph_linear:
 * @x: (nullable): (n, h, w, in)
 * @weight: (out, in) or (out, in, 1, 1)
 * @bias: (nullable): (out)
 * @residual: (nullable): (n, h, w, out)
 *
 * Returns: (transfer none) (nullable): (n, h, w, out), see #PentOp
 */
PentTensor *
pent_graph_linear (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias,
                   PentActivation activation, PentTensor *residual)
{
  if (x == NULL || self->error != NULL)
    return NULL;
  gint64 out = weight->dim[0];
  if (!is_matrix (weight, x->shape.c) || !bias_fits (bias, out))
    return fail (self, weight->name, "a linear layer of %" G_GINT64_FORMAT " inputs was expected", x->shape.c);

  PentShape shape = { x->shape.n, x->shape.h, x->shape.w, out };
  if (residual != NULL && !same_shape (residual->shape, shape))
    return fail (self, weight->name, "the residual has another shape");

  PentOp *op = add_op (self, PENT_OP_LINEAR, weight, bias, shape, "linear");
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_X] = x;
  op->inputs[PENT_IN_RESIDUAL] = residual;
  op->activation = activation;
  return finish (op);
}

/**
 * pent_graph_geglu:
 * @x: (nullable): (n, h, w, in)
 * @weight: (2 out, in)
 * @bias: (nullable): (2 out)
 *
 * Shazeer 2020, "GLU Variants Improve Transformer"; the half that goes through
 * gelu comes second, as in CompVis' latent diffusion.
 *
 * Returns: (transfer none) (nullable): (n, h, w, out)
 */
PentTensor *
pent_graph_geglu (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias)
{
  if (x == NULL || self->error != NULL)
    return NULL;
  if (!is_matrix (weight, x->shape.c) || weight->dim[0] % 2 != 0 || !bias_fits (bias, weight->dim[0]))
    return fail (self, weight->name, "a gated layer of %" G_GINT64_FORMAT " inputs was expected", x->shape.c);

  PentShape shape = { x->shape.n, x->shape.h, x->shape.w, weight->dim[0] / 2 };
  PentOp *op = add_op (self, PENT_OP_GEGLU, weight, bias, shape, "geglu");
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_X] = x;
  return finish (op);
}

static PentTensor *
norm (PentGraph *self, PentOpKind kind, PentTensor *x, const PentWeight *weight, const PentWeight *bias, int groups,
      double eps, PentActivation activation)
{
  if (x == NULL || self->error != NULL)
    return NULL;
  if (groups < 1 || x->shape.c % groups != 0 || !bias_fits (weight, x->shape.c) || !bias_fits (bias, x->shape.c))
    return fail (self, weight->name, "a norm of %" G_GINT64_FORMAT " channels was expected", x->shape.c);

  PentOp *op = add_op (self, kind, weight, bias, x->shape, "norm");
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_X] = x;
  op->groups = groups;
  op->eps = eps;
  op->activation = activation;
  return finish (op);
}

/**
 * pent_graph_group_norm:
 * @x: (nullable): (n, h, w, c)
 * @weight: (c)
 * @bias: (nullable): (c)
 * @groups: divides c
 *
 * Wu and He 2018, with the biased variance.
 *
 * Returns: (transfer none) (nullable): shape of @x
 */
PentTensor *
pent_graph_group_norm (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias, int groups,
                       double eps, PentActivation activation)
{
  return norm (self, PENT_OP_GROUP_NORM, x, weight, bias, groups, eps, activation);
}

/**
 * pent_graph_layer_norm:
 * @x: (nullable): (n, h, w, c)
 * @weight: (c)
 * @bias: (nullable): (c)
 *
 * Returns: (transfer none) (nullable): shape of @x
 */
PentTensor *
pent_graph_layer_norm (PentGraph *self, PentTensor *x, const PentWeight *weight, const PentWeight *bias, double eps)
{
  return norm (self, PENT_OP_LAYER_NORM, x, weight, bias, 1, eps, PENT_ACTIVATION_NONE);
}

/**
 * pent_graph_attention:
 * @q: (nullable): (n, h, w, heads * d)
 * @k: (nullable): (n, h', w', heads * d)
 * @v: (nullable): shape of @k
 * @causal: a query sees keys up to its own position; needs as many keys as queries
 *
 * Returns: (transfer none) (nullable): shape of @q
 */
PentTensor *
pent_graph_attention (PentGraph *self, PentTensor *q, PentTensor *k, PentTensor *v, int heads, gboolean causal)
{
  if (q == NULL || k == NULL || v == NULL || self->error != NULL)
    return NULL;
  if (heads < 1 || q->shape.c % heads != 0 || k->shape.c != q->shape.c || k->shape.n != q->shape.n
      || !same_shape (k->shape, v->shape) || (causal && !same_shape (q->shape, k->shape)))
    return fail (self, q->name, "attention over shapes that do not fit");

  PentOp *op = add_op (self, PENT_OP_ATTENTION, NULL, NULL, q->shape, q->name);
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_Q] = q;
  op->inputs[PENT_IN_K] = k;
  op->inputs[PENT_IN_V] = v;
  op->heads = heads;
  op->causal = causal;
  return finish (op);
}

/**
 * pent_graph_concat:
 * @a: (nullable): (n, h, w, c)
 * @b: (nullable): (n, h, w, c')
 *
 * Returns: (transfer none) (nullable): (n, h, w, c + c')
 */
PentTensor *
pent_graph_concat (PentGraph *self, PentTensor *a, PentTensor *b)
{
  if (a == NULL || b == NULL || self->error != NULL)
    return NULL;
  if (a->shape.n != b->shape.n || a->shape.h != b->shape.h || a->shape.w != b->shape.w)
    return fail (self, a->name, "pictures of different sizes meet");

  PentShape shape = { a->shape.n, a->shape.h, a->shape.w, a->shape.c + b->shape.c };
  PentOp *op = add_op (self, PENT_OP_CONCAT, NULL, NULL, shape, a->name);
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_A] = a;
  op->inputs[PENT_IN_B] = b;
  return finish (op);
}

/**
 * pent_graph_upsample:
 * @x: (nullable): (n, h, w, c)
 * @height: 2 h, or 2 h - 1
 * @width: 2 w, or 2 w - 1
 *
 * Nearest neighbour, doubled and cropped, so that odd sizes meet their skips.
 *
 * Returns: (transfer none) (nullable): (n, @height, @width, c)
 */
PentTensor *
pent_graph_upsample (PentGraph *self, PentTensor *x, gint64 height, gint64 width)
{
  if (x == NULL || self->error != NULL)
    return NULL;
  if ((height + 1) / 2 != x->shape.h || (width + 1) / 2 != x->shape.w)
    return fail (self, x->name, "a skip connection of another size");

  PentShape shape = { x->shape.n, height, width, x->shape.c };
  PentOp *op = add_op (self, PENT_OP_UPSAMPLE, NULL, NULL, shape, x->name);
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_X] = x;
  return finish (op);
}

/**
 * pent_graph_add:
 *
 * @a: (nullable): of any shape
 * @b: (nullable): of the same shape
 *
 * Returns: (transfer none) (nullable): @activation of @a + @b
 */
PentTensor *
pent_graph_add (PentGraph *self, PentTensor *a, PentTensor *b, PentActivation activation)
{
  if (a == NULL || b == NULL || self->error != NULL)
    return NULL;
  if (!same_shape (a->shape, b->shape))
    return fail (self, a->name, "a sum of different shapes");

  PentOp *op = add_op (self, PENT_OP_ADD, NULL, NULL, a->shape, a->name);
  if (op == NULL)
    return NULL;
  op->inputs[PENT_IN_A] = a;
  op->inputs[PENT_IN_B] = b;
  op->activation = activation;
  return finish (op);
}

/**
 * pent_graph_cast:
 * @x: any tensor
 *
 * For the planner, which decides both element types and the order.
 *
 * Returns: (transfer none): @x again, in an element type of its own
 */
PentTensor *
pent_graph_cast (PentGraph *self, PentTensor *x)
{
  PentOp *op = add_op (self, PENT_OP_CAST, NULL, NULL, x->shape, x->name);

  op->inputs[PENT_IN_X] = x;
  return finish (op);
}
