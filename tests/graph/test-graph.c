/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shape rules of pent-graph.h: what fits, and what is an error instead. */
#define G_LOG_DOMAIN "pentimento"

#include <string.h>

#include "pent-error.h"
#include "pent-graph.h"

static const float zeros[16 * 16 * 9];

static PentWeight
weight (int n_dims, gint64 a, gint64 b, gint64 c, gint64 d)
{
  return (PentWeight){ .name = "layer.weight", .dtype = PENT_F32, .n_dims = n_dims, .dim = { a, b, c, d }, .data = zeros };
}

static PentTensor *
input (PentGraph *graph, gint64 n, gint64 h, gint64 w, gint64 c)
{
  return pent_graph_input (graph, "x", (PentShape){ n, h, w, c }, PENT_INPUT_DYNAMIC);
}

static void
assert_shape (PentTensor *tensor, gint64 n, gint64 h, gint64 w, gint64 c)
{
  g_assert_nonnull (tensor);
  g_assert_cmpint (tensor->shape.n, ==, n);
  g_assert_cmpint (tensor->shape.h, ==, h);
  g_assert_cmpint (tensor->shape.w, ==, w);
  g_assert_cmpint (tensor->shape.c, ==, c);
}

static void
test_shapes (void)
{
  g_autoptr (PentGraph) graph = pent_graph_new ("test");
  PentTensor *x = input (graph, 2, 9, 7, 8);
  PentWeight kernel = weight (4, 12, 8, 3, 3), bias = weight (1, 12, 1, 1, 1), matrix = weight (2, 12, 8, 1, 1);
  PentWeight one_by_one = weight (4, 12, 8, 1, 1), norm = weight (1, 8, 1, 1, 1), eight = weight (2, 8, 8, 1, 1);
  const PentConvOptions same = { .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1 };
  const PentConvOptions halve = { .stride = 2, .pad_bottom = 1, .pad_right = 1 };

  assert_shape (pent_graph_conv2d (graph, x, &kernel, &bias, &same), 2, 9, 7, 12);
  assert_shape (pent_graph_conv2d (graph, x, &kernel, NULL, &halve), 2, 4, 3, 12);
  assert_shape (pent_graph_conv2d (graph, x, &kernel, NULL, NULL), 2, 7, 5, 12);
  assert_shape (pent_graph_conv2d (graph, x, &matrix, NULL, NULL), 2, 9, 7, 12);
  assert_shape (pent_graph_linear (graph, x, &matrix, &bias, PENT_ACTIVATION_NONE, NULL), 2, 9, 7, 12);
  assert_shape (pent_graph_linear (graph, x, &one_by_one, NULL, PENT_ACTIVATION_SILU, NULL), 2, 9, 7, 12);
  assert_shape (pent_graph_linear (graph, x, &eight, NULL, PENT_ACTIVATION_NONE, x), 2, 9, 7, 8);
  assert_shape (pent_graph_geglu (graph, x, &matrix, &bias), 2, 9, 7, 6);
  assert_shape (pent_graph_group_norm (graph, x, &norm, &norm, 4, 1e-5, PENT_ACTIVATION_SILU), 2, 9, 7, 8);
  assert_shape (pent_graph_layer_norm (graph, x, &norm, NULL, 1e-5), 2, 9, 7, 8);
  assert_shape (pent_graph_attention (graph, x, x, x, 4, TRUE), 2, 9, 7, 8);
  PentTensor *context = input (graph, 2, 1, 77, 8);
  assert_shape (pent_graph_attention (graph, x, context, context, 2, FALSE), 2, 9, 7, 8);
  assert_shape (pent_graph_concat (graph, x, input (graph, 2, 9, 7, 5)), 2, 9, 7, 13);
  assert_shape (pent_graph_upsample (graph, x, 18, 14), 2, 18, 14, 8);
  assert_shape (pent_graph_upsample (graph, x, 17, 13), 2, 17, 13, 8);
  assert_shape (pent_graph_add (graph, x, x, PENT_ACTIVATION_NONE), 2, 9, 7, 8);
  g_assert_true (pent_graph_check (graph, NULL));
}

static void
test_static (void)
{
  g_autoptr (PentGraph) graph = pent_graph_new ("test");
  PentWeight matrix = weight (2, 8, 8, 1, 1);
  PentTensor *dynamic = input (graph, 1, 2, 2, 8);
  PentTensor *fixed = pent_graph_input (graph, "context", dynamic->shape, PENT_INPUT_STATIC);
  PentTensor *a = pent_graph_linear (graph, fixed, &matrix, NULL, PENT_ACTIVATION_NONE, NULL);
  PentTensor *b = pent_graph_linear (graph, a, &matrix, NULL, PENT_ACTIVATION_NONE, fixed);
  PentTensor *c = pent_graph_linear (graph, a, &matrix, NULL, PENT_ACTIVATION_NONE, dynamic);

  g_assert_true (a->is_static && b->is_static);
  g_assert_false (c->is_static);
  g_assert_false (pent_graph_attention (graph, a, b, c, 1, FALSE)->is_static);
}

