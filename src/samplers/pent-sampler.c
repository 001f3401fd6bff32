/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-sampler.h"

#include "pent-error.h"
#include "pent-sampler-row.h"

struct _PentSamplerNoise
{
  PentRngKind kind;
  guint64 seed;
  PentRng *rng;
};

/**
 * pent_sampler_noise_new:
 * @seed: the picture's own
 *
 * Returns: (transfer full): the noise of one picture, not yet drawn from
 */
PentSamplerNoise *
pent_sampler_noise_new (PentRngKind kind, guint64 seed)
{
  PentSamplerNoise *self = g_new0 (PentSamplerNoise, 1);
  self->kind = kind;
  self->seed = seed;
  self->rng = pent_rng_new (kind, seed);
  return self;
}

void
pent_sampler_noise_free (PentSamplerNoise *self)
{
  if (self == NULL)
    return;
  pent_rng_free (self->rng);
  g_free (self);
}

/**
 * pent_sampler_noise_draw:
 * @out: (out): room for @n floats
 *
 * The picture's next draw. The initial noise must be the first, in
 * image-to-image too.
 */
void
pent_sampler_noise_draw (PentSamplerNoise *self, float *out, gsize n)
{
  pent_rng_normal (self->rng, out, n);
}

static gboolean
allocate_buffers (PentRun *run, int n_buffers, GError **error)
{
  for (int i = 0; i < n_buffers; i++)
    {
      run->buffer[i] = g_try_new (float, run->n);
      if (run->buffer[i] == NULL)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                       "There is no memory for the sampler's %d working arrays of %" G_GSIZE_FORMAT
                       " numbers; make the picture smaller",
                       n_buffers, run->n);
          return FALSE;
        }
    }
  return TRUE;
}

/* Noise is drawn between positive levels alone, so a single step has none. */
static PentBrownian *
plant_tree (const PentRun *run, const PentSamplerInfo *info)
{
  if (!info->brownian || run->n_steps < 2)
    return NULL;
  return pent_brownian_new (run->noise->kind, run->noise->seed, run->n, run->sigmas[run->n_steps - 1],
                            run->sigmas[0]);
}

/**
 * pent_sampler_run:
 * @schedule: which sampler, over which noise levels
 * @start: the first step to run, 0 to n_steps; see
 *   pent_schedule_start_for_strength()
 * @n: floats in @x, at least 1
 * @x: (inout): noise times schedule->initial_scale to start from noise alone,
 *   or x0 + sigmas[start] * noise; then the finished latent
 * @noise: the source that the initial noise was drawn from
 * @step: (nullable): called after every step
 * @error: what @denoise reports, or %PENT_ERROR_MEMORY
 *
 * Runs the steps from @start on. An SDE sampler's Brownian tree spans the
 * positive levels that are run. @x is in the scale of sigma throughout; ddim
 * under leading and trailing ends with it at unit variance, as diffusers does,
 * having a little noise left. Where @start is n_steps nothing happens.
 */
gboolean
pent_sampler_run (const PentSchedule *schedule, int start, gsize n, float *x, PentSamplerNoise *noise,
                  PentDenoiseFunc denoise, gpointer denoise_data, PentStepFunc step, gpointer step_data,
                  GError **error)
{
  g_assert (start >= 0 && start <= schedule->n_steps && n > 0);
  if (start == schedule->n_steps)
    return TRUE;

  const PentSamplerRow *row = pent_sampler_get_row (schedule->sampler);
  PentRun run = {
    .schedule = schedule,
    .start = start,
    .sigmas = schedule->sigmas + start,
    .n_steps = schedule->n_steps - start,
    .n = n,
    .x = x,
    .noise = noise,
    .denoise = denoise,
    .denoise_data = denoise_data,
    .step = step,
    .step_data = step_data,
  };
  run.tree = plant_tree (&run, &row->info);
  gboolean done = allocate_buffers (&run, row->n_buffers, error) && row->rule (&run, error);

  g_clear_pointer (&run.tree, pent_brownian_free);
  for (int i = 0; i < PENT_RUN_MAX_BUFFERS; i++)
    g_free (run.buffer[i]);
  return done;
}
