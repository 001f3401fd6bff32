/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-dnn.h"

G_BEGIN_DECLS

/**
 * PentCpuGather:
 *
 * A convolution as a product of matrices: the pixels under the kernel are
 * copied side by side, one row of kh * kw * in values for each pixel of the
 * output, in the order (row, column, channel). Worth it for small pictures of
 * many channels alone, where oneDNN's convolution reads the weights once for
 * each row of the output, and they do not fit the caches.
 */
typedef struct
{
  PentShape x, y;
  PentDtype dtype;
  gint64    kh, kw, stride, pad_top, pad_left;
} PentCpuGather;

gboolean pent_cpu_gather_is_better (const PentDnnSpec *spec);
void     pent_cpu_gather_init      (PentCpuGather *self, PentDnnSpec *spec);
gsize    pent_cpu_gather_get_size  (const PentCpuGather *self);
void     pent_cpu_gather_run       (const PentCpuGather *self, const void *x, void *rows);

G_END_DECLS