/* Each of these builders makes one mistake. */

static PentTensor *
conv_channels (PentGraph *graph)
{
  PentWeight w = weight (4, 4, 3, 3, 3);
  return pent_graph_conv2d (graph, input (graph, 1, 8, 8, 4), &w, NULL, NULL);
}

static PentTensor *
conv_too_small (PentGraph *graph)
{
  PentWeight w = weight (4, 4, 4, 3, 3);
  return pent_graph_conv2d (graph, input (graph, 1, 8, 2, 4), &w, NULL, NULL);
}

static PentTensor *
conv_bias (PentGraph *graph)
{
  PentWeight w = weight (4, 4, 4, 1, 1), b = weight (1, 5, 1, 1, 1);
  return pent_graph_conv2d (graph, input (graph, 1, 8, 8, 4), &w, &b, NULL);
}

static PentTensor *
conv_channel_bias (PentGraph *graph)
{
  PentWeight w = weight (4, 4, 4, 1, 1);
  PentConvOptions options = { .channel_bias = input (graph, 1, 1, 1, 5) };
  return pent_graph_conv2d (graph, input (graph, 1, 8, 8, 4), &w, NULL, &options);
}

static PentTensor *
conv_residual (PentGraph *graph)
{
  PentWeight w = weight (4, 4, 4, 1, 1);
  PentConvOptions options = { .residual = input (graph, 1, 8, 7, 4) };
  return pent_graph_conv2d (graph, input (graph, 1, 8, 8, 4), &w, NULL, &options);
}

static PentTensor *
conv_of_vector (PentGraph *graph)
{
  PentWeight w = weight (1, 4, 1, 1, 1);
  return pent_graph_conv2d (graph, input (graph, 1, 8, 8, 4), &w, NULL, NULL);
}

static PentTensor *
linear_inputs (PentGraph *graph)
{
  PentWeight w = weight (2, 4, 5, 1, 1);
  return pent_graph_linear (graph, input (graph, 1, 8, 8, 4), &w, NULL, PENT_ACTIVATION_NONE, NULL);
}

static PentTensor *
linear_kernel (PentGraph *graph)
{
  PentWeight w = weight (4, 4, 4, 3, 3);
  return pent_graph_linear (graph, input (graph, 1, 8, 8, 4), &w, NULL, PENT_ACTIVATION_NONE, NULL);
}

static PentTensor *
linear_residual (PentGraph *graph)
{
  PentWeight w = weight (2, 5, 4, 1, 1);
  PentTensor *x = input (graph, 1, 8, 8, 4);
  return pent_graph_linear (graph, x, &w, NULL, PENT_ACTIVATION_NONE, x);
}

static PentTensor *
geglu_odd (PentGraph *graph)
{
  PentWeight w = weight (2, 5, 4, 1, 1);
  return pent_graph_geglu (graph, input (graph, 1, 8, 8, 4), &w, NULL);
}

static PentTensor *
norm_groups (PentGraph *graph)
{
  PentWeight w = weight (1, 8, 1, 1, 1);
  return pent_graph_group_norm (graph, input (graph, 1, 2, 2, 8), &w, &w, 3, 1e-5, PENT_ACTIVATION_NONE);
}

static PentTensor *
norm_channels (PentGraph *graph)
{
  PentWeight w = weight (1, 8, 1, 1, 1);
  return pent_graph_layer_norm (graph, input (graph, 1, 2, 2, 9), &w, &w, 1e-5);
}

static PentTensor *
attention_heads (PentGraph *graph)
{
  PentTensor *x = input (graph, 1, 2, 2, 8);
  return pent_graph_attention (graph, x, x, x, 3, FALSE);
}

static PentTensor *
attention_width (PentGraph *graph)
{
  PentTensor *k = input (graph, 1, 1, 5, 4);
  return pent_graph_attention (graph, input (graph, 1, 2, 2, 8), k, k, 2, FALSE);
}

static PentTensor *
attention_causal (PentGraph *graph)
{
  PentTensor *k = input (graph, 1, 1, 5, 8);
  return pent_graph_attention (graph, input (graph, 1, 2, 2, 8), k, k, 2, TRUE);
}

static PentTensor *
concat_sizes (PentGraph *graph)
{
  return pent_graph_concat (graph, input (graph, 1, 2, 2, 8), input (graph, 1, 2, 3, 8));
}

static PentTensor *
upsample_size (PentGraph *graph)
{
  return pent_graph_upsample (graph, input (graph, 1, 4, 4, 8), 8, 9);
}

static PentTensor *
add_shapes (PentGraph *graph)
{
  return pent_graph_add (graph, input (graph, 1, 4, 4, 8), input (graph, 2, 4, 4, 8), PENT_ACTIVATION_NONE);
}

static PentTensor *
input_empty (PentGraph *graph)
{
  return input (graph, 1, 0, 4, 8);
}

static PentTensor *
input_wraps (PentGraph *graph)
{
  return input (graph, G_MAXINT64 / 2, 4, 4, 8);
}

