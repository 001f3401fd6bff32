/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pent-plan.h promises, held against an account of our own over random
 * graphs: chains with branches, skips, residuals, static and unread inputs. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-plan.h"

#define N_GRAPHS 2000
#define MAX_OPS 40
#define WIDTH 12   /* channels of every tensor: whatever meets fits */

typedef struct
{
  GRand      *random;
  PentGraph  *graph;
  GPtrArray  *tensors;   /* of PentTensor: what may be read */
  GHashTable *read;      /* of PentTensor: what something reads */
} Maker;

static const float zeros[4 * WIDTH * WIDTH * 9];

static PentWeight
weight (int n_dims, gint64 out, gint64 side)
{
  return (PentWeight){
    .name = "weight", .dtype = PENT_F32, .n_dims = n_dims, .dim = { out, WIDTH, side, side }, .data = zeros,
  };
}

static PentTensor *
pick (Maker *m)
{
  /* Rather something recent, so that lives differ in length. */
  int n = m->tensors->len, back = g_rand_int_range (m->random, 0, g_rand_boolean (m->random) ? MIN (n, 3) : n);
  PentTensor *tensor = g_ptr_array_index (m->tensors, n - 1 - back);

  g_hash_table_add (m->read, tensor);
  return tensor;
}

/* One of the shape of @like, or NULL. */
static PentTensor *
pick_like (Maker *m, PentShape like)
{
  for (int attempt = 0; attempt < 4; attempt++)
    {
      PentTensor *tensor = pick (m);
      if (tensor->shape.n == like.n && tensor->shape.h == like.h && tensor->shape.w == like.w
          && tensor->shape.c == like.c)
        return tensor;
    }
  return NULL;
}

static PentTensor *
add_conv (Maker *m, PentTensor *x)
{
  int stride = g_rand_int_range (m->random, 1, 3);
  PentWeight w = weight (4, WIDTH, 3), b = weight (1, WIDTH, 1);
  PentShape out = { x->shape.n, (x->shape.h - 1) / stride + 1, (x->shape.w - 1) / stride + 1, WIDTH };
  PentShape per_channel = { x->shape.n, 1, 1, WIDTH };
  PentConvOptions options = { .stride = stride, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1 };

  if (g_rand_boolean (m->random))
    options.channel_bias = pick_like (m, per_channel);
  if (g_rand_boolean (m->random))
    options.residual = pick_like (m, out);
  return pent_graph_conv2d (m->graph, x, &w, &b, &options);
}

static PentTensor *
add_op (Maker *m)
{
  PentTensor *x = pick (m), *other = pick_like (m, x->shape);
  PentWeight matrix = weight (2, WIDTH, 1), twice = weight (2, 2 * WIDTH, 1), bias = weight (1, WIDTH, 1);

  switch (g_rand_int_range (m->random, 0, 8))
    {
    case 0:
      return add_conv (m, x);
    case 1:
      return pent_graph_linear (m->graph, x, &matrix, NULL, PENT_ACTIVATION_NONE, other);
    case 2:
      return pent_graph_geglu (m->graph, x, &twice, NULL);
    case 3:
      return pent_graph_group_norm (m->graph, x, &bias, &bias, 4, 1e-5, PENT_ACTIVATION_SILU);
    case 4:
      return pent_graph_layer_norm (m->graph, x, &bias, &bias, 1e-5);
    case 5:
      return pent_graph_attention (m->graph, x, other != NULL ? other : x, other != NULL ? other : x, 3, FALSE);
    case 6:
      return pent_graph_upsample (m->graph, x, 2 * x->shape.h, 2 * x->shape.w - 1);
    default:
      return pent_graph_add (m->graph, x, other != NULL ? other : x, PENT_ACTIVATION_NONE);
    }
}

static PentGraph *
make_graph (GRand *random)
{
  Maker m = { .random = random, .graph = pent_graph_new ("test") };
  g_autoptr (GPtrArray) tensors = g_ptr_array_new ();
  g_autoptr (GHashTable) read = g_hash_table_new (NULL, NULL);
  int n_inputs = g_rand_int_range (random, 1, 5), n_ops = g_rand_int_range (random, 1, MAX_OPS);
  PentTensor *last = NULL;

  m.tensors = tensors;
  m.read = read;
  for (int i = 0; i < n_inputs; i++)
    {
      int side = g_rand_boolean (random) ? 1 : g_rand_int_range (random, 1, 9);
      g_ptr_array_add (tensors, pent_graph_input (m.graph, "input", (PentShape){ 2, side, side, WIDTH },
                                                  i % 2 == 0 ? PENT_INPUT_DYNAMIC : PENT_INPUT_STATIC));
    }
  for (int i = 0; i < n_ops; i++)
    {
      PentTensor *tensor = add_op (&m);
      g_assert_nonnull (tensor);
      if (tensor->shape.h <= 32 && tensor->shape.w <= 32)
        g_ptr_array_add (tensors, tensor);
      last = tensor;
    }
  pent_graph_output (m.graph, last);
  if (g_rand_boolean (random))
    {
      PentTensor *second = pick (&m);
      if (second != last)
        pent_graph_output (m.graph, second);
    }
  return m.graph;
}

