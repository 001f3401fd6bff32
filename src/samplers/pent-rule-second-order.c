/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two model calls a step. Heun averages the slopes at both ends (Karras et al.
 * 2022, algorithm 2); DPM-Solver-2 (Lu et al. 2022) takes the slope at the
 * geometric mean of the two levels. Where a step ends at 0 there is no second
 * slope, and it is Euler's. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-f32.h"
#include "pent-sampler-row.h"

static void
average_slopes (PentRun *run, int i, const float *denoised, const float *x2, const float *denoised2)
{
  const float sigma = run->sigmas[i], next = run->sigmas[i + 1];
  const float step = next - sigma;

  for (gsize k = 0; k < run->n; k++)
    {
      float slope = (run->x[k] - denoised[k]) / sigma;
      float slope2 = (x2[k] - denoised2[k]) / next;
      run->x[k] += (slope + slope2) / 2.0f * step;
    }
}

gboolean
pent_rule_heun (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0], *x2 = run->buffer[1], *denoised2 = run->buffer[2];

  for (int i = 0; i < run->n_steps; i++)
    {
      const float sigma = run->sigmas[i], next = run->sigmas[i + 1];

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      if (next > 0)
        {
          pent_vector_slope (run->n, x2, run->x, denoised, sigma, next);
          if (!pent_run_denoise (run, i + 1, x2, denoised2, error))
            return FALSE;
          average_slopes (run, i, denoised, x2, denoised2);
        }
      else
        pent_vector_slope (run->n, run->x, run->x, denoised, sigma, next);
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}

/* From sigma to target by the slope at their geometric mean. */
static gboolean
midpoint_step (PentRun *run, float sigma, float target, const float *denoised, GError **error)
{
  float *x2 = run->buffer[1], *denoised2 = run->buffer[2];
  float log_sigma = pent_f32_log (sigma), log_target = pent_f32_log (target);
  float middle = pent_f32_exp (log_target - (log_target - log_sigma) * 0.5f);
  float step = target - sigma;

  pent_vector_slope (run->n, x2, run->x, denoised, sigma, middle);
  if (!pent_run_denoise_between (run, middle, x2, denoised2, error))
    return FALSE;
  for (gsize k = 0; k < run->n; k++)
    run->x[k] += (x2[k] - denoised2[k]) / middle * step;
  return TRUE;
}

gboolean
pent_rule_dpm2 (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0];

  for (int i = 0; i < run->n_steps; i++)
    {
      const float sigma = run->sigmas[i], next = run->sigmas[i + 1];

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      if (next == 0)
        pent_vector_slope (run->n, run->x, run->x, denoised, sigma, next);
      else if (!midpoint_step (run, sigma, next, denoised, error))
        return FALSE;
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}

gboolean
pent_rule_dpm2_a (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0];
  float *noise = run->buffer[1]; /* free again once the step is made */

  for (int i = 0; i < run->n_steps; i++)
    {
      const float sigma = run->sigmas[i];
      float up;
      float down = pent_ancestral_step (sigma, run->sigmas[i + 1], &up);

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      if (down == 0)
        pent_vector_slope (run->n, run->x, run->x, denoised, sigma, down);
      else
        {
          if (!midpoint_step (run, sigma, down, denoised, error))
            return FALSE;
          pent_run_draw (run, noise);
          pent_vector_add (run->n, run->x, up, noise);
        }
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}
