/* SPDX-License-Identifier: GPL-3.0-or-later */

/* UniPC of order 2 with B(h) = e^h - 1 (Zhao et al. 2023, "bh2"), predicting
 * the denoised picture: what diffusers' UniPCMultistepScheduler does by
 * default. Each model output first corrects the sample it was made from, then
 * predicts the next. Dividing its formulas by alpha turns them from unit
 * variance to the scale of sigma. The first step and the last are of order 1. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-f32.h"
#include "pent-sampler-row.h"

#include <string.h>

#define MAX_ORDER 2

/* Half the logarithm of the signal-to-noise ratio, rounded as the reference
 * rounds it; infinite at 0. */
static float
lambda_at (float sigma)
{
  float alpha = 1.0f / sqrtf (sigma * sigma + 1.0f);
  return pent_f32_log (alpha) - pent_f32_log (sigma * alpha);
}

/* Weights of the corrector of order 2: the solution of
 * (1 1; r 1) rho = b, eq. 8 there with K = 2. */
static void
solve_corrector (float h, float r, float *rho_before, float *rho_now)
{
  float basis = pent_f32_expm1 (-h);
  float phi = basis / -h - 1.0f;
  float b0 = phi / basis;
  float b1 = (phi / -h - 0.5f) * 2.0f / basis;

  *rho_before = (b0 - b1) / (1.0f - r);
  *rho_now = b0 - *rho_before;
}

/* x = the corrected sample at step i's level, from the sample before. */
static void
correct (PentRun *run, int i, int order, const float *last, const float *now, const float *model1,
         const float *model2)
{
  float lambda = lambda_at (run->sigmas[i - 1]);
  float h = lambda_at (run->sigmas[i]) - lambda;
  float basis = pent_f32_expm1 (-h);
  float keep = run->sigmas[i] / run->sigmas[i - 1];
  float rho_now = 0.5f, rho_before = 0.0f, r = 1.0f;

  if (order == 2)
    {
      r = (lambda_at (run->sigmas[i - 2]) - lambda) / h;
      solve_corrector (h, r, &rho_before, &rho_now);
    }
  for (gsize k = 0; k < run->n; k++)
    {
      float change = rho_now * (now[k] - model1[k]);
      if (order == 2)
        change += rho_before * ((model2[k] - model1[k]) / r);
      run->x[k] = keep * last[k] - basis * model1[k] - basis * change;
    }
}

/* x = the predicted sample at the level step i ends at. */
static void
predict (PentRun *run, int i, int order, const float *now, const float *model1)
{
  float lambda = lambda_at (run->sigmas[i]);
  float h = lambda_at (run->sigmas[i + 1]) - lambda;
  float basis = pent_f32_expm1 (-h);
  float keep = run->sigmas[i + 1] / run->sigmas[i];

  if (order == 1)
    {
      pent_vector_combine (run->n, run->x, keep, run->x, -basis, now);
      return;
    }
  float r = (lambda_at (run->sigmas[i - 1]) - lambda) / h;
  for (gsize k = 0; k < run->n; k++)
    run->x[k] = keep * run->x[k] - basis * now[k] - basis * (0.5f * ((model1[k] - now[k]) / r));
}

gboolean
pent_rule_unipc (PentRun *run, GError **error)
{
  /* The model's outputs, newest first. */
  float *model[3] = { run->buffer[0], run->buffer[1], run->buffer[2] };
  float *last = run->buffer[3];
  int order = 1;

  for (int i = 0; i < run->n_steps; i++)
    {
      if (!pent_run_denoise (run, i, run->x, model[0], error))
        return FALSE;
      if (i > 0)
        correct (run, i, order, last, model[0], model[1], model[2]);
      memcpy (last, run->x, run->n * sizeof (float));

      order = MIN (MIN (i + 1, run->n_steps - i), MAX_ORDER);
      predict (run, i, order, model[0], model[1]);
      pent_run_step_done (run, i, model[0]);

      float *oldest = model[2];
      model[2] = model[1];
      model[1] = model[0];
      model[0] = oldest;
    }
  return TRUE;
}
