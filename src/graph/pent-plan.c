/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-plan.h"

/* Of a latent, or of a picture. */
#define MAX_LAST_CHANNELS 4

/* One stretch of the arena and the time it is taken: positions in the order of
 * evaluation, both ends included. Tensors that share memory share a buffer. */
typedef struct
{
  gsize size;
  gsize offset;
  int   start;
  int   end;
} Buffer;

struct _PentPlan
{
  PentGraph     *graph;
  PentDtype      operand;
  gsize          alignment;
  gsize          arena_size;
  gsize          largest;
  gsize          weight_size, stored_size, largest_weight;
  gsize          limit;
  guint          n_prelude;
  GPtrArray     *order;        /* of PentOp, owned by the graph */
  PentPlacement *placements;   /* by tensor id */
};

/* What operands are stored in: whole numbers are made of f32 where they are
 * multiplied. */
static PentDtype
stored_operand (const PentPlan *self)
{
  return self->operand == PENT_INT8 ? PENT_F32 : self->operand;
}

/* A model's last convolution leads to few channels, so it costs next to
 * nothing, and its rounding is all seen, multiplied by guidance. In bf16, which
 * keeps 8 bits, it alone made a picture's error four times as large. */
static gboolean
is_last (const PentOp *op)
{
  return op->kind == PENT_OP_CONV2D && op->weight.dim[0] <= MAX_LAST_CHANNELS;
}

/* How many leading inputs of an operator are operands: read in the operand
 * type by the device's multipliers. */
static int
n_operands (const PentPlan *self, const PentOp *op)
{
  if (self->operand == PENT_BF16 && is_last (op))
    return 0;
  switch (op->kind)
    {
    case PENT_OP_CONV2D:
    case PENT_OP_LINEAR:
    case PENT_OP_GEGLU:
      return 1;
    case PENT_OP_ATTENTION:
      return 3;
    default:
      return 0;
    }
}

typedef struct
{
  gboolean as_operand;
  gboolean as_other;
} Reads;

static Reads *
find_reads (const PentPlan *self)
{
  PentGraph *graph = self->graph;
  Reads *reads = g_new0 (Reads, pent_graph_get_n_tensors (graph));

  for (guint i = 0; i < pent_graph_get_n_ops (graph); i++)
    {
      PentOp *op = pent_graph_get_op (graph, i);
      for (int j = 0; j < PENT_MAX_INPUTS; j++)
        if (op->inputs[j] != NULL)
          {
            Reads *r = &reads[op->inputs[j]->id];
            if (j < n_operands (self, op))
              r->as_operand = TRUE;
            else
              r->as_other = TRUE;
          }
    }
  for (guint i = 0; i < pent_graph_get_n_outputs (graph); i++)
    reads[pent_graph_get_output (graph, i)->id].as_other = TRUE;
  return reads;
}

/* Appends @op to the order, before it the casts its operands need. casts[id] is
 * the tensor that stands for tensor id in the operand type. */
static void
append_with_casts (PentPlan *self, PentOp *op, const Reads *reads, PentTensor **casts)
{
  for (int j = 0; j < n_operands (self, op); j++)
    {
      PentTensor *x = op->inputs[j];
      if (!reads[x->id].as_other)
        continue;
      if (casts[x->id] == NULL)
        {
          casts[x->id] = pent_graph_cast (self->graph, x);
          g_ptr_array_add (self->order, casts[x->id]->producer);
        }
      op->inputs[j] = casts[x->id];
    }
  g_ptr_array_add (self->order, op);
}

/* Puts the operators in the order of evaluation and, where the operand type is
 * not f32, the casts among them. Returns what is read as an operand alone, by
 * tensor id, casts included. */
static gboolean *
lower (PentPlan *self)
{
  guint n_tensors = pent_graph_get_n_tensors (self->graph);
  guint n_ops = pent_graph_get_n_ops (self->graph);
  g_autofree Reads *reads = find_reads (self);
  g_autofree PentTensor **casts = g_new0 (PentTensor *, n_tensors);

  for (int prelude = 1; prelude >= 0; prelude--)
    {
      for (guint i = 0; i < n_ops; i++)
        {
          PentOp *op = pent_graph_get_op (self->graph, i);
          if (op->output->is_static != prelude)
            continue;
          if (stored_operand (self) == PENT_F32)
            g_ptr_array_add (self->order, op);
          else
            append_with_casts (self, op, reads, casts);
        }
      if (prelude)
        self->n_prelude = self->order->len;
    }

  gboolean *is_operand = g_new0 (gboolean, pent_graph_get_n_tensors (self->graph));
  for (guint id = 0; id < n_tensors; id++)
    is_operand[id] = reads[id].as_operand && !reads[id].as_other;
  for (guint id = n_tensors; id < pent_graph_get_n_tensors (self->graph); id++)
    is_operand[id] = TRUE;
  return is_operand;
}

