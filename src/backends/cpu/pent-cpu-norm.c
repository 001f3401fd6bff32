/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Group norm and layer norm. */

#include "pent-cpu-step.h"

#include <math.h>

typedef struct
{
  PentCpuStep    step;
  PentCpuView    x, y;
  float         *weight;        /* (c) */
  float         *bias;          /* (c) */
  const float   *moved_bias;    /* (n, c), (nullable): to be added to x first; the convolution's */
  double         eps;
  gsize          groups;
  PentActivation activation;
  gsize          piece;         /* pixels, or rows, looked at together */
  gsize          n_pieces;      /* of one item of the batch */
} NormStep;

/* Elements of a piece. The division does not depend on the number of threads,
 * and so neither do the sums. */
#define PIECE_ELEMENTS 32768

/* Of one item: by piece and channel the mean and squares of PentCpuKernels'
 * moments; by channel what normalises it. All in scratch memory. */
typedef struct
{
  float *means;      /* (n, pieces, c) */
  float *squares;    /* (n, pieces, c) */
  float *mean;       /* (n, c) */
  float *scale;      /* (n, c) */
} Moments;

static gsize
cut_moments (const NormStep *self, float *scratch, Moments *moments)
{
  gsize by_channel = self->x.shape.n * self->x.shape.c, by_piece = by_channel * self->n_pieces;

  if (scratch != NULL)
    *moments = (Moments) { scratch, scratch + by_piece, scratch + 2 * by_piece, scratch + 2 * by_piece + by_channel };
  return (2 * by_piece + 2 * by_channel) * sizeof (float);
}

static gsize
piece_pixels (const NormStep *self, gsize piece)
{
  gsize n_pixels = self->x.shape.h * self->x.shape.w;

  return MIN (self->piece, n_pixels - piece * self->piece);
}

/* Joins the moments of one group's channels over all pieces (Chan, Golub and
 * LeVeque 1979, "Updating formulae and a pairwise algorithm for computing
 * sample variances") and turns them into the channels' mean and scale. */
static void
join_group (const NormStep *self, const Moments *moments, gsize n, gsize group)
{
  gsize channels = self->x.shape.c, width = channels / self->groups, c0 = group * width;
  const float *moved = self->moved_bias != NULL ? self->moved_bias + n * channels : NULL;
  double count = (double) self->x.shape.h * self->x.shape.w * width, sum = 0, squares = 0;

  for (gsize piece = 0; piece < self->n_pieces; piece++)
    for (gsize c = c0; c < c0 + width; c++)
      sum += piece_pixels (self, piece)
             * (moments->means[(n * self->n_pieces + piece) * channels + c] + (moved != NULL ? moved[c] : 0.0));
  double mean = sum / count;
  for (gsize piece = 0; piece < self->n_pieces; piece++)
    for (gsize c = c0; c < c0 + width; c++)
      {
        gsize i = (n * self->n_pieces + piece) * channels + c;
        double away = moments->means[i] + (moved != NULL ? moved[c] : 0.0) - mean;
        squares += moments->squares[i] + piece_pixels (self, piece) * away * away;
      }

  double scale = 1 / sqrt (squares / count + self->eps);
  for (gsize c = c0; c < c0 + width; c++)
    {
      moments->mean[n * channels + c] = mean - (moved != NULL ? moved[c] : 0.0);
      moments->scale[n * channels + c] = scale * self->weight[c];
    }
}

static gboolean
group_norm_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  NormStep *self = (NormStep *) step;
  gsize channels = self->x.shape.c, n_pixels = self->x.shape.h * self->x.shape.w;
  gsize n_items = self->x.shape.n, n_tasks = n_items * self->n_pieces, y_size = pent_dtype_size (self->y.dtype);
  const float *x = pent_cpu_view_data (&self->x, frame);
  guint8 *y = pent_cpu_view_data (&self->y, frame);
  Moments moments;

  cut_moments (self, (float *) (void *) frame->scratch, &moments);
#pragma omp parallel
  {
#pragma omp for schedule(static)
    for (gsize task = 0; task < n_tasks; task++)
      {
        gsize n = task / self->n_pieces, piece = task % self->n_pieces;
        frame->kernels->moments (x + (n * n_pixels + piece * self->piece) * channels, piece_pixels (self, piece),
                                 channels, moments.means + task * channels, moments.squares + task * channels);
      }
#pragma omp for schedule(static)
    for (gsize task = 0; task < n_items * self->groups; task++)
      join_group (self, &moments, task / self->groups, task % self->groups);
#pragma omp for schedule(static)
    for (gsize task = 0; task < n_tasks; task++)
      {
        gsize n = task / self->n_pieces, piece = task % self->n_pieces;
        gsize at = (n * n_pixels + piece * self->piece) * channels;
        frame->kernels->normalise (self->y.dtype, y + at * y_size, x + at, piece_pixels (self, piece), channels,
                                   moments.mean + n * channels, moments.scale + n * channels, self->bias,
                                   self->activation);
      }
  }
  return TRUE;
}

static gboolean
layer_norm_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  NormStep *self = (NormStep *) step;
  gsize channels = self->x.shape.c, n_rows = pent_shape_n_elements (self->x.shape) / channels;
  gsize y_size = pent_dtype_size (self->y.dtype);
  const float *x = pent_cpu_view_data (&self->x, frame);
  guint8 *y = pent_cpu_view_data (&self->y, frame);

#pragma omp parallel for schedule(static)
  for (gsize row = 0; row < n_rows; row += self->piece)
    frame->kernels->layer_norm (self->y.dtype, y + row * channels * y_size, x + row * channels,
                                MIN (self->piece, n_rows - row), channels, self->weight, self->bias, self->eps);
  return TRUE;
}

static void
norm_step_free (PentCpuStep *step)
{
  NormStep *self = (NormStep *) step;

  g_free (self->weight);
  g_free (self->bias);
  g_free (self);
}

/**
 * pent_cpu_norm_step_new:
 * @op: a group norm or a layer norm
 */
PentCpuStep *
pent_cpu_norm_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  NormStep *self = g_new0 (NormStep, 1);
  const PentTensor *x = op->inputs[PENT_IN_X];

  self->x = pent_cpu_maker_view (maker, x);
  self->y = pent_cpu_maker_view (maker, op->output);
  self->weight = pent_cpu_vector_new (op->has_weight ? &op->weight : NULL, x->shape.c, 1);
  self->bias = pent_cpu_vector_new (op->has_bias ? &op->bias : NULL, x->shape.c, 0);
  self->eps = op->eps;
  self->groups = op->groups;
  self->activation = op->activation;
  self->step.free = norm_step_free;
  if (op->kind == PENT_OP_GROUP_NORM)
    {
      gsize n_pixels = x->shape.h * x->shape.w;
      self->piece = CLAMP (PIECE_ELEMENTS / x->shape.c, 8, 256);
      self->n_pieces = (n_pixels + self->piece - 1) / self->piece;
      self->moved_bias = maker->moved_biases[x->id];
      self->step.run = group_norm_run;
      self->step.scratch_size = cut_moments (self, NULL, NULL);
    }
  else
    {
      self->piece = 8;
      self->step.run = layer_norm_run;
    }
  return &self->step;
}
