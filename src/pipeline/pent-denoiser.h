/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-conditioning.h"
#include "pent-model.h"

G_BEGIN_DECLS

/**
 * PentRepaint:
 * @strength: (height, width) cells: 0 keep to 1 repaint
 * @original: (channels, height, width): the picture's latent
 * @noise: likewise: the noise it is put under, the same at every step
 * @first_timestep: where the run starts: there only strength 1 is repainted
 * @last_timestep: where the schedule ends: there every strength above 0 is
 *
 * Inpainting with any model: cells that are not (yet) repainted are put back,
 * noised, before every call, and their prediction is the original. A strength
 * between 0 and 1 joins at the step where the share of the timesteps that is
 * left has fallen to it (Levin and Fried 2023, "Differential diffusion").
 */
typedef struct
{
  const float *strength;
  const float *original;
  const float *noise;
  double       first_timestep, last_timestep;
} PentRepaint;

/**
 * PentDenoiserOptions:
 * @positive: the prompt
 * @negative: (nullable): what to steer away from; not used when @cfg is 1
 * @cfg: guidance scale (Ho and Salimans 2022)
 * @v_prediction: the model predicts v, else the noise
 * @guided_from: the timestep at which guidance begins; above it the prompt
 *   alone is run (Kynkäänniemi et al. 2024, "Applying guidance in a limited
 *   interval")
 * @guided_to: the timestep at which it ends: there, and below it, the prompt
 *   alone is run; negative: never
 * @step_cache: every so many calls the whole UNet is run, between them its
 *   outermost level alone, with what the inner ones gave last (Ma, Fang and Wang
 *   2023, "DeepCache"); 1 runs all of it every time
 * @repaint: (nullable): for models of 4 input channels
 * @extra: (nullable): (in_channels - channels, height, width): what an
 *   inpainting model reads beside the latent: mask, masked latent
 */
typedef struct
{
  PentConditioning  *positive;
  PentConditioning  *negative;
  double             cfg;
  double             guided_from;
  double             guided_to;
  gboolean           v_prediction;
  int                step_cache;
  const PentRepaint *repaint;
  const float       *extra;
} PentDenoiserOptions;

/**
 * PentDenoiser:
 *
 * Latents of one size and their noise level to the clean latent: the callback
 * of the samplers. Options are borrowed and must stay.
 */
typedef struct _PentDenoiser PentDenoiser;

PentDenoiser *pent_denoiser_new  (PentModel *model, int height, int width, const PentDenoiserOptions *options,
                                  GCancellable *cancellable, GError **error);
void          pent_denoiser_free (PentDenoiser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentDenoiser, pent_denoiser_free)

gboolean pent_denoiser_run (gpointer self, const float *x, double sigma, double timestep, float *denoised,
                            GError **error);

G_END_DECLS
