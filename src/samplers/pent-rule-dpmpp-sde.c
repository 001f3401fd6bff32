/* SPDX-License-Identifier: GPL-3.0-or-later */

/* DPM-Solver++ for the stochastic equation (Lu et al. 2022b, section 6), as
 * k-diffusion has it with eta 1: its noise comes from a Brownian tree, and a
 * step that ends at 0 takes the denoised picture. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-f32.h"
#include "pent-sampler-row.h"

#include <string.h>

static void
add_tree_noise (PentRun *run, float sigma, float next, float scale, float *noise, float *x)
{
  pent_brownian_noise (run->tree, sigma, next, noise);
  pent_vector_add (run->n, x, scale, noise);
}

/* out = x taken from level to next by a first-order stochastic step with the
 * given denoised picture; @noise is working space. */
static void
stochastic_step (PentRun *run, float level, float next, const float *denoised, float *noise, float *out)
{
  float up;
  float t = -pent_f32_log (level);
  float t_down = -pent_f32_log (pent_ancestral_step (level, next, &up));
  float keep = pent_f32_exp (-t_down) / pent_f32_exp (-t);

  pent_vector_combine (run->n, out, keep, run->x, -pent_f32_expm1 (t - t_down), denoised);
  add_tree_noise (run, level, next, up, noise, out);
}

gboolean
pent_rule_dpmpp_sde (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0], *x2 = run->buffer[1], *denoised2 = run->buffer[2];

  for (int i = 0; i < run->n_steps; i++)
    {
      const float sigma = run->sigmas[i], next = run->sigmas[i + 1];

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      if (next == 0)
        pent_vector_slope (run->n, run->x, run->x, denoised, sigma, next);
      else
        {
          /* Through the logarithm and back: the tree is asked for these very
           * levels. */
          float t = -pent_f32_log (sigma), t_next = -pent_f32_log (next);
          float level = pent_f32_exp (-t);
          float middle = pent_f32_exp (-(t + (t_next - t) * 0.5f));

          stochastic_step (run, level, middle, denoised, denoised2, x2);
          if (!pent_run_denoise_between (run, middle, x2, denoised2, error))
            return FALSE;
          stochastic_step (run, level, pent_f32_exp (-t_next), denoised2, x2, run->x);
        }
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}

gboolean
pent_rule_dpmpp_2m_sde (PentRun *run, GError **error)
{
  float *denoised = run->buffer[0], *previous = run->buffer[1], *noise = run->buffer[2];
  float h_last = 0;

  for (int i = 0; i < run->n_steps; i++)
    {
      const float sigma = run->sigmas[i], next = run->sigmas[i + 1];
      float h = pent_f32_log (sigma) - pent_f32_log (next);

      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;
      if (next == 0)
        memcpy (run->x, denoised, run->n * sizeof (float));
      else
        {
          float gain = -pent_f32_expm1 (-h - h);
          pent_vector_combine (run->n, run->x, next / sigma * pent_f32_exp (-h), run->x, gain, denoised);
          if (i > 0)
            {
              float ahead = 0.5f * gain * (1.0f / (h_last / h));
              for (gsize k = 0; k < run->n; k++)
                run->x[k] += ahead * (denoised[k] - previous[k]);
            }
          add_tree_noise (run, sigma, next, next * sqrtf (-pent_f32_expm1 (-2.0f * h)), noise, run->x);
        }
      pent_run_step_done (run, i, denoised);

      float *swap = previous;
      previous = denoised;
      denoised = swap;
      h_last = h;
    }
  return TRUE;
}

/* The corrections of 3M: with one remembered picture to second order, with
 * two to third. @h holds this step's length and the two before, @denoised the
 * pictures, newest first. */
static void
add_corrections (PentRun *run, int n_remembered, const float h[3], float *const denoised[3])
{
  const float *d0 = denoised[0], *d1 = denoised[1], *d2 = denoised[2];
  float h_eta = h[0] * 2.0f;
  float phi2 = pent_f32_expm1 (-h_eta) / h_eta + 1.0f;
  float phi3 = phi2 / h_eta - 0.5f;
  float r0 = h[1] / h[0], r1 = h[2] / h[0];

  if (n_remembered == 1)
    for (gsize k = 0; k < run->n; k++)
      run->x[k] += phi2 * ((d0[k] - d1[k]) / r0);
  if (n_remembered < 2)
    return;

  for (gsize k = 0; k < run->n; k++)
    {
      float newer = (d0[k] - d1[k]) / r0;
      float older = (d1[k] - d2[k]) / r1;
      float first = newer + (newer - older) * r0 / (r0 + r1);
      float second = (newer - older) / (r0 + r1);
      run->x[k] = run->x[k] + phi2 * first - phi3 * second;
    }
}

gboolean
pent_rule_dpmpp_3m_sde (PentRun *run, GError **error)
{
  float *denoised[3] = { run->buffer[0], run->buffer[1], run->buffer[2] };
  float *noise = run->buffer[3];
  float h[3] = { 0, 0, 0 };

  for (int i = 0; i < run->n_steps; i++)
    {
      const float sigma = run->sigmas[i], next = run->sigmas[i + 1];

      if (!pent_run_denoise (run, i, run->x, denoised[0], error))
        return FALSE;
      h[0] = pent_f32_log (sigma) - pent_f32_log (next);
      if (next == 0)
        memcpy (run->x, denoised[0], run->n * sizeof (float));
      else
        {
          float decay = h[0] * 2.0f;
          pent_vector_combine (run->n, run->x, pent_f32_exp (-decay), run->x, -pent_f32_expm1 (-decay),
                               denoised[0]);
          add_corrections (run, i, h, denoised);
          add_tree_noise (run, sigma, next, next * sqrtf (-pent_f32_expm1 (-2.0f * h[0])), noise, run->x);
        }
      pent_run_step_done (run, i, denoised[0]);

      float *oldest = denoised[2];
      denoised[2] = denoised[1];
      denoised[1] = denoised[0];
      denoised[0] = oldest;
      h[2] = h[1];
      h[1] = h[0];
    }
  return TRUE;
}