/* The account: by tensor id, from when to when it holds something that is
 * still wanted. -1 is before the run, n_ops after it. */
typedef struct
{
  int      made;
  int      wanted;
  gboolean as_operand;
  gboolean as_other;
} Life;

static gboolean
is_operand (const PentOp *op, int input)
{
  switch (op->kind)
    {
    case PENT_OP_CONV2D:
    case PENT_OP_LINEAR:
    case PENT_OP_GEGLU:
      return input == PENT_IN_X;
    case PENT_OP_ATTENTION:
      return TRUE;
    default:
      return FALSE;
    }
}

static Life *
account_for (PentPlan *plan)
{
  PentGraph *graph = pent_plan_get_graph (plan);
  int n_ops = pent_plan_get_n_ops (plan), n_prelude = pent_plan_get_n_prelude (plan);
  Life *lives = g_new0 (Life, pent_graph_get_n_tensors (graph));

  for (guint id = 0; id < pent_graph_get_n_tensors (graph); id++)
    lives[id].made = lives[id].wanted = -1;
  for (int position = 0; position < n_ops; position++)
    {
      PentOp *op = pent_plan_get_op (plan, position);
      lives[op->output->id].made = lives[op->output->id].wanted = position;
    }
  for (int position = 0; position < n_ops; position++)
    {
      PentOp *op = pent_plan_get_op (plan, position);
      for (int i = 0; i < PENT_MAX_INPUTS; i++)
        {
          if (op->inputs[i] == NULL)
            continue;
          Life *in = &lives[op->inputs[i]->id];
          gboolean from_prelude = op->inputs[i]->producer != NULL && in->made < n_prelude && position >= n_prelude;
          in->wanted = MAX (in->wanted, from_prelude ? n_ops : position);
          if (op->kind == PENT_OP_CAST)
            continue;
          in->as_operand |= is_operand (op, i);
          in->as_other |= !is_operand (op, i);
        }
    }
  for (guint id = 0; id < pent_graph_get_n_tensors (graph); id++)
    {
      PentTensor *tensor = pent_graph_get_tensor (graph, id);
      if (tensor->is_output || (tensor->producer == NULL && tensor->is_static))
        lives[id].wanted = n_ops;
      else if (tensor->producer == NULL)
        /* An input that nothing reads is set all the same, at any time before
         * the body. */
        lives[id].wanted = MAX (lives[id].wanted, n_prelude);
      lives[id].as_other |= tensor->is_output;
    }
  return lives;
}

static void
check_order (PentPlan *plan, const Life *lives)
{
  PentGraph *graph = pent_plan_get_graph (plan);
  guint n_prelude = pent_plan_get_n_prelude (plan);

  g_assert_cmpuint (pent_plan_get_n_ops (plan), ==, pent_graph_get_n_ops (graph));
  for (guint position = 0; position < pent_plan_get_n_ops (plan); position++)
    {
      PentOp *op = pent_plan_get_op (plan, position);
      g_assert_cmpint (lives[op->output->id].made, ==, (int) position);
      if (position < n_prelude)
        g_assert_true (op->output->is_static);
      else if (op->kind != PENT_OP_CAST)
        g_assert_false (op->output->is_static);
      for (int i = 0; i < PENT_MAX_INPUTS; i++)
        if (op->inputs[i] != NULL)
          g_assert_cmpint (lives[op->inputs[i]->id].made, <, (int) position);
    }
}

/* What an operator reads has the type that backends rely on, and what a tensor
 * is stored in follows from who reads it. */
