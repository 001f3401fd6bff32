/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-denoiser.h"

#include <math.h>
#include <string.h>

#include "pent-diffusion.h"
#include "pent-error.h"
#include "pent-unet.h"

struct _PentDenoiser
{
  PentModel           *model;
  PentDenoiserOptions  options;
  GCancellable        *cancellable;
  int                  height, width;
  int                  in_channels, channels;
  gboolean             guided;       /* both prompts are run */
  PentProgram         *both;         /* n = 2: negative, positive; or NULL */
  PentProgram         *shallow;      /* beside both, or beside positive without guidance; or NULL */
  float               *deep;         /* what the last whole call left for it */
  guint                calls;
  PentProgram         *positive;     /* n = 1, or NULL */
  PentProgram         *negative;     /* n = 1, or NULL */
  float               *x;            /* (channels, height, width), kept cells put back */
  float               *input;        /* (2, height, width, in_channels) */
  float               *output;       /* (2, height, width, channels) */
  float               *time;         /* (2, time channels) */
};

static gboolean
set_context (PentProgram *program, const PentConditioning *first, const PentConditioning *second, GError **error)
{
  gsize n = (gsize) first->tokens * first->width;
  g_autofree float *context = g_new (float, 2 * n);

  memcpy (context, first->values, n * sizeof (float));
  if (second != NULL)
    memcpy (context + n, second->values, n * sizeof (float));
  return pent_program_set_input (program, PENT_UNET_CONTEXT, context, error);
}

static gboolean
prepare_shallow (PentDenoiser *self, int n, PentConditioning *first, PentConditioning *second, GError **error)
{
  if (self->options.step_cache <= 1)
    return TRUE;
  self->shallow = pent_model_get_unet (self->model, PENT_UNET_SHALLOW, n, self->height, self->width, first->tokens,
                                       self->cancellable, error);
  if (self->shallow == NULL)
    return FALSE;
  PentGraph *graph = pent_plan_get_graph (pent_program_get_plan (self->shallow));
  self->deep = g_new (float, pent_shape_n_elements (pent_graph_get_input (graph, PENT_UNET_DEEP)->shape));
  return set_context (self->shallow, first, second, error);
}

/* Prompts of one length go through the UNet as one batch; of different lengths
 * one after the other, for padding either would change the picture. */
static gboolean
prepare_programs (PentDenoiser *self, GError **error)
{
  PentConditioning *positive = self->options.positive, *negative = self->options.negative;
  gboolean at_once = self->guided && positive->tokens == negative->tokens;
  gboolean keeping = self->options.step_cache > 1 && (at_once || !self->guided);
  PentUnetForm form = keeping ? PENT_UNET_KEEPING : PENT_UNET_WHOLE;

  if (at_once)
    {
      self->both = pent_model_get_unet (self->model, form, 2, self->height, self->width, positive->tokens,
                                        self->cancellable, error);
      return self->both != NULL && set_context (self->both, negative, positive, error)
             && prepare_shallow (self, 2, negative, positive, error);
    }

  self->positive = pent_model_get_unet (self->model, form, 1, self->height, self->width, positive->tokens,
                                        self->cancellable, error);
  if (self->positive == NULL || !set_context (self->positive, positive, NULL, error))
    return FALSE;
  if (!self->guided)
    return prepare_shallow (self, 1, positive, NULL, error);
  self->negative = pent_model_get_unet (self->model, PENT_UNET_WHOLE, 1, self->height, self->width, negative->tokens,
                                        self->cancellable, error);
  return self->negative != NULL && set_context (self->negative, negative, NULL, error);
}

/**
 * pent_denoiser_new:
 * @height: of the latent, in cells
 * @width: of the latent, in cells
 *
 * Returns: (transfer full): the denoiser, the UNet compiled and the prompts set;
 *   %NULL with the errors of compiling
 */
