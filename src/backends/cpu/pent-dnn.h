/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-graph.h"

G_BEGIN_DECLS

/**
 * PentDnn:
 *
 * oneDNN's engine on the processor. All of oneDNN's calls stand in pent-dnn.c,
 * for versions 2 and 3.
 */
typedef struct _PentDnn PentDnn;

PentDnn *pent_dnn_new  (GError **error);
void     pent_dnn_free (PentDnn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentDnn, pent_dnn_free)

char    *pent_dnn_dup_version     (void);
gboolean pent_dnn_multiplies_bf16 (void);
gboolean pent_dnn_has_bf16_tiles  (void);

typedef enum
{
  PENT_DNN_LAST_NONE,
  PENT_DNN_LAST_ACCUMULATE,   /* y += */
  PENT_DNN_LAST_ADD,          /* other + */
  PENT_DNN_LAST_MULTIPLY,     /* other * */
} PentDnnLast;

/**
 * PentDnnSpec:
 * @x: (n, h, w, in), element type @operand
 * @y: (n, h, w, out), element type @output
 * @kh: rows of the kernel; 0 is a product of matrices, of n h w rows of x with
 *   a weight of (out, in)
 * @last: what is done after the activation, with an array of y's shape
 *
 * y = last (act (x * weight + bias)). Weights and x have the element type
 * @operand, the bias f32.
 */
typedef struct
{
  PentShape      x;
  PentShape      y;
  PentDtype      operand;
  PentDtype      output;
  gint64         kh, kw;
  gint64         stride;
  gint64         pad_top, pad_left, pad_bottom, pad_right;
  gboolean       has_bias;
  PentActivation activation;
  PentDnnLast    last;
  PentDtype      other;
} PentDnnSpec;

/* How a primitive wants its weights to lie. */
typedef struct _PentDnnLayout PentDnnLayout;

PentDnnLayout *pent_dnn_layout_ref      (PentDnnLayout *self);
void           pent_dnn_layout_unref    (PentDnnLayout *self);
gboolean       pent_dnn_layout_equal    (const PentDnnLayout *a, const PentDnnLayout *b);
gsize          pent_dnn_layout_get_size (const PentDnnLayout *self);
gboolean       pent_dnn_layout_pack     (const PentDnnLayout *self, const void *plain, void *packed, GError **error);

/**
 * PentDnnProduct:
 *
 * A primitive: a convolution or a product of matrices.
 */
typedef struct _PentDnnProduct PentDnnProduct;

PentDnnProduct *pent_dnn_product_new              (PentDnn *dnn, const PentDnnSpec *spec, GError **error);
void            pent_dnn_product_free             (PentDnnProduct *self);
PentDnnLayout  *pent_dnn_product_get_layout       (PentDnnProduct *self);
gsize           pent_dnn_product_get_scratch_size (PentDnnProduct *self);
gboolean        pent_dnn_product_run              (PentDnnProduct *self, const void *x, const void *weights,
                                                   const float *bias, const void *other, void *y, void *scratch,
                                                   GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentDnnProduct, pent_dnn_product_free)

G_END_DECLS
