/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Euler's method along dx/dsigma = (x - D) / sigma: Karras et al. 2022,
 * algorithm 2 without churn; the ancestral form adds noise after each step. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-sampler-row.h"

gboolean
pent_rule_euler (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0];

  for (int i = 0; i < run->n_steps; i++)
    {
      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      pent_vector_slope (run->n, run->x, run->x, denoised, run->sigmas[i], run->sigmas[i + 1]);
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}

gboolean
pent_rule_euler_a (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0];
  float *noise = run->buffer[1];

  for (int i = 0; i < run->n_steps; i++)
    {
      float up;
      float down = pent_ancestral_step (run->sigmas[i], run->sigmas[i + 1], &up);

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      pent_vector_slope (run->n, run->x, run->x, denoised, run->sigmas[i], down);
      if (run->sigmas[i + 1] > 0)
        {
          pent_run_draw (run, noise);
          pent_vector_add (run->n, run->x, up, noise);
        }
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}
