/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Multistep consistency sampling (Luo et al. 2023, algorithm 3): the model's
 * picture, tied to the sample at t = 0 by the boundary condition, noised anew
 * for the next level. Under linspace t may be fractional and ends at 0. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-diffusion.h"
#include "pent-sampler-row.h"

#include <math.h>

#define SIGMA_DATA 0.5
#define TIMESTEP_SCALE 10.0

gboolean
pent_rule_lcm (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0], *noise = run->buffer[1];

  for (int i = 0; i < run->n_steps; i++)
    {
      double t = TIMESTEP_SCALE * run->schedule->timesteps[run->start + i];
      double total = t * t + SIGMA_DATA * SIGMA_DATA;
      double skip = SIGMA_DATA * SIGMA_DATA / total;
      float keep = (float) (skip * pent_model_input_scale (run->sigmas[i]));
      float gain = (float) (t / sqrt (total));

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      pent_vector_combine (run->n, run->x, keep, run->x, gain, denoised);
      if (i + 1 < run->n_steps)
        {
          pent_run_draw (run, noise);
          pent_vector_add (run->n, run->x, run->sigmas[i + 1], noise);
        }
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}
