/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The forward process of Ho et al. 2020 in the scale of Karras et al. 2022:
 * sigma = sqrt ((1 - abar) / abar). Interpolation between training timesteps
 * is k-diffusion's DiscreteSchedule, linear in log sigma; diffusers' Euler
 * family interpolates sigma itself. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-diffusion.h"

#include "pent-error.h"
#include "pent-f32.h"

#define MAX_TIMESTEPS 100000
#define MAX_SIGMA 1e6f

struct _PentDiffusion
{
  gatomicrefcount refs;
  int n;
  float *sigmas; /* (n), rising */
  float *logs;   /* (n), their logarithms */
};

static gboolean
fill_sigmas (PentDiffusion *self, double beta_start, double beta_end, gboolean scaled_linear)
{
  float first = (float) (scaled_linear ? sqrt (beta_start) : beta_start);
  float last = (float) (scaled_linear ? sqrt (beta_end) : beta_end);
  double product = 1.0;

  for (int i = 0; i < self->n; i++)
    {
      float beta = pent_f32_linspace (first, last, self->n, i);
      if (scaled_linear)
        beta *= beta;
      float alpha = 1.0f - beta;
      product *= alpha;

      float abar = (float) product;
      float sigma = sqrtf ((1.0f - abar) / abar);
      if (!(sigma > (i > 0 ? self->sigmas[i - 1] : 0.0f) && sigma < MAX_SIGMA))
        return FALSE;
      self->sigmas[i] = sigma;
      self->logs[i] = pent_f32_log (sigma);
    }
  return TRUE;
}

/**
 * pent_diffusion_new:
 * @beta_start: variance added at the first training timestep, above 0
 * @beta_end: and at the last, below 1
 * @scaled_linear: the square roots are spaced evenly, else the variances
 * @train_timesteps: at least 2; 1000 for every Stable Diffusion
 * @error: %PENT_ERROR_FILE, for the numbers come from a model's files
 *
 * In float32 throughout, as diffusers has it.
 *
 * Returns: (transfer full): the levels, or %NULL
 */
PentDiffusion *
pent_diffusion_new (double beta_start, double beta_end, gboolean scaled_linear, int train_timesteps,
                    GError **error)
{
  if (train_timesteps < 2 || train_timesteps > MAX_TIMESTEPS)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "The model's scheduler says num_train_timesteps is %d, which must be 2 to %d; "
                   "correct its scheduler_config.json",
                   train_timesteps, MAX_TIMESTEPS);
      return NULL;
    }

  g_autoptr (PentDiffusion) self = g_new0 (PentDiffusion, 1);
  g_atomic_ref_count_init (&self->refs);
  self->n = train_timesteps;
  self->sigmas = g_new (float, train_timesteps);
  self->logs = g_new (float, train_timesteps);
  if (!(beta_start > 0 && beta_start <= beta_end && beta_end < 1)
      || !fill_sigmas (self, beta_start, beta_end, scaled_linear))
    {
      g_set_error (
          error, PENT_ERROR, PENT_ERROR_FILE,
          "The model's scheduler says beta_start is %g and beta_end is %g, from which no rising noise "
          "levels follow; correct its scheduler_config.json",
          beta_start, beta_end);
      return NULL;
    }
  return g_steal_pointer (&self);
}

PentDiffusion *
pent_diffusion_ref (PentDiffusion *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_diffusion_unref (PentDiffusion *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->sigmas);
  g_free (self->logs);
  g_free (self);
}

int
pent_diffusion_get_n_timesteps (const PentDiffusion *self)
{
  return self->n;
}

/**
 * pent_diffusion_get_sigmas:
 *
 * Returns: (transfer none): the noise level of every training timestep, rising
 */
const float *
pent_diffusion_get_sigmas (const PentDiffusion *self)
{
  return self->sigmas;
}

/**
 * pent_diffusion_t_to_sigma:
 * @t: 0 to the number of timesteps - 1
 *
 * Returns: the noise level at @t, interpolated in log sigma
 */
float
pent_diffusion_t_to_sigma (const PentDiffusion *self, float t)
{
  t = CLAMP (t, 0.0f, (float) (self->n - 1));
  int low = (int) floorf (t);
  int high = (int) ceilf (t);
  float weight = t - (float) low;
  return pent_f32_exp ((1.0f - weight) * self->logs[low] + weight * self->logs[high]);
}

/**
 * pent_diffusion_t_to_sigma_linear:
 * @t: 0 to the number of timesteps - 1
 *
 * Returns: the noise level at @t, interpolated in sigma
 */
float
pent_diffusion_t_to_sigma_linear (const PentDiffusion *self, double t)
{
  t = CLAMP (t, 0.0, (double) (self->n - 1));
  int low = MIN ((int) t, self->n - 2);
  double slope = (double) self->sigmas[low + 1] - self->sigmas[low];
  return (float) (slope * (t - low) + self->sigmas[low]);
}

/* The last timestep whose level is not above log_sigma; the last but one at
 * most, the first at least. */
static int
floor_index (const PentDiffusion *self, float log_sigma)
{
  int low = 0, high = self->n - 1;

  while (high - low > 1)
    {
      int middle = low + (high - low) / 2;
      if (log_sigma - self->logs[middle] >= 0)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/**
 * pent_diffusion_sigma_to_t:
 * @sigma: a noise level above 0
 *
 * Returns: the timestep at @sigma, interpolated in log sigma; levels outside
 *   the model's give its first or last timestep
 */
float
pent_diffusion_sigma_to_t (const PentDiffusion *self, float sigma)
{
  float log_sigma = pent_f32_log (sigma);
  int low = floor_index (self, log_sigma);
  float weight = (self->logs[low] - log_sigma) / (self->logs[low] - self->logs[low + 1]);

  weight = CLAMP (weight, 0.0f, 1.0f);
  return (1.0f - weight) * (float) low + weight * (float) (low + 1);
}

/**
 * pent_model_input_scale:
 *
 * Returns: c_in = 1 / sqrt (sigma^2 + 1), which gives x about unit variance
 *   before the model sees it
 */
double
pent_model_input_scale (double sigma)
{
  return 1.0 / sqrt (sigma * sigma + 1.0);
}

/**
 * pent_denoised_from_epsilon:
 *
 * For a model that predicts the noise: D = x - sigma * epsilon.
 */
void
pent_denoised_from_epsilon (double sigma, gsize n, const float *x, const float *epsilon, float *denoised)
{
  const float scale = (float) sigma;

  for (gsize i = 0; i < n; i++)
    denoised[i] = x[i] - scale * epsilon[i];
}

/**
 * pent_denoised_from_v:
 *
 * For a model that predicts v (Salimans and Ho 2022, appendix D):
 * D = x / (sigma^2 + 1) - v sigma / sqrt (sigma^2 + 1).
 */
void
pent_denoised_from_v (double sigma, gsize n, const float *x, const float *v, float *denoised)
{
  const float skip = (float) (1.0 / (sigma * sigma + 1.0));
  const float out = (float) (sigma / sqrt (sigma * sigma + 1.0));

  for (gsize i = 0; i < n; i++)
    denoised[i] = skip * x[i] - out * v[i];
}
