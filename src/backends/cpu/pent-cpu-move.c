/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Concatenation, upsampling, addition and casts: memory moved from end to end. */

#include "pent-cpu-step.h"

typedef struct
{
  PentCpuStep step;
  PentCpuView a, b, y;
  PentActivation activation; /* of a sum */
} MoveStep;

static guint8 *
element (const PentCpuView *view, void *data, gsize i)
{
  return (guint8 *) data + i * pent_dtype_size (view->dtype);
}

static gboolean
concat_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  MoveStep *self = (MoveStep *) step;
  gsize a_width = self->a.shape.c, b_width = self->b.shape.c, width = a_width + b_width;
  gsize n_rows = pent_shape_n_elements (self->y.shape) / width;
  void *a = pent_cpu_view_data (&self->a, frame), *b = pent_cpu_view_data (&self->b, frame);
  void *y = pent_cpu_view_data (&self->y, frame);

#pragma omp parallel for schedule(static)
  for (gsize row = 0; row < n_rows; row++)
    {
      frame->kernels->convert (self->y.dtype, element (&self->y, y, row * width), self->a.dtype,
                               element (&self->a, a, row * a_width), a_width);
      frame->kernels->convert (self->y.dtype, element (&self->y, y, row * width + a_width), self->b.dtype,
                               element (&self->b, b, row * b_width), b_width);
    }
  return TRUE;
}

static gboolean
upsample_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  MoveStep *self = (MoveStep *) step;
  PentShape from = self->a.shape, to = self->y.shape;
  void *x = pent_cpu_view_data (&self->a, frame), *y = pent_cpu_view_data (&self->y, frame);

#pragma omp parallel for schedule(static)
  for (gint64 row = 0; row < to.n * to.h; row++)
    {
      gint64 n = row / to.h, from_row = n * from.h + row % to.h / 2;
      for (gint64 column = 0; column < to.w; column++)
        frame->kernels->convert (self->y.dtype, element (&self->y, y, (row * to.w + column) * to.c), self->a.dtype,
                                 element (&self->a, x, (from_row * from.w + column / 2) * from.c), to.c);
    }
  return TRUE;
}

/* Elements one thread takes at a time. */
#define PIECE ((gsize) 1 << 14)

static gboolean
add_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  MoveStep *self = (MoveStep *) step;
  gsize n = pent_shape_n_elements (self->y.shape);
  const float *a = pent_cpu_view_data (&self->a, frame), *b = pent_cpu_view_data (&self->b, frame);
  void *y = pent_cpu_view_data (&self->y, frame);

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < n; i += PIECE)
    frame->kernels->add (self->y.dtype, element (&self->y, y, i), a + i, b + i, MIN (PIECE, n - i),
                         self->activation);
  return TRUE;
}

static gboolean
cast_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  MoveStep *self = (MoveStep *) step;
  gsize n = pent_shape_n_elements (self->y.shape);
  void *x = pent_cpu_view_data (&self->a, frame), *y = pent_cpu_view_data (&self->y, frame);

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < n; i += PIECE)
    frame->kernels->convert (self->y.dtype, element (&self->y, y, i), self->a.dtype, element (&self->a, x, i),
                             MIN (PIECE, n - i));
  return TRUE;
}

static void
move_step_free (PentCpuStep *step)
{
  g_free (step);
}

/**
 * pent_cpu_move_step_new:
 * @op: concat, upsample, add or cast
 */
PentCpuStep *
pent_cpu_move_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  MoveStep *self = g_new0 (MoveStep, 1);

  self->step.free = move_step_free;
  self->activation = op->activation;
  self->y = pent_cpu_maker_view (maker, op->output);
  self->a = pent_cpu_maker_view (maker, op->inputs[PENT_IN_A]);
  if (op->inputs[PENT_IN_B] != NULL)
    self->b = pent_cpu_maker_view (maker, op->inputs[PENT_IN_B]);
  self->step.run = op->kind == PENT_OP_CONCAT     ? concat_run
                   : op->kind == PENT_OP_UPSAMPLE ? upsample_run
                   : op->kind == PENT_OP_ADD      ? add_run
                                                  : cast_run;
  return &self->step;
}