static void
choose_types (PentPlan *self, const gboolean *is_operand)
{
  guint n_tensors = pent_graph_get_n_tensors (self->graph);

  self->placements = g_new0 (PentPlacement, n_tensors);
  for (guint id = 0; id < n_tensors; id++)
    {
      PentPlacement *p = &self->placements[id];
      p->dtype = is_operand[id] ? stored_operand (self) : PENT_F32;
      p->size = pent_shape_n_elements (pent_graph_get_tensor (self->graph, id)->shape) * pent_dtype_size (p->dtype);
      self->largest = MAX (self->largest, p->size);
    }
}

/* A cast of a static tensor that only the body reads is made in the body's
 * part of the order, yet depends on static tensors alone; being made in every
 * run it need not be kept, so what counts is the place in the order. */
static Buffer *
find_lifetimes (PentPlan *self)
{
  guint n_tensors = pent_graph_get_n_tensors (self->graph);
  int end = self->order->len;
  Buffer *lives = g_new0 (Buffer, n_tensors);

  for (guint id = 0; id < n_tensors; id++)
    {
      PentTensor *tensor = pent_graph_get_tensor (self->graph, id);
      lives[id].size = self->placements[id].size;
      lives[id].start = 0;
      if (tensor->is_output || (tensor->producer == NULL && tensor->is_static))
        lives[id].end = end;
      else if (tensor->producer == NULL)
        /* Read or not, it is set when the prelude's results may be there. */
        lives[id].end = self->n_prelude;
    }
  for (int position = 0; position < end; position++)
    {
      PentOp *op = g_ptr_array_index (self->order, position);
      Buffer *out = &lives[op->output->id];
      out->start = position;
      out->end = MAX (out->end, position);
      for (int j = 0; j < PENT_MAX_INPUTS; j++)
        if (op->inputs[j] != NULL)
          {
            Buffer *in = &lives[op->inputs[j]->id];
            gboolean kept = in->start < (int) self->n_prelude && position >= (int) self->n_prelude
                            && op->inputs[j]->producer != NULL;
            in->end = kept ? end : MAX (in->end, position);
          }
    }
  return lives;
}

/* Lets outputs take the memory of residuals that are read for the last time:
 * owner[id] is the tensor whose buffer tensor id lies in. */
static guint *
share_residuals (PentPlan *self, Buffer *lives)
{
  guint n_tensors = pent_graph_get_n_tensors (self->graph);
  guint *owner = g_new (guint, n_tensors);

  for (guint id = 0; id < n_tensors; id++)
    owner[id] = id;
  for (guint position = 0; position < self->order->len; position++)
    {
      PentOp *op = g_ptr_array_index (self->order, position);
      PentTensor *residual = op->inputs[PENT_IN_RESIDUAL];
      if ((op->kind != PENT_OP_CONV2D && op->kind != PENT_OP_LINEAR) || residual == NULL
          || residual == op->inputs[PENT_IN_X] || residual == op->inputs[PENT_IN_CHANNEL_BIAS])
        continue;

      guint from = owner[residual->id];
      if (lives[from].end != (int) position || self->placements[residual->id].dtype != self->placements[op->output->id].dtype)
        continue;
      owner[op->output->id] = from;
      lives[from].end = lives[op->output->id].end;
    }
  return owner;
}

static int
compare_by_size (gconstpointer a, gconstpointer b)
{
  const Buffer *x = *(Buffer *const *) a, *y = *(Buffer *const *) b;

  if (x->size != y->size)
    return x->size < y->size ? 1 : -1;
  return x->start - y->start;
}

