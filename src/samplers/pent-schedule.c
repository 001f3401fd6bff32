/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the noise levels of a run come from. Under linspace they are
 * k-diffusion's and A1111's lists; under leading and trailing those of the
 * diffusers scheduler that a sampler corresponds to. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-schedule.h"

#include "pent-error.h"
#include "pent-f32.h"
#include "pent-sampler-row.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_STEPS 10000
#define KARRAS_RHO 7.0
/* The first timestep of diffusers' leading lists, as Stable Diffusion's
 * configurations have it. */
#define STEPS_OFFSET 1
/* How many timesteps latent consistency models are distilled to. */
#define LCM_TIMESTEPS 50

static float
karras_sigma (const PentDiffusion *diffusion, int n, int i)
{
  const float *table = pent_diffusion_get_sigmas (diffusion);
  double least = pow (table[0], 1.0 / KARRAS_RHO);
  double most = pow (table[pent_diffusion_get_n_timesteps (diffusion) - 1], 1.0 / KARRAS_RHO);
  float ramp = pent_f32_linspace (0.0f, 1.0f, n, i);
  float root = (float) most + ramp * (float) (least - most);

  return (float) pow ((double) root, KARRAS_RHO);
}

static float
exponential_sigma (const PentDiffusion *diffusion, int n, int i)
{
  const float *table = pent_diffusion_get_sigmas (diffusion);
  double least = log (table[0]);
  double most = log (table[pent_diffusion_get_n_timesteps (diffusion) - 1]);

  return pent_f32_exp (pent_f32_linspace ((float) most, (float) least, n, i));
}

/* Level i of a list of n under linspace, without the final 0. */
static float
sigma_at (const PentDiffusion *diffusion, PentScheduleType type, int n, int i)
{
  const int n_train = pent_diffusion_get_n_timesteps (diffusion);
  const float last = (float) (n_train - 1);

  switch (type)
    {
    case PENT_SCHEDULE_KARRAS:
      return karras_sigma (diffusion, n, i);
    case PENT_SCHEDULE_EXPONENTIAL:
      return exponential_sigma (diffusion, n, i);
    case PENT_SCHEDULE_SGM_UNIFORM:
      return pent_diffusion_t_to_sigma (diffusion, pent_f32_linspace (last, 0.0f, n + 1, i));
    case PENT_SCHEDULE_SIMPLE:
      return pent_diffusion_get_sigmas (diffusion)[n_train - 1 - (int) (i * ((double) n_train / n))];
    case PENT_SCHEDULE_NORMAL:
      return pent_diffusion_t_to_sigma (diffusion, pent_f32_linspace (last, 0.0f, n, i));
    case PENT_SCHEDULE_AUTOMATIC:
    case PENT_N_SCHEDULES:
    default:
      g_assert_not_reached ();
    }
}

static void
fill_linspace (PentSchedule *self, const PentSamplerRow *row)
{
  const int n = self->n_steps;
  const int n_computed = n + (row->discards ? 1 : 0);

  for (int i = 0; i < n; i++)
    {
      self->sigmas[i] = sigma_at (self->diffusion, self->type, n_computed, i);
      self->timesteps[i] = pent_diffusion_sigma_to_t (self->diffusion, self->sigmas[i]);
    }
  memcpy (self->targets, self->sigmas + 1, n * sizeof (float));
  self->initial_scale = self->sigmas[0];
}

/* Timestep i of diffusers' lists; -1 or more than the model knows where the
 * list does not exist for so many steps. */
static int
spaced_timestep (const PentSchedule *self, PentSpacingFamily family, int i)
{
  const int n_train = pent_diffusion_get_n_timesteps (self->diffusion);
  const int n = self->n_steps;

  if (family == PENT_FAMILY_LCM)
    {
      int index = (int) floor (i * ((double) LCM_TIMESTEPS / n));
      return n > LCM_TIMESTEPS ? -1 : (LCM_TIMESTEPS - index) * (n_train / LCM_TIMESTEPS) - 1;
    }
  if (self->spacing == PENT_SPACING_TRAILING)
    {
      /* numpy.arange takes the stride from its first two entries, and where
       * an entry falls between two timesteps that last bit decides. */
      double stride = (n_train - (double) n_train / n) - n_train;
      return (int) rint (n_train + i * stride) - 1;
    }
  if (family == PENT_FAMILY_SOLVER)
    return (n - i) * (n_train / (n + 1)) + STEPS_OFFSET;
  return (n - 1 - i) * (n_train / n) + STEPS_OFFSET;
}

/* DDIM steps to a fixed distance in time, whatever the next entry of its list,
 * and ends at the level of timestep 0. */
static float
ddim_target (const PentSchedule *self, int timestep)
{
  int stride = pent_diffusion_get_n_timesteps (self->diffusion) / self->n_steps;
  return pent_diffusion_get_sigmas (self->diffusion)[MAX (timestep - stride, 0)];
}

