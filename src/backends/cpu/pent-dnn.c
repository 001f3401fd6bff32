/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-dnn.h"

#include "pent-error.h"

#include <glib/gi18n-lib.h>
#include <oneapi/dnnl/dnnl.h>

/* Memory descriptors are plain structs in version 2 and opaque in version 3;
 * here both are pointers, owned or constant. */
#if DNNL_VERSION_MAJOR < 3
typedef dnnl_memory_desc_t *Desc;
typedef const dnnl_memory_desc_t *ConstDesc;
#else
typedef dnnl_memory_desc_t Desc;
typedef const_dnnl_memory_desc_t ConstDesc;
#endif

struct _PentDnn
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;
};

struct _PentDnnLayout
{
  int      refs;
  PentDnn *dnn;      /* not owned */
  Desc     plain;    /* PyTorch's order, in the operand's element type */
  Desc     packed;
};

struct _PentDnnProduct
{
  PentDnn              *dnn;   /* not owned */
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t      primitive;
  PentDnnLayout        *layout;
  dnnl_memory_t         x, weights, bias, y, other, scratch;   /* views of what a run is given */
  const void           *weights_data;
  int                   other_index;                           /* of the post-operation that reads it */
};

/* Returns whether @status is success; sets the error where it is not. */
static gboolean
check (dnnl_status_t status, const char *what, GError **error)
{
  if (status == dnnl_success)
    return TRUE;
  if (status == dnnl_out_of_memory)
    g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                 _("There is not enough memory to %s; close other programs or ask for a smaller picture"), what);
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE, _("oneDNN cannot %s (status %d); try another device"), what,
                 (int) status);
  return FALSE;
}

/**
 * pent_dnn_new:
 *
 * Returns: (transfer full): the engine, to outlive what is made with it;
 *   %NULL with %PENT_ERROR_DEVICE
 */
