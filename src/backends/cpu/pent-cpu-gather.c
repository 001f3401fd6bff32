/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-gather.h"

#include <string.h>

/* Pixels of one item's output, at most: copies of more cost what they save.
 * Counted by item, so that it does not depend on the batch how an item is
 * computed. */
#define MAX_PIXELS 64

/* Output channels that oneDNN's convolution computes together, and bytes of
 * their weights that stay in a second-level cache. */
#define TOGETHER   64
#define CACHE_SIZE (1 << 21)

/**
 * pent_cpu_gather_is_better:
 * @spec: a convolution's
 *
 * Measured with oneDNN 2.6 on a Xeon with 2 MiB of second-level cache: 2560 to
 * 1280 channels at 8x8 in f32 1.6 times as fast, 1280 to 1280 at 4x4 1.65 times.
 */
gboolean
pent_cpu_gather_is_better (const PentDnnSpec *spec)
{
  gint64 width = spec->kh * spec->kw * spec->x.c;

  return spec->y.h * spec->y.w <= MAX_PIXELS && width * TOGETHER * pent_dtype_size (spec->operand) > CACHE_SIZE;
}

/**
 * pent_cpu_gather_init:
 * @spec: (inout): a convolution's; becomes that of the product of matrices,
 *   whose weights are in the order (out, kh, kw, in)
 */
void
pent_cpu_gather_init (PentCpuGather *self, PentDnnSpec *spec)
{
  *self = (PentCpuGather) {
    .x = spec->x, .y = spec->y, .dtype = spec->operand, .kh = spec->kh, .kw = spec->kw, .stride = spec->stride,
    .pad_top = spec->pad_top, .pad_left = spec->pad_left,
  };
  spec->x = (PentShape) { spec->y.n, spec->y.h, spec->y.w, spec->kh * spec->kw * spec->x.c };
  spec->kh = spec->kw = 0;
}

/**
 * pent_cpu_gather_get_size:
 *
 * Returns: bytes of all rows
 */
gsize
pent_cpu_gather_get_size (const PentCpuGather *self)
{
  return self->y.n * self->y.h * self->y.w * self->kh * self->kw * self->x.c * pent_dtype_size (self->dtype);
}

/* The pixels under the kernel for one pixel of the output; zeros beyond the
 * picture. */
static void
gather_row (const PentCpuGather *self, const guint8 *x, gint64 n, gint64 oy, gint64 ox, guint8 *row)
{
  gsize pixel = self->x.c * pent_dtype_size (self->dtype);

  for (gint64 ky = 0; ky < self->kh; ky++)
    for (gint64 kx = 0; kx < self->kw; kx++, row += pixel)
      {
        gint64 y = oy * self->stride + ky - self->pad_top, column = ox * self->stride + kx - self->pad_left;
        if (y < 0 || y >= self->x.h || column < 0 || column >= self->x.w)
          memset (row, 0, pixel);
        else
          memcpy (row, x + ((n * self->x.h + y) * self->x.w + column) * pixel, pixel);
      }
}

/**
 * pent_cpu_gather_run:
 * @rows: (out): (n h w of the output, kh kw in)
 */
void
pent_cpu_gather_run (const PentCpuGather *self, const void *x, void *rows)
{
  gint64 n_rows = self->y.n * self->y.h * self->y.w;
  gsize row_size = pent_cpu_gather_get_size (self) / n_rows;

#pragma omp parallel for schedule(static)
  for (gint64 i = 0; i < n_rows; i++)
    gather_row (self, x, i / (self->y.h * self->y.w), i / self->y.w % self->y.h, i % self->y.w,
                (guint8 *) rows + i * row_size);
}