static gboolean
fill_spaced (PentSchedule *self, const PentSamplerRow *row, GError **error)
{
  const float *table = pent_diffusion_get_sigmas (self->diffusion);
  const int n_train = pent_diffusion_get_n_timesteps (self->diffusion);

  for (int i = 0; i < self->n_steps; i++)
    {
      int t = spaced_timestep (self, row->family, i);
      if (t < 0 || t >= n_train)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                       _("The sampler %s has no %d steps under the spacing %s with this model; ask for fewer "
                       "steps or the spacing linspace"),
                       row->info.name, self->n_steps, pent_spacing_name (self->spacing));
          return FALSE;
        }
      self->timesteps[i] = (float) t;
      self->sigmas[i] = table[t];
      if (row->family == PENT_FAMILY_DDIM)
        self->targets[i] = ddim_target (self, t);
      else if (i > 0)
        self->targets[i - 1] = table[t];
    }

  /* At unit variance noise starts as it is, which in the scale of sigma is
   * this; diffusers' Euler family does the same under leading alone. */
  double first = self->sigmas[0];
  gboolean unit = row->family != PENT_FAMILY_EULER || self->spacing == PENT_SPACING_LEADING;
  self->initial_scale = unit ? sqrt (first * first + 1.0) : first;
  return TRUE;
}

static gboolean
check_falling (const PentSchedule *self, GError **error)
{
  for (int i = 0; i < self->n_steps; i++)
    if (!(self->sigmas[i] > self->sigmas[i + 1]))
      {
        g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                     _("%d steps are more than the model has noise levels for under the schedule %s and the "
                     "spacing %s; ask for fewer steps or another schedule"),
                     self->n_steps, pent_schedule_type_name (self->type), pent_spacing_name (self->spacing));
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_arguments (PentScheduleType type, PentSpacing spacing, int steps, GError **error)
{
  if (steps < 1 || steps > MAX_STEPS)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, _("%d steps cannot be run; ask for 1 to %d"), steps,
                   MAX_STEPS);
      return FALSE;
    }
  if (spacing != PENT_SPACING_LINSPACE && type != PENT_SCHEDULE_AUTOMATIC && type != PENT_SCHEDULE_NORMAL)
    {
      g_set_error (
          error, PENT_ERROR, PENT_ERROR_USAGE,
          _("The schedule %s does not go with the spacing %s; choose the schedule normal or automatic, "
          "or the spacing linspace"),
          pent_schedule_type_name (type), pent_spacing_name (spacing));
      return FALSE;
    }
  return TRUE;
}

static PentScheduleType
resolve_type (PentScheduleType type, PentSpacing spacing, const PentSamplerRow *row)
{
  if (type != PENT_SCHEDULE_AUTOMATIC)
    return type;
  return spacing == PENT_SPACING_LINSPACE ? row->info.automatic : PENT_SCHEDULE_NORMAL;
}

/**
 * pent_schedule_new:
 * @diffusion: the model's noise levels; a reference is taken
 * @type: %PENT_SCHEDULE_NORMAL or _AUTOMATIC unless @spacing is linspace
 * @steps: updates to make, at least 1
 * @error: %PENT_ERROR_USAGE for a combination that does not exist
 *
 * Under linspace the model gets k-diffusion's sigma_to_t of each level, which
 * is fractional; ddim, unipc and lcm run over the same levels as the others,
 * with abar = 1 / (sigma^2 + 1) at each. dpm2, dpm2-a and dpmpp-3m-sde compute
 * one level more and drop the last positive one (A1111). Under leading and
 * trailing nothing is dropped.
 *
 * Returns: (transfer full): the schedule, or %NULL
 */
PentSchedule *
pent_schedule_new (PentDiffusion *diffusion, PentSampler sampler, PentScheduleType type, PentSpacing spacing,
                   int steps, GError **error)
{
  const PentSamplerRow *row = pent_sampler_get_row (sampler);

  if (!check_arguments (type, spacing, steps, error))
    return NULL;

  g_autoptr (PentSchedule) self = g_new0 (PentSchedule, 1);
  self->diffusion = pent_diffusion_ref (diffusion);
  self->sampler = sampler;
  self->type = resolve_type (type, spacing, row);
  self->spacing = spacing;
  self->n_steps = steps;
  self->sigmas = g_new0 (float, steps + 1);
  self->timesteps = g_new0 (float, steps);
  self->targets = g_new0 (float, steps);
  if (spacing == PENT_SPACING_LINSPACE)
    fill_linspace (self, row);
  else if (!fill_spaced (self, row, error))
    return NULL;
  if (!check_falling (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pent_schedule_free (PentSchedule *self)
{
  if (self == NULL)
    return;
  pent_diffusion_unref (self->diffusion);
  g_free (self->sigmas);
  g_free (self->timesteps);
  g_free (self->targets);
  g_free (self);
}

/**
 * pent_schedule_start_for_strength:
 *
 * Diffusers' rule: the last int (steps * strength) steps are run.
 */
int
pent_schedule_start_for_strength (const PentSchedule *self, double strength)
{
  int wanted = (int) (self->n_steps * CLAMP (strength, 0.0, 1.0));
  return self->n_steps - MIN (wanted, self->n_steps);
}

int
pent_schedule_count_calls (const PentSchedule *self, int start)
{
  int n_steps = self->n_steps - start;
  if (n_steps <= 0)
    return 0;
  return (n_steps - 1) * pent_sampler_get_info (self->sampler)->calls_per_step + 1;
}