static void
check_types (PentPlan *plan, const Life *lives)
{
  PentGraph *graph = pent_plan_get_graph (plan);
  PentDtype operand = pent_plan_get_operand (plan);

  for (guint position = 0; position < pent_plan_get_n_ops (plan); position++)
    {
      PentOp *op = pent_plan_get_op (plan, position);
      for (int i = 0; i < PENT_MAX_INPUTS; i++)
        if (op->inputs[i] != NULL && is_operand (op, i))
          g_assert_cmpint (pent_plan_get_placement (plan, op->inputs[i])->dtype, ==, operand);
    }
  for (guint id = 0; id < pent_graph_get_n_tensors (graph); id++)
    {
      PentTensor *tensor = pent_graph_get_tensor (graph, id);
      const PentPlacement *p = pent_plan_get_placement (plan, tensor);
      gboolean is_cast = tensor->producer != NULL && tensor->producer->kind == PENT_OP_CAST;
      gboolean read_as_operand_alone = lives[id].as_operand && !lives[id].as_other;

      g_assert_true (!is_cast || operand != PENT_F32);
      if (is_cast || read_as_operand_alone)
        g_assert_cmpint (p->dtype, ==, operand);
      else
        g_assert_cmpint (p->dtype, ==, PENT_F32);
      g_assert_cmpuint (p->size, ==, pent_shape_n_elements (tensor->shape) * pent_dtype_size (p->dtype));
    }
}

/* Whether @later is the output of an operator whose residual is, or shares its
 * place with, @earlier, and nobody wants that any more. */
static gboolean
may_share (PentPlan *plan, const Life *lives, guint earlier, guint later)
{
  PentGraph *graph = pent_plan_get_graph (plan);
  PentOp *op = pent_graph_get_tensor (graph, later)->producer;

  if (op == NULL || (op->kind != PENT_OP_CONV2D && op->kind != PENT_OP_LINEAR))
    return FALSE;
  PentTensor *residual = op->inputs[PENT_IN_RESIDUAL];
  return residual != NULL && residual->id == (int) earlier && residual != op->inputs[PENT_IN_X]
         && residual != op->inputs[PENT_IN_CHANNEL_BIAS] && lives[earlier].wanted == lives[later].made;
}

static void
check_places (PentPlan *plan, const Life *lives, guint *n_shared)
{
  PentGraph *graph = pent_plan_get_graph (plan);
  guint n = pent_graph_get_n_tensors (graph);

  for (guint a = 0; a < n; a++)
    {
      const PentPlacement *pa = pent_plan_get_placement (plan, pent_graph_get_tensor (graph, a));
      g_assert_cmpuint (pa->offset % pent_plan_get_alignment (plan), ==, 0);
      g_assert_cmpuint (pa->offset + pa->size, <=, pent_plan_get_arena_size (plan));
      for (guint b = 0; b < n; b++)
        {
          const PentPlacement *pb = pent_plan_get_placement (plan, pent_graph_get_tensor (graph, b));
          gboolean meet_in_time = lives[b].made >= lives[a].made && lives[b].made <= lives[a].wanted;
          gboolean meet_in_place = pa->offset < pb->offset + pb->size && pb->offset < pa->offset + pa->size;

          if (a == b || !meet_in_time || !meet_in_place)
            continue;
          g_assert_true (may_share (plan, lives, a, b));
          g_assert_cmpuint (pa->offset, ==, pb->offset);
          g_assert_cmpint (pa->dtype, ==, pb->dtype);
          (*n_shared)++;
        }
    }
}

static gboolean
is_shared (PentPlan *plan, guint id)
{
  PentTensor *tensor = pent_graph_get_tensor (pent_plan_get_graph (plan), id);
  PentTensor *residual = tensor->producer != NULL ? tensor->producer->inputs[PENT_IN_RESIDUAL] : NULL;

  return residual != NULL && tensor->producer->kind != PENT_OP_ATTENTION
         && pent_plan_get_placement (plan, residual)->offset == pent_plan_get_placement (plan, tensor)->offset;
}

/* The arena holds the most that is wanted at once, and is not much larger. */
static void
check_size (PentPlan *plan, const Life *lives, double *worst)
{
  PentGraph *graph = pent_plan_get_graph (plan);
  gsize most = 0, largest = 0;

  for (int position = -1; position <= (int) pent_plan_get_n_ops (plan); position++)
    {
      gsize wanted = 0;
      for (guint id = 0; id < pent_graph_get_n_tensors (graph); id++)
        {
          gsize size = pent_plan_get_placement (plan, pent_graph_get_tensor (graph, id))->size;
          largest = MAX (largest, size);
          /* An output in its residual's memory needs none of its own yet. */
          if (lives[id].made <= position && lives[id].wanted >= position
              && !(lives[id].made == position && is_shared (plan, id)))
            wanted += size;
        }
      most = MAX (most, wanted);
    }
  g_assert_cmpuint (pent_plan_get_arena_size (plan), >=, most);
  g_assert_cmpuint (pent_plan_get_largest (plan), ==, largest);
  if (worst != NULL)
    *worst = MAX (*worst, (double) pent_plan_get_arena_size (plan) / most);
}