static int
compare_by_offset (gconstpointer a, gconstpointer b)
{
  const Buffer *x = *(Buffer *const *) a, *y = *(Buffer *const *) b;

  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The lowest place where @buffer meets none of @placed, which is in the order
 * of offsets, at a time when both are taken. */
static gsize
find_gap (GPtrArray *placed, const Buffer *buffer)
{
  gsize offset = 0;

  for (guint i = 0; i < placed->len; i++)
    {
      const Buffer *other = g_ptr_array_index (placed, i);
      if (other->end < buffer->start || other->start > buffer->end)
        continue;
      if (other->offset >= offset + buffer->size)
        break;
      offset = MAX (offset, other->offset + other->size);
    }
  return offset;
}

/* Greedy by size (Pisarchyk and Lee 2020, "Efficient memory management for
 * deep neural net inference"): the largest buffers first, each at the lowest
 * offset that is free for all of its life. */
static void
assign_offsets (PentPlan *self, Buffer *lives, const guint *owner)
{
  guint n_tensors = pent_graph_get_n_tensors (self->graph);
  g_autoptr (GPtrArray) by_size = g_ptr_array_new ();
  g_autoptr (GPtrArray) placed = g_ptr_array_new ();

  for (guint id = 0; id < n_tensors; id++)
    if (owner[id] == id)
      {
        lives[id].size = (lives[id].size + self->alignment - 1) & ~(self->alignment - 1);
        g_ptr_array_add (by_size, &lives[id]);
      }
  g_ptr_array_sort (by_size, compare_by_size);

  for (guint i = 0; i < by_size->len; i++)
    {
      Buffer *buffer = g_ptr_array_index (by_size, i);
      buffer->offset = find_gap (placed, buffer);
      self->arena_size = MAX (self->arena_size, buffer->offset + buffer->size);
      g_ptr_array_add (placed, buffer);
      g_ptr_array_sort (placed, compare_by_offset);
    }
  for (guint id = 0; id < n_tensors; id++)
    self->placements[id].offset = lives[owner[id]].offset;
}

static void
count_weights (PentPlan *self)
{
  for (guint i = 0; i < self->order->len; i++)
    {
      const PentOp *op = g_ptr_array_index (self->order, i);
      gsize n_weight = op->has_weight ? pent_weight_n_elements (&op->weight) : 0;
      gsize n_bias = op->has_bias ? pent_weight_n_elements (&op->bias) : 0;
      gboolean multiplied = n_operands (self, op) > 0;

      self->weight_size += n_weight * (multiplied ? pent_dtype_size (stored_operand (self)) : 4) + n_bias * 4;
      self->largest_weight = MAX (self->largest_weight, n_weight * 4);
      self->stored_size += n_weight * (multiplied ? pent_dtype_size (op->weight.dtype) : 4) + n_bias * 4;
    }
}

/**
 * pent_plan_new:
 * @graph: (transfer full): a finished graph; casts are added to it
 * @operand: element type of what is multiplied
 * @alignment: power of two that every offset divides by
 *
 * Returns: (transfer full): the plan, or %NULL with pent_graph_check()'s error
 */
PentPlan *
pent_plan_new (PentGraph *graph, PentDtype operand, gsize alignment, GError **error)
{
  g_return_val_if_fail (alignment > 0 && (alignment & (alignment - 1)) == 0, NULL);

  if (!pent_graph_check (graph, error))
    {
      pent_graph_free (graph);
      return NULL;
    }

  PentPlan *self = g_new0 (PentPlan, 1);
  self->graph = graph;
  self->operand = operand;
  self->alignment = alignment;
  self->order = g_ptr_array_new ();

  g_autofree gboolean *is_operand = lower (self);
  choose_types (self, is_operand);
  g_autofree Buffer *lives = find_lifetimes (self);
  g_autofree guint *owner = share_residuals (self, lives);
  assign_offsets (self, lives, owner);
  count_weights (self);
  return self;
}

void
pent_plan_free (PentPlan *self)
{
  g_free (self->placements);
  g_ptr_array_unref (self->order);
  pent_graph_free (self->graph);
  g_free (self);
}

PentGraph *
pent_plan_get_graph (PentPlan *self)
{
  return self->graph;
}

PentDtype
pent_plan_get_operand (PentPlan *self)
{
  return self->operand;
}

gsize
pent_plan_get_alignment (PentPlan *self)
{
  return self->alignment;
}

/**
 * pent_plan_get_arena_size:
 *
 * Returns: bytes that hold every tensor of a run: its peak, known before it
 */
gsize
pent_plan_get_arena_size (PentPlan *self)
{
  return self->arena_size;
}

/**
 * pent_plan_get_largest:
 *
 * Returns: bytes of the largest tensor
 */
gsize
pent_plan_get_largest (PentPlan *self)
{
  return self->largest;
}

/**
 * pent_plan_get_weight_size:
 *
 * Returns: bytes of all weights in the types the plan computes with
 */
gsize
pent_plan_get_weight_size (PentPlan *self)
{
  return self->weight_size;
}

/**
 * pent_plan_get_stored_size:
 *
 * Returns: bytes of all weights where those that are multiplied keep the types
 *   of their files
 */
gsize
pent_plan_get_stored_size (PentPlan *self)
{
  return self->stored_size;
}

/**
 * pent_plan_get_largest_weight:
 *
 * Returns: bytes of the largest weight of one operator, in f32
 */
gsize
pent_plan_get_largest_weight (PentPlan *self)
{
  return self->largest_weight;
}

/**
 * pent_plan_set_limit:
 * @limit: bytes that a program of this plan may take for tensors and weights, or
 *   0 for what is free; weights that do not fit are read when they are needed
 */
void
pent_plan_set_limit (PentPlan *self, gsize limit)
{
  self->limit = limit;
}

gsize
pent_plan_get_limit (PentPlan *self)
{
  return self->limit;
}

const PentPlacement *
pent_plan_get_placement (PentPlan *self, const PentTensor *tensor)
{
  return &self->placements[tensor->id];
}

guint
pent_plan_get_n_ops (PentPlan *self)
{
  return self->order->len;
}

/**
 * pent_plan_get_n_prelude:
 *
 * Returns: how many of the operators, the first ones, depend on static inputs
 *   alone
 */
guint
pent_plan_get_n_prelude (PentPlan *self)
{
  return self->n_prelude;
}

/**
 * pent_plan_get_op:
 * @position: in the order of evaluation
 */
PentOp *
pent_plan_get_op (PentPlan *self, guint position)
{
  return g_ptr_array_index (self->order, position);
}