PentDenoiser *
pent_denoiser_new (PentModel *model, int height, int width, const PentDenoiserOptions *options,
                   GCancellable *cancellable, GError **error)
{
  const PentUnetConfig *c = pent_checkpoint_get_unet (pent_model_get_checkpoint (model));
  g_autoptr (PentDenoiser) self = g_new0 (PentDenoiser, 1);
  gsize cells = (gsize) height * width;

  self->model = model;
  self->options = *options;
  self->cancellable = cancellable;
  self->height = height;
  self->width = width;
  self->in_channels = c->in_channels;
  self->channels = c->out_channels;
  self->guided = options->cfg != 1;
  self->x = g_new (float, cells * self->channels);
  self->input = g_new (float, 2 * cells * self->in_channels);
  self->output = g_new (float, 2 * cells * self->channels);
  self->time = g_new (float, 2 * c->channels[0]);
  if (!prepare_programs (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pent_denoiser_free (PentDenoiser *self)
{
  g_free (self->x);
  g_free (self->input);
  g_free (self->output);
  g_free (self->time);
  g_free (self->deep);
  g_free (self);
}

/* Whether a cell of that strength is repainted yet. */
static gboolean
is_repainted (const PentRepaint *repaint, gsize cell, double timestep)
{
  double threshold = repaint->first_timestep > 0 ? timestep / repaint->first_timestep : 0;

  return repaint->strength[cell] > 0 && repaint->strength[cell] >= MIN (threshold, 1);
}

static void
put_back (PentDenoiser *self, const float *x, double sigma, double timestep)
{
  const PentRepaint *repaint = self->options.repaint;
  gsize cells = (gsize) self->height * self->width;

  memcpy (self->x, x, cells * self->channels * sizeof (float));
  for (gsize cell = 0; repaint != NULL && cell < cells; cell++)
    if (!is_repainted (repaint, cell, timestep))
      for (int k = 0; k < self->channels; k++)
        self->x[k * cells + cell] = repaint->original[k * cells + cell] + sigma * repaint->noise[k * cells + cell];
}

/* (channels, cells) to (cells, channels), scaled as the model was trained. */
static void
fill_input (PentDenoiser *self, double scale)
{
  gsize cells = (gsize) self->height * self->width;
  gsize n = cells * self->in_channels;

  for (gsize cell = 0; cell < cells; cell++)
    {
      float *to = self->input + cell * self->in_channels;
      for (int k = 0; k < self->channels; k++)
        to[k] = self->x[k * cells + cell] * scale;
      for (int k = self->channels; k < self->in_channels; k++)
        to[k] = self->options.extra[(k - self->channels) * cells + cell];
    }
  memcpy (self->input + n, self->input, n * sizeof (float));
}

static gboolean
call (PentDenoiser *self, PentProgram *program, float *output, GError **error)
{
  return pent_program_set_input (program, PENT_UNET_LATENT, self->input, error)
         && pent_program_set_input (program, PENT_UNET_TIME, self->time, error)
         && pent_program_run (program, self->cancellable, error)
         && pent_program_get_output (program, 0, output, error);
}

/* The one program of a call: whole, leaving its deep features for those that
 * follow, or with the features of an earlier call. */
static gboolean
call_cached (PentDenoiser *self, PentProgram *program, GError **error)
{
  if (self->shallow == NULL)
    return call (self, program, self->output, error);
  if (self->calls++ % self->options.step_cache == 0)
    return call (self, program, self->output, error) && pent_program_get_output (program, 1, self->deep, error);
  return pent_program_set_input (self->shallow, PENT_UNET_DEEP, self->deep, error)
         && call (self, self->shallow, self->output, error);
}

/* Leaves the negative prompt's prediction in the first half of the output and
 * the positive one's in the second; without guidance both are the same half. */
static gboolean
call_model (PentDenoiser *self, const float **negative, const float **positive, GError **error)
{
  float *second = self->output + (gsize) self->height * self->width * self->channels;

  *negative = self->output;
  *positive = second;
  if (self->both != NULL)
    return call_cached (self, self->both, error);
  if (self->guided)
    return call (self, self->negative, self->output, error) && call (self, self->positive, second, error);
  *positive = self->output;
  return call_cached (self, self->positive, error);
}

/* Guidance, and back to (channels, cells). FALSE where something is not a
 * finite number. */
static gboolean
guide (PentDenoiser *self, const float *negative, const float *positive, float *prediction)
{
  gsize cells = (gsize) self->height * self->width;
  float cfg = self->options.cfg;
  gboolean finite = TRUE;

  for (gsize cell = 0; cell < cells; cell++)
    for (int k = 0; k < self->channels; k++)
      {
        float n = negative[cell * self->channels + k], p = positive[cell * self->channels + k];
        float value = n + cfg * (p - n);
        finite = finite && isfinite (value);
        prediction[k * cells + cell] = value;
      }
  return finite;
}

static gboolean
fail_not_finite (PentDenoiser *self, GError **error)
{
  gboolean exact = pent_model_get_operand (self->model) == PENT_F32;

  g_set_error (error, PENT_ERROR, exact ? PENT_ERROR_FILE : PENT_ERROR_DEVICE,
               "%s gave values that are not numbers, so there is no picture: %s",
               pent_checkpoint_get_path (pent_model_get_checkpoint (self->model)),
               exact ? "its file is damaged or not made for this use; try another model" : "try --precision f32");
  return FALSE;
}

/**
 * pent_denoiser_run:
 * @self: a #PentDenoiser
 *
 * A #PentDenoiseFunc.
 */
gboolean
pent_denoiser_run (gpointer data, const float *x, double sigma, double timestep, float *denoised, GError **error)
{
  PentDenoiser *self = data;
  const PentUnetConfig *c = pent_checkpoint_get_unet (pent_model_get_checkpoint (self->model));
  const PentRepaint *repaint = self->options.repaint;
  gsize cells = (gsize) self->height * self->width, n = cells * self->channels;
  const float *negative, *positive;

  put_back (self, x, sigma, timestep);
  fill_input (self, pent_model_input_scale (sigma));
  pent_unet_time_embedding (c, timestep, self->time);
  memcpy (self->time + c->channels[0], self->time, c->channels[0] * sizeof (float));

  if (!call_model (self, &negative, &positive, error))
    return FALSE;
  if (!guide (self, negative, positive, denoised))
    return fail_not_finite (self, error);

  if (self->options.v_prediction)
    pent_denoised_from_v (sigma, n, self->x, denoised, denoised);
  else
    pent_denoised_from_epsilon (sigma, n, self->x, denoised, denoised);

  for (gsize cell = 0; repaint != NULL && cell < cells; cell++)
    if (!is_repainted (repaint, cell, timestep))
      for (int k = 0; k < self->channels; k++)
        denoised[k * cells + cell] = repaint->original[k * cells + cell];
  return TRUE;
}