static void
test_random (gconstpointer data)
{
  PentDtype operand = GPOINTER_TO_INT (data);
  guint n_shared = 0;
  double worst = 0;

  for (int seed = 0; seed < N_GRAPHS; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (GError) error = NULL;
      gsize alignment = 1 << g_rand_int_range (random, 0, 9);
      g_autoptr (PentPlan) plan = pent_plan_new (make_graph (random), operand, alignment, &error);
      g_assert_no_error (error);
      g_autofree Life *lives = account_for (plan);

      check_order (plan, lives);
      check_types (plan, lives);
      check_places (plan, lives, &n_shared);
      check_size (plan, lives, alignment <= 4 ? &worst : NULL);
    }
  g_test_message ("%u outputs in their residuals' memory; the largest arena is %.2f of what is wanted", n_shared, worst);
  g_assert_cmpuint (n_shared, >, 100);
  g_assert_cmpfloat (worst, <, 1.5);
}

/* A residual chain needs room for two tensors, not one for each link. */
static void
test_chain (void)
{
  PentGraph *graph = pent_graph_new ("chain");
  const PentShape shape = { 1, 16, 16, WIDTH };
  const gsize size = pent_shape_n_elements (shape) * sizeof (float);
  PentTensor *x = pent_graph_input (graph, "x", shape, PENT_INPUT_DYNAMIC);
  PentWeight w = weight (2, WIDTH, 1), norm = weight (1, WIDTH, 1);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 20; i++)
    {
      PentTensor *h = pent_graph_layer_norm (graph, x, &norm, &norm, 1e-5);
      x = pent_graph_linear (graph, h, &w, NULL, PENT_ACTIVATION_NONE, x);
    }
  pent_graph_output (graph, x);
  g_autoptr (PentPlan) plan = pent_plan_new (graph, PENT_F32, 64, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pent_plan_get_arena_size (plan), ==, 2 * size);
  g_assert_cmpuint (pent_plan_get_weight_size (plan), ==, 20 * sizeof (float) * (WIDTH * WIDTH + 2 * WIDTH));
}

/* What leads to a latent or a picture is multiplied in f32 where the operand
 * type is bf16, and there alone. */
static void
test_last (void)
{
  static const struct { PentDtype operand; int channels; PentDtype stored; } cases[] = {
    { PENT_BF16, 3, PENT_F32 }, { PENT_BF16, 4, PENT_F32 }, { PENT_BF16, 5, PENT_BF16 }, { PENT_F16, 4, PENT_F16 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      PentGraph *graph = pent_graph_new ("last");
      PentTensor *x = pent_graph_input (graph, "x", (PentShape){ 1, 8, 8, WIDTH }, PENT_INPUT_DYNAMIC);
      PentWeight w = weight (4, cases[i].channels, 3), norm = weight (1, WIDTH, 1);
      PentConvOptions options = { .stride = 1, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1 };
      g_autoptr (GError) error = NULL;
      PentTensor *h = pent_graph_layer_norm (graph, x, &norm, &norm, 1e-5);
      pent_graph_output (graph, pent_graph_conv2d (graph, h, &w, NULL, &options));
      g_autoptr (PentPlan) plan = pent_plan_new (graph, cases[i].operand, 64, &error);

      g_assert_no_error (error);
      g_assert_cmpint (pent_plan_get_placement (plan, h)->dtype, ==, cases[i].stored);
      gsize n_weight = 9 * WIDTH * cases[i].channels;
      g_assert_cmpuint (pent_plan_get_weight_size (plan), ==,
                        n_weight * pent_dtype_size (cases[i].stored) + 2 * WIDTH * sizeof (float));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/plan/random/f32", GINT_TO_POINTER (PENT_F32), test_random);
  g_test_add_data_func ("/plan/random/f16", GINT_TO_POINTER (PENT_F16), test_random);
  g_test_add_data_func ("/plan/random/bf16", GINT_TO_POINTER (PENT_BF16), test_random);
  g_test_add_func ("/plan/chain", test_chain);
  g_test_add_func ("/plan/last", test_last);
  return g_test_run ();
}
