/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-run.h"

#include <math.h>

gboolean
pent_run_denoise (PentRun *run, int i, const float *x, float *denoised, GError **error)
{
  double timestep = run->schedule->timesteps[run->start + i];
  return run->denoise (run->denoise_data, x, run->sigmas[i], timestep, denoised, error);
}

gboolean
pent_run_denoise_between (PentRun *run, float sigma, const float *x, float *denoised, GError **error)
{
  double timestep = pent_diffusion_sigma_to_t (run->schedule->diffusion, sigma);
  return run->denoise (run->denoise_data, x, sigma, timestep, denoised, error);
}

void
pent_run_draw (PentRun *run, float *out)
{
  pent_sampler_noise_draw (run->noise, out, run->n);
}

void
pent_run_step_done (PentRun *run, int i, const float *denoised)
{
  if (run->step != NULL)
    run->step (run->step_data, i, run->n_steps, run->sigmas[i + 1], run->x, denoised);
}

float
pent_ancestral_step (float from, float to, float *up)
{
  float from2 = from * from;
  float to2 = to * to;

  *up = MIN (to, sqrtf (to2 * (from2 - to2) / from2));
  return sqrtf (to2 - *up * *up);
}

void
pent_vector_slope (gsize n, float *out, const float *x, const float *denoised, float sigma, float to)
{
  const float step = to - sigma;

  for (gsize i = 0; i < n; i++)
    out[i] = x[i] + (x[i] - denoised[i]) / sigma * step;
}

void
pent_vector_combine (gsize n, float *out, float a, const float *x, float b, const float *y)
{
  for (gsize i = 0; i < n; i++)
    out[i] = a * x[i] + b * y[i];
}

void
pent_vector_add (gsize n, float *x, float a, const float *y)
{
  for (gsize i = 0; i < n; i++)
    x[i] += a * y[i];
}
