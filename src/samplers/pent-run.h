/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the update rules are written with. Private to this folder. */

#include "pent-brownian.h"
#include "pent-sampler.h"

G_BEGIN_DECLS

#define PENT_RUN_MAX_BUFFERS 5

/**
 * PentRun:
 * @sigmas: n_steps + 1 noise levels, those of the schedule from its start on
 * @n_steps: steps to be run
 * @n: floats in @x and in each buffer
 * @x: x0 + sigmas[i] * noise when step i begins
 * @buffer: as many working arrays as the sampler's row asks for
 *
 * One run of a sampler, handed to its rule.
 */
typedef struct
{
  const PentSchedule *schedule;
  int                 start;
  const float        *sigmas;
  int                 n_steps;
  gsize               n;
  float              *x;
  float              *buffer[PENT_RUN_MAX_BUFFERS];
  PentSamplerNoise   *noise;
  PentBrownian       *tree;
  PentDenoiseFunc     denoise;
  gpointer            denoise_data;
  PentStepFunc        step;
  gpointer            step_data;
} PentRun;

/* Takes run->x through every step, calling pent_run_step_done() after each. */
typedef gboolean (*PentRule) (PentRun *run, GError **error);

/* Asks the model at the level step i begins from, with the schedule's own
 * timestep; pent_run_denoise_between() at any other level. */
gboolean pent_run_denoise         (PentRun *run, int i, const float *x, float *denoised, GError **error);
gboolean pent_run_denoise_between (PentRun *run, float sigma, const float *x, float *denoised, GError **error);

void pent_run_draw      (PentRun *run, float *out);
void pent_run_step_done (PentRun *run, int i, const float *denoised);

/* The level a stochastic step goes down to before noise of deviation *up takes
 * it to @to, with eta 1: down^2 + up^2 = to^2. */
float pent_ancestral_step (float from, float to, float *up);

/* out = x + (x - denoised) / sigma * (to - sigma): along the slope at x. */
void pent_vector_slope (gsize n, float *out, const float *x, const float *denoised, float sigma, float to);
/* out = a x + b y */
void pent_vector_combine (gsize n, float *out, float a, const float *x, float b, const float *y);
/* x += a y */
void pent_vector_add (gsize n, float *x, float a, const float *y);

G_END_DECLS