static PentTensor *
conv_wraps (PentGraph *graph)
{
  PentWeight w = weight (4, 16, 1, 3, 3);
  const PentConvOptions options = { .pad_top = G_MAXINT, .pad_left = G_MAXINT };
  return pent_graph_conv2d (graph, input (graph, 1, 1000, 1000, 1), &w, NULL, &options);
}

static const struct
{
  const char *name;
  PentTensor *(*build) (PentGraph *graph);
  PentError   code;   /* of the file, unless it is of the size */
} mistakes[] = {
  { "conv-channels", conv_channels, PENT_ERROR_FILE },
  { "conv-too-small", conv_too_small, PENT_ERROR_FILE },
  { "conv-bias", conv_bias, PENT_ERROR_FILE },
  { "conv-channel-bias", conv_channel_bias, PENT_ERROR_FILE },
  { "conv-residual", conv_residual, PENT_ERROR_FILE },
  { "conv-of-vector", conv_of_vector, PENT_ERROR_FILE },
  { "linear-inputs", linear_inputs, PENT_ERROR_FILE },
  { "linear-kernel", linear_kernel, PENT_ERROR_FILE },
  { "linear-residual", linear_residual, PENT_ERROR_FILE },
  { "geglu-odd", geglu_odd, PENT_ERROR_FILE },
  { "norm-groups", norm_groups, PENT_ERROR_FILE },
  { "norm-channels", norm_channels, PENT_ERROR_FILE },
  { "attention-heads", attention_heads, PENT_ERROR_FILE },
  { "attention-width", attention_width, PENT_ERROR_FILE },
  { "attention-causal", attention_causal, PENT_ERROR_FILE },
  { "concat-sizes", concat_sizes, PENT_ERROR_FILE },
  { "upsample-size", upsample_size, PENT_ERROR_FILE },
  { "add-shapes", add_shapes, PENT_ERROR_FILE },
  { "input-empty", input_empty, PENT_ERROR_MEMORY },
  { "input-wraps", input_wraps, PENT_ERROR_MEMORY },
  { "conv-wraps", conv_wraps, PENT_ERROR_MEMORY },
};

/* The mistake gives NULL, NULL passes through what follows, and the check at
 * the end tells of the mistake and of the model. */
static void
test_mistake (gconstpointer data)
{
  PentTensor *(*build) (PentGraph *graph) = mistakes[GPOINTER_TO_INT (data)].build;
  g_autoptr (PentGraph) graph = pent_graph_new ("UNet");
  g_autoptr (GError) error = NULL;
  PentWeight w = weight (2, 8, 8, 1, 1), norm = weight (1, 8, 1, 1, 1);

  PentTensor *x = build (graph);
  g_assert_null (x);
  x = pent_graph_linear (graph, x, &w, NULL, PENT_ACTIVATION_NONE, NULL);
  x = pent_graph_conv2d (graph, x, &w, NULL, NULL);
  x = pent_graph_geglu (graph, x, &w, NULL);
  x = pent_graph_layer_norm (graph, x, &norm, &norm, 1e-5);
  x = pent_graph_group_norm (graph, x, &norm, &norm, 1, 1e-5, PENT_ACTIVATION_NONE);
  x = pent_graph_attention (graph, x, x, x, 1, FALSE);
  x = pent_graph_upsample (graph, x, 2, 2);
  x = pent_graph_add (graph, x, x, PENT_ACTIVATION_NONE);
  x = pent_graph_concat (graph, x, x);
  g_assert_null (x);
  pent_graph_output (graph, x);

  g_assert_false (pent_graph_check (graph, &error));
  g_assert_error (error, PENT_ERROR, mistakes[GPOINTER_TO_INT (data)].code);
  g_assert_nonnull (strstr (error->message, "UNet"));
}

/* Nothing more is built behind a mistake, even of parts that are sound. */
static void
test_first_mistake (void)
{
  g_autoptr (PentGraph) graph = pent_graph_new ("UNet");
  PentWeight w = weight (2, 4, 4, 1, 1);
  PentTensor *x = input (graph, 1, 2, 2, 4);
  g_autoptr (GError) error = NULL;

  g_assert_null (norm_groups (graph));
  guint n_ops = pent_graph_get_n_ops (graph);
  g_assert_null (pent_graph_linear (graph, x, &w, NULL, PENT_ACTIVATION_NONE, NULL));
  g_assert_null (conv_channels (graph));
  g_assert_cmpuint (pent_graph_get_n_ops (graph), ==, n_ops);
  g_assert_false (pent_graph_check (graph, &error));
  g_assert_nonnull (strstr (error->message, "norm"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/shapes", test_shapes);
  g_test_add_func ("/graph/static", test_static);
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autofree char *name = g_strconcat ("/graph/mistake/", mistakes[i].name, NULL);
      g_test_add_data_func (name, GINT_TO_POINTER (i), test_mistake);
    }
  g_test_add_func ("/graph/first-mistake", test_first_mistake);
  return g_test_run ();
}
