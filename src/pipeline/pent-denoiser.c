/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-denoiser.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pent-diffusion.h"
#include "pent-error.h"
#include "pent-unet.h"

/* One way to run the UNet: for one prompt, or for two at once. */
typedef struct
{
  PentProgram *whole;     /* NULL where this way is not gone */
  PentProgram *shallow;   /* its outermost level alone, or NULL */
  float       *deep;      /* what the last whole call left for it */
  guint        calls;     /* since the last way was another */
} Way;

struct _PentDenoiser
{
  PentModel           *model;
  PentDenoiserOptions  options;
  GCancellable        *cancellable;
  int                  height, width;
  int                  in_channels, channels;
  Way                  both;         /* n = 2: negative, positive */
  Way                  positive;     /* n = 1 */
  Way                  negative;     /* n = 1 */
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
prepare_way (PentDenoiser *self, Way *way, PentConditioning *first, PentConditioning *second, GError **error)
{
  int n = second != NULL ? 2 : 1;
  gboolean cached = self->options.step_cache > 1;

  way->whole = pent_model_get_unet (self->model, cached ? PENT_UNET_KEEPING : PENT_UNET_WHOLE, n, self->height,
                                    self->width, first->tokens, self->cancellable, error);
  if (way->whole == NULL || !set_context (way->whole, first, second, error))
    return FALSE;
  if (!cached)
    return TRUE;

  way->shallow = pent_model_get_unet (self->model, PENT_UNET_SHALLOW, n, self->height, self->width, first->tokens,
                                      self->cancellable, error);
  if (way->shallow == NULL)
    return FALSE;
  PentGraph *graph = pent_plan_get_graph (pent_program_get_plan (way->shallow));
  way->deep = g_new (float, pent_shape_n_elements (pent_graph_get_input (graph, PENT_UNET_DEEP)->shape));
  return set_context (way->shallow, first, second, error);
}

static gboolean
is_guided_at (PentDenoiser *self, double timestep)
{
  return self->options.cfg != 1 && timestep <= self->options.guided_from && timestep > self->options.guided_to;
}

/* Prompts of one length go through the UNet as one batch; of different lengths
 * one after the other, for padding either would change the picture. */
static gboolean
prepare_ways (PentDenoiser *self, GError **error)
{
  PentConditioning *positive = self->options.positive, *negative = self->options.negative;
  gboolean guided = self->options.cfg != 1, always = isinf (self->options.guided_from) && self->options.guided_to < 0;
  gboolean at_once = guided && positive->tokens == negative->tokens;

  pent_model_begin_round (self->model);
  if (at_once && !prepare_way (self, &self->both, negative, positive, error))
    return FALSE;
  if (guided && !at_once && !prepare_way (self, &self->negative, negative, NULL, error))
    return FALSE;
  return (at_once && always) || prepare_way (self, &self->positive, positive, NULL, error);
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
  self->x = g_new (float, cells * self->channels);
  self->input = g_new (float, 2 * cells * self->in_channels);
  self->output = g_new (float, 2 * cells * self->channels);
  self->time = g_new (float, 2 * c->channels[0]);
  if (!prepare_ways (self, error))
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
  g_free (self->both.deep);
  g_free (self->positive.deep);
  g_free (self->negative.deep);
  g_free (self);
}

/* Whether a cell of that strength is repainted yet. */
static gboolean
is_repainted (const PentRepaint *repaint, gsize cell, double timestep)
{
  double length = repaint->first_timestep - repaint->last_timestep;
  double threshold = length > 0 ? (timestep - repaint->last_timestep) / length : 0;

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

/* Whole, leaving the deep features for those calls that follow, or with the
 * features of an earlier call. */
static gboolean
call_way (PentDenoiser *self, Way *way, float *output, GError **error)
{
  if (way->shallow == NULL)
    return call (self, way->whole, output, error);
  if (way->calls++ % self->options.step_cache == 0)
    return call (self, way->whole, output, error) && pent_program_get_output (way->whole, 1, way->deep, error);
  return pent_program_set_input (way->shallow, PENT_UNET_DEEP, way->deep, error)
         && call (self, way->shallow, output, error);
}

/* Leaves the negative prompt's prediction in the first half of the output and
 * the positive one's in the second; without guidance both are the same half. */
static gboolean
call_model (PentDenoiser *self, double timestep, const float **negative, const float **positive, GError **error)
{
  float *second = self->output + (gsize) self->height * self->width * self->channels;
  gboolean guided = is_guided_at (self, timestep);

  /* What a way kept before another was gone is too old. */
  if (guided != (self->both.calls + self->negative.calls > 0))
    self->both.calls = self->negative.calls = self->positive.calls = 0;
  *negative = self->output;
  *positive = guided ? second : self->output;
  if (!guided)
    return call_way (self, &self->positive, self->output, error);
  if (self->both.whole != NULL)
    return call_way (self, &self->both, self->output, error);
  return call_way (self, &self->negative, self->output, error) && call_way (self, &self->positive, second, error);
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
               exact ? _("%s gave values that are not numbers, so there is no picture: its file is damaged or not made "
                         "for this use; try another model")
                     : _("%s gave values that are not numbers, so there is no picture: try another model, or "
                         "pentimento-cli with --precision f32"),
               pent_checkpoint_get_path (pent_model_get_checkpoint (self->model)));
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

  if (!call_model (self, timestep, &negative, &positive, error))
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
