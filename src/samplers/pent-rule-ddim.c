/* SPDX-License-Identifier: GPL-3.0-or-later */

/* DDIM with eta 0 (Song et al. 2021, eq. 12), which at unit variance reads
 * y' = sqrt (abar') D + sqrt (1 - abar') eps. In the scale of sigma that is
 * x' = D + sigma' eps, so over one list of levels DDIM is Euler; diffusers'
 * steps may arrive beside the next level of the list, and then y' is what
 * carries over. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-sampler-row.h"

#include <math.h>

static double
spread (double sigma)
{
  return sqrt (sigma * sigma + 1.0);
}

gboolean
pent_rule_ddim (PentRun *run, GError **error)
{
  const float *targets = run->schedule->targets + run->start;
  float *denoised = run->buffer[0];

  for (int i = 0; i < run->n_steps; i++)
    {
      const float sigma = run->sigmas[i], target = targets[i];
      float scale = (float) (spread (run->sigmas[i + 1]) / spread (target));

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      for (gsize k = 0; k < run->n; k++)
        run->x[k] = scale * (denoised[k] + target * ((run->x[k] - denoised[k]) / sigma));
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}
