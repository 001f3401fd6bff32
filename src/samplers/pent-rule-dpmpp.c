/* SPDX-License-Identifier: GPL-3.0-or-later */

/* DPM-Solver++ (Lu et al. 2022b): exponential integration in t = -ln sigma of
 * a denoised picture taken constant (first order) or linear. 2M remembers the
 * last one; 2S asks the model midway, in its ancestral form from k-diffusion. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-f32.h"
#include "pent-sampler-row.h"

gboolean
pent_rule_dpmpp_2m (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0], *previous = run->buffer[1];

  for (int i = 0; i < run->n_steps; i++)
    {
      const float next = run->sigmas[i + 1];
      float t = -pent_f32_log (run->sigmas[i]);
      float t_next = -pent_f32_log (next); /* infinite at 0 */
      float h = t_next - t;
      float keep = pent_f32_exp (-t_next) / pent_f32_exp (-t);
      float gain = -pent_f32_expm1 (-h);

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      if (i == 0 || next == 0)
        pent_vector_combine (run->n, run->x, keep, run->x, gain, denoised);
      else
        {
          float r = (t + pent_f32_log (run->sigmas[i - 1])) / h;
          float extra = 1.0f / (2.0f * r);
          for (gsize k = 0; k < run->n; k++)
            {
              float ahead = (1.0f + extra) * denoised[k] - extra * previous[k];
              run->x[k] = keep * run->x[k] + gain * ahead;
            }
        }
      pent_run_step_done (run, i, denoised);

      float *swap = previous;
      previous = denoised;
      denoised = swap;
    }
  return TRUE;
}

static gboolean
two_stage_step (PentRun *run, float sigma, float down, const float *denoised, GError **error)
{
  float *x2 = run->buffer[1], *denoised2 = run->buffer[2];
  float t = -pent_f32_log (sigma), t_next = -pent_f32_log (down);
  float h = t_next - t;
  float middle = pent_f32_exp (-(t + 0.5f * h));
  float from = pent_f32_exp (-t);

  pent_vector_combine (run->n, x2, middle / from, run->x, -pent_f32_expm1 (-h * 0.5f), denoised);
  if (!pent_run_denoise_between (run, middle, x2, denoised2, error))
    return FALSE;
  pent_vector_combine (run->n, run->x, pent_f32_exp (-t_next) / from, run->x, -pent_f32_expm1 (-h),
                       denoised2);
  return TRUE;
}

gboolean
pent_rule_dpmpp_2s_a (PentRun *run, GError **error)
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
      else if (!two_stage_step (run, sigma, down, denoised, error))
        return FALSE;
      if (run->sigmas[i + 1] > 0)
        {
          pent_run_draw (run, noise);
          pent_vector_add (run->n, run->x, up, noise);
        }
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}
