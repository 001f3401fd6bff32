/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"
#include "pent-op-cost.h"

G_BEGIN_DECLS

/**
 * PentRoofline:
 * @operations: multiplications and additions a second
 * @bytes: read and written a second
 *
 * The most a device was seen to do, by measuring: dense products of matrices,
 * and sums of tensors too large for a cache.
 */
typedef struct
{
  double operations;
  double bytes;
} PentRoofline;

gboolean pent_roofline_measure (PentRoofline *self, PentBackend *backend, PentDtype operand, GCancellable *cancellable,
                                GError **error);
double   pent_roofline_seconds (const PentRoofline *self, const PentOpCost *cost);

G_END_DECLS
