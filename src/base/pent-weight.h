/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-dtype.h"

G_BEGIN_DECLS

#define PENT_WEIGHT_MAX_DIMS 4

/**
 * PentWeight:
 * @name: the tensor's name in its file, for error messages; owned by the model
 * @dtype: element type as stored
 * @n_dims: 1 to %PENT_WEIGHT_MAX_DIMS
 * @dim: sizes, outermost first, row-major; every one at least 1
 * @data: the elements where the file is mapped, possibly unaligned; owned by
 *   the model they came from
 *
 * A read-only view of one trained tensor. Layouts are those of PyTorch:
 * a linear layer is (out, in), a convolution (out, in, height, width), a norm
 * or a bias (channels), an embedding (entries, width).
 */
typedef struct _PentWeight PentWeight;

struct _PentWeight
{
  const char   *name;
  PentDtype     dtype;
  int           n_dims;
  gint64        dim[PENT_WEIGHT_MAX_DIMS];
  const void   *data;
  void        (*release) (const PentWeight *self);
  gconstpointer owner;
};

static inline gsize
pent_weight_n_elements (const PentWeight *weight)
{
  gsize n = 1;
  for (int i = 0; i < weight->n_dims; i++)
    n *= weight->dim[i];
  return n;
}

/* A device has its own copy now: the memory behind the view may be reused until
 * the data are read again, which is allowed and slow. */
static inline void
pent_weight_release (const PentWeight *weight)
{
  if (weight->release != NULL)
    weight->release (weight);
}

G_END_DECLS
