/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Linear multistep of order 4 (Adams-Bashforth over uneven levels), as
 * k-diffusion has it: the polynomial through the last slopes, integrated over
 * the step. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-sampler-row.h"

#define ORDER 4

/* The Lagrange basis polynomial at tau that is 1 at sigmas[i - j] and 0 at the
 * other levels of the last order steps. */
static double
basis (const float *sigmas, int i, int j, int order, double tau)
{
  double product = 1.0;

  for (int k = 0; k < order; k++)
    if (k != j)
      product *= (tau - sigmas[i - k]) / ((double) sigmas[i - j] - sigmas[i - k]);
  return product;
}

/* The basis is a cubic at most, for which two Gauss points are exact. */
static float
coefficient (const float *sigmas, int i, int j, int order)
{
  const double gauss = 0.57735026918962576451; /* 1 / sqrt (3) */
  double middle = 0.5 * ((double) sigmas[i + 1] + sigmas[i]);
  double half = 0.5 * ((double) sigmas[i + 1] - sigmas[i]);

  return (float) (half
                  * (basis (sigmas, i, j, order, middle - gauss * half)
                     + basis (sigmas, i, j, order, middle + gauss * half)));
}

gboolean
pent_rule_lms (PentRun *run, GError **error)
{
  float *denoised = run->buffer[ORDER];

  for (int i = 0; i < run->n_steps; i++)
    {
      const int order = MIN (i + 1, ORDER);
      const float sigma = run->sigmas[i];
      float weight[ORDER];
      const float *slopes[ORDER];

      for (int j = 0; j < order; j++)
        {
          weight[j] = coefficient (run->sigmas, i, j, order);
          slopes[j] = run->buffer[(i - j) % ORDER];
        }
      if (!pent_run_denoise (run, i, run->x, denoised, error))
        return FALSE;

      float *slope = run->buffer[i % ORDER];
      for (gsize k = 0; k < run->n; k++)
        {
          slope[k] = (run->x[k] - denoised[k]) / sigma;
          float sum = 0;
          for (int j = 0; j < order; j++)
            sum += weight[j] * slopes[j][k];
          run->x[k] += sum;
        }
      pent_run_step_done (run, i, denoised);
    }
  return TRUE;
}
