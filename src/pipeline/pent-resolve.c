/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-resolve.h"

#include <math.h>

#include "pent-error.h"

#define MAX_STEPS 10000

static gboolean
fail_unknown (GError **error, const char *option, const char *value)
{
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "%s “%s” is not known: see pentimento-cli generate --help", option,
               value);
  return FALSE;
}

static gboolean
is_extended (const PentRequest *r)
{
  return r->outpaint[0] > 0 || r->outpaint[1] > 0 || r->outpaint[2] > 0 || r->outpaint[3] > 0;
}

static gboolean
check_numbers (const PentRequest *r, GError **error)
{
  const char *wrong = NULL;

  if (r->steps < 1 || r->steps > MAX_STEPS)
    wrong = "--steps must be 1 to 10000";
  else if (!isfinite (r->cfg) || r->cfg < 0)
    wrong = "--cfg must be a number from 0";
  else if (!(r->cfg_from >= 0 && r->cfg_from <= r->cfg_to && r->cfg_to <= 1))
    wrong = "--cfg-from and --cfg-to must be 0 to 1, the first not beyond the second";
  else if (r->step_cache < 1 || r->step_cache > 10)
    wrong = "--step-cache must be 1 to 10";
  else if (r->count < 1)
    wrong = "--count must be at least 1";
  else if (r->seed < 0 || r->seed > G_MAXINT64 - (r->count - 1))
    wrong = "--seed must be 0 to 9223372036854775807, for the last picture too";
  else if (r->strength != PENT_UNSET && !(r->strength >= 0 && r->strength <= 1))
    wrong = "--strength must be 0 to 1";
  else if ((r->width != PENT_UNSET && r->width < 8) || (r->height != PENT_UNSET && r->height < 8))
    wrong = "--width and --height must be at least 8";
  else if (r->mask != NULL && r->init == NULL)
    wrong = "--mask needs --init, the picture to repaint";
  else if (MIN (MIN (r->outpaint[0], r->outpaint[1]), MIN (r->outpaint[2], r->outpaint[3])) < 0)
    wrong = "--outpaint takes four lengths from 0: LEFT,TOP,RIGHT,BOTTOM";
  else if (r->init == NULL && is_extended (r))
    wrong = "--outpaint needs --init, the picture to widen";
  else if (r->tile != PENT_UNSET && (r->tile < 64 || r->tile > 16384))
    wrong = "--tile must be 64 to 16384";
  else if (r->tile != PENT_UNSET && (r->mask != NULL || is_extended (r)))
    wrong = "--tile repaints a whole picture: leave it out with --mask and --outpaint";
  else if (r->tile != PENT_UNSET && r->init == NULL && r->hires == PENT_UNSET)
    wrong = "--tile needs --init or --hires: tiles go on from a picture";
  else if (r->hires != PENT_UNSET && !(r->hires >= 1 && r->hires <= 8))
    wrong = "--hires must be 1 to 8";
  else if (r->hires_strength != PENT_UNSET && !(r->hires_strength >= 0 && r->hires_strength <= 1))
    wrong = "--hires-strength must be 0 to 1";
  else if (r->hires != PENT_UNSET && (r->mask != NULL || is_extended (r)))
    wrong = "--hires enlarges a whole picture: leave it out with --mask and --outpaint";

  if (wrong != NULL)
    g_set_error_literal (error, PENT_ERROR, PENT_ERROR_USAGE, wrong);
  return wrong == NULL;
}

/**
 * pent_resolve:
 * @self: (out): to be cleared with pent_resolve_clear()
 *
 * Checks what does not depend on pictures and looks up every name.
 *
 * Returns: %FALSE with %PENT_ERROR_USAGE naming the option
 */
gboolean
pent_resolve (PentResolved *self, PentCheckpoint *checkpoint, const PentRequest *request, GError **error)
{
  const PentNoiseConfig *noise = pent_checkpoint_get_noise (checkpoint);
  PentSampler sampler;
  PentScheduleType type;
  PentSpacing spacing;

  if (!check_numbers (request, error))
    return FALSE;
  if (!pent_sampler_from_name (request->sampler, &sampler))
    return fail_unknown (error, "--sampler", request->sampler);
  if (!pent_schedule_type_from_name (request->schedule, &type))
    return fail_unknown (error, "--schedule", request->schedule);
  if (!pent_spacing_from_name (request->spacing, &spacing))
    return fail_unknown (error, "--spacing", request->spacing);
  if (!pent_rng_kind_from_name (request->rng, &self->rng))
    return fail_unknown (error, "--rng", request->rng);

  if (g_str_equal (request->prediction, "auto"))
    self->v_prediction = noise->prediction == PENT_PREDICTION_V;
  else if (g_str_equal (request->prediction, "v") || g_str_equal (request->prediction, "epsilon"))
    self->v_prediction = g_str_equal (request->prediction, "v");
  else
    return fail_unknown (error, "--prediction", request->prediction);

  g_autoptr (PentDiffusion) diffusion = pent_diffusion_new (noise->beta_start, noise->beta_end, noise->scaled_linear,
                                                            noise->train_timesteps, error);
  if (diffusion == NULL)
    return FALSE;
  self->schedule = pent_schedule_new (diffusion, sampler, type, spacing, request->steps, error);
  return self->schedule != NULL;
}

void
pent_resolve_clear (PentResolved *self)
{
  g_clear_pointer (&self->schedule, pent_schedule_free);
}
