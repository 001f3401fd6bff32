/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-rng.h"
#include "pent-schedule.h"

G_BEGIN_DECLS

/**
 * PentDenoiseFunc:
 * @x: n floats, x0 + sigma * noise
 * @sigma: the noise level of @x, above 0
 * @timestep: what the model is told, 0 to train_timesteps - 1, maybe
 *   fractional
 * @denoised: (out): room for n floats: what the model takes x0 to be
 *
 * Asks the model. %FALSE with @error set stops the run.
 */
typedef gboolean (*PentDenoiseFunc) (gpointer     data,
                                     const float *x,
                                     double       sigma,
                                     double       timestep,
                                     float       *denoised,
                                     GError     **error);

/**
 * PentStepFunc:
 * @step: the step just done, from 0, counted from where the run started
 * @n_steps: how many steps the run makes
 * @sigma: the noise level of @x: 0 after the last step
 * @x: n floats, after the step
 * @denoised: n floats, what the model took x0 to be at the step's beginning
 *
 * Called once after every step. It cannot change the run.
 */
typedef void (*PentStepFunc) (gpointer     data,
                              int          step,
                              int          n_steps,
                              double       sigma,
                              const float *x,
                              const float *denoised);

/**
 * PentSamplerNoise:
 *
 * Where one picture's noise comes from: one generator, drawn in order, the
 * initial noise first and then what each step asks for; and the seed of the
 * Brownian tree.
 */
typedef struct _PentSamplerNoise PentSamplerNoise;

PentSamplerNoise *pent_sampler_noise_new  (PentRngKind kind, guint64 seed);
void              pent_sampler_noise_free (PentSamplerNoise *self);
void              pent_sampler_noise_draw (PentSamplerNoise *self, float *out, gsize n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentSamplerNoise, pent_sampler_noise_free)

gboolean pent_sampler_run (const PentSchedule *schedule,
                           int                 start,
                           gsize               n,
                           float              *x,
                           PentSamplerNoise   *noise,
                           PentDenoiseFunc     denoise,
                           gpointer            denoise_data,
                           PentStepFunc        step,
                           gpointer            step_data,
                           GError            **error);

G_END_DECLS
