/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentDiffusion:
 *
 * The noise levels a model was trained with: sigma of every training timestep,
 * where x = x0 + sigma * noise, and the way between levels and timesteps.
 * Immutable, so it may be read from several threads.
 */
typedef struct _PentDiffusion PentDiffusion;

PentDiffusion *pent_diffusion_new   (double    beta_start,
                                     double    beta_end,
                                     gboolean  scaled_linear,
                                     int       train_timesteps,
                                     GError  **error);
PentDiffusion *pent_diffusion_ref   (PentDiffusion *self);
void           pent_diffusion_unref (PentDiffusion *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentDiffusion, pent_diffusion_unref)

int          pent_diffusion_get_n_timesteps (const PentDiffusion *self);
const float *pent_diffusion_get_sigmas      (const PentDiffusion *self);

float pent_diffusion_t_to_sigma        (const PentDiffusion *self, float t);
float pent_diffusion_t_to_sigma_linear (const PentDiffusion *self, double t);
float pent_diffusion_sigma_to_t        (const PentDiffusion *self, float sigma);

/* What the model is given and what its output means. x, output and denoised
 * are n floats each; denoised may be either of the others. */
double pent_model_input_scale    (double sigma);
void   pent_denoised_from_epsilon (double sigma, gsize n, const float *x, const float *epsilon, float *denoised);
void   pent_denoised_from_v       (double sigma, gsize n, const float *x, const float *v, float *denoised);

G_END_DECLS