PentDnn *
pent_dnn_new (GError **error)
{
  g_autoptr (PentDnn) self = g_new0 (PentDnn, 1);

  if (!check (dnnl_engine_create (&self->engine, dnnl_cpu, 0), "open the processor", error)
      || !check (dnnl_stream_create (&self->stream, self->engine, dnnl_stream_default_flags), "open a stream", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pent_dnn_free (PentDnn *self)
{
  if (self->stream != NULL)
    dnnl_stream_destroy (self->stream);
  if (self->engine != NULL)
    dnnl_engine_destroy (self->engine);
  g_free (self);
}

/**
 * pent_dnn_dup_version:
 *
 * Returns: (transfer full): the version at run time: "2.6.3"
 */
char *
pent_dnn_dup_version (void)
{
  const dnnl_version_t *version = dnnl_version ();

  return g_strdup_printf ("%d.%d.%d", version->major, version->minor, version->patch);
}

/* Values of dnnl_cpu_isa_t are sets of bits. */
static gboolean
has_isa (int isa)
{
  return ((int) dnnl_get_effective_cpu_isa () & isa) == isa;
}

/**
 * pent_dnn_multiplies_bf16:
 *
 * Returns: whether the processor has an instruction for it, so that oneDNN
 *   need not emulate it at a fraction of the speed of f32
 */
gboolean
pent_dnn_multiplies_bf16 (void)
{
  return has_isa (dnnl_cpu_isa_avx512_core_bf16);
}

/**
 * pent_dnn_has_bf16_tiles:
 *
 * Returns: whether the processor multiplies tiles of bf16 (AMX)
 */
gboolean
pent_dnn_has_bf16_tiles (void)
{
  return has_isa (dnnl_cpu_isa_avx512_core_amx);
}

/* Descriptors: the same few calls, spelled for each version. */

static Desc
desc_new (int n_dims, const dnnl_dims_t dims, PentDtype dtype, dnnl_format_tag_t tag)
{
  dnnl_data_type_t type = dtype == PENT_BF16 ? dnnl_bf16 : dnnl_f32;
#if DNNL_VERSION_MAJOR < 3
  Desc desc = g_new0 (dnnl_memory_desc_t, 1);
  dnnl_status_t status = dnnl_memory_desc_init_by_tag (desc, n_dims, dims, type, tag);
#else
  Desc desc = NULL;
  dnnl_status_t status = dnnl_memory_desc_create_with_tag (&desc, n_dims, dims, type, tag);
#endif
  g_assert (status == dnnl_success);
  return desc;
}

static Desc
desc_copy (ConstDesc desc)
{
#if DNNL_VERSION_MAJOR < 3
  return g_memdup2 (desc, sizeof *desc);
#else
  Desc copy = NULL;
  dnnl_status_t status = dnnl_memory_desc_clone (&copy, desc);
  g_assert (status == dnnl_success);
  return copy;
#endif
}

static void
desc_free (Desc desc)
{
  if (desc == NULL)
    return;
#if DNNL_VERSION_MAJOR < 3
  g_free (desc);
#else
  dnnl_memory_desc_destroy (desc);
#endif
}

static dnnl_status_t
append_eltwise (dnnl_post_ops_t ops, dnnl_alg_kind_t kind, float alpha)
{
#if DNNL_VERSION_MAJOR < 3
  return dnnl_post_ops_append_eltwise (ops, 1, kind, alpha, 0);
#else
  return dnnl_post_ops_append_eltwise (ops, kind, alpha, 0);
#endif
}

static dnnl_status_t
append_sum (dnnl_post_ops_t ops)
{
#if DNNL_VERSION_MAJOR < 3
  return dnnl_post_ops_append_sum (ops, 1);
#else
  return dnnl_post_ops_append_sum (ops, 1, 0, dnnl_data_type_undef);
#endif
}

/* Everything that describes a product before it is made. */
typedef struct
{
  Desc                  x, weights, plain, bias, y, other;
  dnnl_post_ops_t       ops;
  dnnl_primitive_attr_t attributes;
  int                   other_index;
} Draft;

static void
draft_clear (Draft *draft)
{
  desc_free (draft->x);
  desc_free (draft->weights);
  desc_free (draft->plain);
  desc_free (draft->bias);
  desc_free (draft->y);
  desc_free (draft->other);
  if (draft->ops != NULL)
    dnnl_post_ops_destroy (draft->ops);
  if (draft->attributes != NULL)
    dnnl_primitive_attr_destroy (draft->attributes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

static void
describe_convolution (Draft *draft, const PentDnnSpec *spec)
{
  const dnnl_dims_t x = { spec->x.n, spec->x.c, spec->x.h, spec->x.w };
  const dnnl_dims_t y = { spec->y.n, spec->y.c, spec->y.h, spec->y.w };
  const dnnl_dims_t weights = { spec->y.c, spec->x.c, spec->kh, spec->kw };
  const dnnl_dims_t bias = { spec->y.c };

  draft->x = desc_new (4, x, spec->operand, dnnl_nhwc);
  draft->y = desc_new (4, y, spec->output, dnnl_nhwc);
  draft->other = desc_new (4, y, spec->other, dnnl_nhwc);
  draft->weights = desc_new (4, weights, spec->operand, dnnl_format_tag_any);
  draft->plain = desc_new (4, weights, spec->operand, dnnl_oihw);
  if (spec->has_bias)
    draft->bias = desc_new (1, bias, PENT_F32, dnnl_a);
}

static void
describe_matrices (Draft *draft, const PentDnnSpec *spec)
{
  gint64 n_rows = spec->x.n * spec->x.h * spec->x.w;
  const dnnl_dims_t x = { n_rows, spec->x.c }, y = { n_rows, spec->y.c };
  const dnnl_dims_t weights = { spec->x.c, spec->y.c }, bias = { 1, spec->y.c };

  draft->x = desc_new (2, x, spec->operand, dnnl_ab);
  draft->y = desc_new (2, y, spec->output, dnnl_ab);
  draft->other = desc_new (2, y, spec->other, dnnl_ab);
  draft->weights = desc_new (2, weights, spec->operand, dnnl_format_tag_any);
  draft->plain = desc_new (2, weights, spec->operand, dnnl_ba);
  if (spec->has_bias)
    draft->bias = desc_new (2, bias, PENT_F32, dnnl_ab);
}

static dnnl_status_t
append_activation (Draft *draft, PentActivation activation)
{
  switch (activation)
    {
    case PENT_ACTIVATION_SILU:
      return append_eltwise (draft->ops, dnnl_eltwise_swish, 1);
    case PENT_ACTIVATION_QUICK_GELU:
      return append_eltwise (draft->ops, dnnl_eltwise_swish, 1.702f);
    case PENT_ACTIVATION_RELU:
      return append_eltwise (draft->ops, dnnl_eltwise_relu, 0);
    case PENT_ACTIVATION_GELU:
      return append_eltwise (draft->ops, dnnl_eltwise_gelu_erf, 0);
    case PENT_ACTIVATION_NONE:
    default:
      return dnnl_success;
    }
}

static dnnl_status_t
append_last (Draft *draft, PentDnnLast last)
{
  draft->other_index = dnnl_post_ops_len (draft->ops);
  switch (last)
    {
    case PENT_DNN_LAST_ACCUMULATE:
      return append_sum (draft->ops);
    case PENT_DNN_LAST_ADD:
      return dnnl_post_ops_append_binary (draft->ops, dnnl_binary_add, draft->other);
    case PENT_DNN_LAST_MULTIPLY:
      return dnnl_post_ops_append_binary (draft->ops, dnnl_binary_mul, draft->other);
    case PENT_DNN_LAST_NONE:
    default:
      return dnnl_success;
    }
}

static dnnl_status_t
describe_rest (Draft *draft, const PentDnnSpec *spec)
{
  dnnl_status_t status = dnnl_post_ops_create (&draft->ops);

  if (status == dnnl_success)
    status = append_activation (draft, spec->activation);
  if (status == dnnl_success)
    status = append_last (draft, spec->last);
  if (status == dnnl_success)
    status = dnnl_primitive_attr_create (&draft->attributes);
  if (status == dnnl_success)
    status = dnnl_primitive_attr_set_post_ops (draft->attributes, draft->ops);
  if (status == dnnl_success)
    status = dnnl_primitive_attr_set_scratchpad_mode (draft->attributes, dnnl_scratchpad_mode_user);
  return status;
}

static dnnl_status_t
make_convolution (dnnl_primitive_desc_t *desc, PentDnn *dnn, const Draft *draft, const PentDnnSpec *spec)
{
  const dnnl_dims_t strides = { spec->stride, spec->stride };
  const dnnl_dims_t before = { spec->pad_top, spec->pad_left }, after = { spec->pad_bottom, spec->pad_right };
#if DNNL_VERSION_MAJOR < 3
  dnnl_convolution_desc_t op;
  dnnl_status_t status
      = dnnl_convolution_forward_desc_init (&op, dnnl_forward_inference, dnnl_convolution_direct, draft->x,
                                            draft->weights, draft->bias, draft->y, strides, before, after);
  if (status != dnnl_success)
    return status;
  return dnnl_primitive_desc_create (desc, &op, draft->attributes, dnn->engine, NULL);
#else
  const dnnl_dims_t dilates = { 0, 0 };
  return dnnl_convolution_forward_primitive_desc_create (
      desc, dnn->engine, dnnl_forward_inference, dnnl_convolution_direct, draft->x, draft->weights, draft->bias,
      draft->y, strides, dilates, before, after, draft->attributes);
#endif
}

static dnnl_status_t
make_matrices (dnnl_primitive_desc_t *desc, PentDnn *dnn, const Draft *draft)
{
#if DNNL_VERSION_MAJOR < 3
  dnnl_matmul_desc_t op;
  dnnl_status_t status = dnnl_matmul_desc_init (&op, draft->x, draft->weights, draft->bias, draft->y);
  if (status != dnnl_success)
    return status;
  return dnnl_primitive_desc_create (desc, &op, draft->attributes, dnn->engine, NULL);
#else
  return dnnl_matmul_primitive_desc_create (desc, dnn->engine, draft->x, draft->weights, draft->bias, draft->y,
                                            draft->attributes);
#endif
}

static PentDnnLayout *
layout_new (PentDnn *dnn, ConstDesc plain, ConstDesc packed)
{
  PentDnnLayout *self = g_new0 (PentDnnLayout, 1);

  self->refs = 1;
  self->dnn = dnn;
  self->plain = desc_copy (plain);
  self->packed = desc_copy (packed);
  return self;
}

PentDnnLayout *
pent_dnn_layout_ref (PentDnnLayout *self)
{
  self->refs++;
  return self;
}

void
pent_dnn_layout_unref (PentDnnLayout *self)
{
  if (--self->refs > 0)
    return;
  desc_free (self->plain);
  desc_free (self->packed);
  g_free (self);
}

/**
 * pent_dnn_layout_equal:
 *
 * Returns: whether what was packed for one may be used for the other
 */
gboolean
pent_dnn_layout_equal (const PentDnnLayout *a, const PentDnnLayout *b)
{
  return dnnl_memory_desc_equal (a->plain, b->plain) && dnnl_memory_desc_equal (a->packed, b->packed);
}

gsize
pent_dnn_layout_get_size (const PentDnnLayout *self)
{
  return dnnl_memory_desc_get_size (self->packed);
}

/**
 * pent_dnn_layout_pack:
 * @plain: weights in PyTorch's order and the operand's element type, aligned
 * @packed: (out): pent_dnn_layout_get_size() bytes
 */
gboolean
pent_dnn_layout_pack (const PentDnnLayout *self, const void *plain, void *packed, GError **error)
{
  dnnl_engine_t engine = self->dnn->engine;
  dnnl_memory_t from = NULL, to = NULL;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_t reorder = NULL;

  dnnl_status_t status = dnnl_memory_create (&from, self->plain, engine, (void *) plain);
  if (status == dnnl_success)
    status = dnnl_memory_create (&to, self->packed, engine, packed);
  if (status == dnnl_success)
    status = dnnl_reorder_primitive_desc_create (&desc, self->plain, engine, self->packed, engine, NULL);
  if (status == dnnl_success)
    status = dnnl_primitive_create (&reorder, desc);
  if (status == dnnl_success)
    {
      const dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, from }, { DNNL_ARG_TO, to } };
      status = dnnl_primitive_execute (reorder, self->dnn->stream, G_N_ELEMENTS (args), args);
    }
  if (status == dnnl_success)
    status = dnnl_stream_wait (self->dnn->stream);

  if (reorder != NULL)
    dnnl_primitive_destroy (reorder);
  if (desc != NULL)
    dnnl_primitive_desc_destroy (desc);
  if (to != NULL)
    dnnl_memory_destroy (to);
  if (from != NULL)
    dnnl_memory_destroy (from);
  return check (status, "reorder the weights", error);
}

/* A view that is pointed at its data when the product is run. */
static dnnl_status_t
view_new (PentDnn *dnn, ConstDesc desc, dnnl_memory_t *view)
{
  if (desc == NULL || dnnl_memory_desc_get_size (desc) == 0)
    return dnnl_success;
  return dnnl_memory_create (view, desc, dnn->engine, DNNL_MEMORY_NONE);
}

static dnnl_status_t
make_views (PentDnnProduct *self, const Draft *draft, PentDnnLast last)
{
  gboolean reads_other = last == PENT_DNN_LAST_ADD || last == PENT_DNN_LAST_MULTIPLY;
  const struct { ConstDesc desc; dnnl_memory_t *view; } views[] = {
    { draft->x, &self->x },
    { self->layout->packed, &self->weights },
    { draft->bias, &self->bias },
    { draft->y, &self->y },
    { reads_other ? draft->other : NULL, &self->other },
    { dnnl_primitive_desc_query_md (self->desc, dnnl_query_scratchpad_md, 0), &self->scratch },
  };
  dnnl_status_t status = dnnl_success;

  for (guint i = 0; i < G_N_ELEMENTS (views) && status == dnnl_success; i++)
    status = view_new (self->dnn, views[i].desc, views[i].view);
  return status;
}

/**
 * pent_dnn_product_new:
 * @dnn: to outlive the product
 *
 * Returns: (transfer full): the primitive, made for this processor; %NULL with
 *   %PENT_ERROR_DEVICE or %PENT_ERROR_MEMORY
 */
PentDnnProduct *
pent_dnn_product_new (PentDnn *dnn, const PentDnnSpec *spec, GError **error)
{
  g_autoptr (PentDnnProduct) self = g_new0 (PentDnnProduct, 1);
  g_auto (Draft) draft = { 0 };

  self->dnn = dnn;
  if (spec->kh > 0)
    describe_convolution (&draft, spec);
  else
    describe_matrices (&draft, spec);
  dnnl_status_t status = describe_rest (&draft, spec);
  if (status == dnnl_success && spec->kh > 0)
    status = make_convolution (&self->desc, dnn, &draft, spec);
  else if (status == dnnl_success)
    status = make_matrices (&self->desc, dnn, &draft);
  if (status == dnnl_success)
    status = dnnl_primitive_create (&self->primitive, self->desc);
  if (status == dnnl_success)
    {
      ConstDesc weights = dnnl_primitive_desc_query_md (self->desc, dnnl_query_weights_md, 0);
      self->layout = layout_new (dnn, draft.plain, weights);
      self->other_index = draft.other_index;
      status = make_views (self, &draft, spec->last);
    }
  if (!check (status, spec->kh > 0 ? "make a convolution" : "make a product of matrices", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pent_dnn_product_free (PentDnnProduct *self)
{
  const dnnl_memory_t views[] = { self->x, self->weights, self->bias, self->y, self->other, self->scratch };

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    if (views[i] != NULL)
      dnnl_memory_destroy (views[i]);
  if (self->primitive != NULL)
    dnnl_primitive_destroy (self->primitive);
  if (self->desc != NULL)
    dnnl_primitive_desc_destroy (self->desc);
  g_clear_pointer (&self->layout, pent_dnn_layout_unref);
  g_free (self);
}

/**
 * pent_dnn_product_get_layout:
 *
 * Returns: (transfer none): how the weights given to a run must lie
 */
PentDnnLayout *
pent_dnn_product_get_layout (PentDnnProduct *self)
{
  return self->layout;
}

/**
 * pent_dnn_product_get_scratch_size:
 *
 * Returns: bytes a run needs beside its arguments
 */
gsize
pent_dnn_product_get_scratch_size (PentDnnProduct *self)
{
  return dnnl_memory_desc_get_size (dnnl_primitive_desc_query_md (self->desc, dnnl_query_scratchpad_md, 0));
}

/**
 * pent_dnn_product_run:
 * @weights: packed by the product's layout
 * @bias: (nullable): where the spec has one
 * @other: (nullable): where the spec's last reads one
 * @scratch: pent_dnn_product_get_scratch_size() bytes, aligned to a cache line
 *
 * Runs on all threads, and to its end.
 */
gboolean
pent_dnn_product_run (PentDnnProduct *self, const void *x, const void *weights, const float *bias, const void *other,
                      void *y, void *scratch, GError **error)
{
  const struct { dnnl_memory_t view; int arg; const void *data; } given[] = {
    { self->x, DNNL_ARG_SRC, x },
    { self->bias, DNNL_ARG_BIAS, bias },
    { self->y, DNNL_ARG_DST, y },
    { self->other, DNNL_ARG_ATTR_MULTIPLE_POST_OP (self->other_index) | DNNL_ARG_SRC_1, other },
    { self->scratch, DNNL_ARG_SCRATCHPAD, scratch },
  };
  dnnl_exec_arg_t args[G_N_ELEMENTS (given) + 1];
  int n_args = 0;
  dnnl_status_t status = dnnl_success;

  for (guint i = 0; i < G_N_ELEMENTS (given) && status == dnnl_success; i++)
    if (given[i].view != NULL)
      {
        args[n_args++] = (dnnl_exec_arg_t) { given[i].arg, given[i].view };
        status = dnnl_memory_set_data_handle (given[i].view, (void *) given[i].data);
      }

  /* Version 2 writes zeros to the padding of what a view is pointed at, so
   * this is done once. */
  if (status == dnnl_success && self->weights_data != weights)
    {
      status = dnnl_memory_set_data_handle (self->weights, (void *) weights);
      self->weights_data = weights;
    }
  args[n_args++] = (dnnl_exec_arg_t) { DNNL_ARG_WEIGHTS, self->weights };
  if (status == dnnl_success)
    status = dnnl_primitive_execute (self->primitive, self->dnn->stream, n_args, args);
  if (status == dnnl_success)
    status = dnnl_stream_wait (self->dnn->stream);
  return check (status, "run an operator", error);
}
