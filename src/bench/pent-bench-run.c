/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-bench-run.h"

#include "pent-latent-codec.h"
#include "pent-pipeline.h"
#include "pent-vae.h"

/* One chunk of a prompt: any prompt below 75 tokens costs the same. */
#define PROMPT "a lighthouse on the right by the sea, sunset"
#define TOKENS 77

static PentRequest *
make_request (const PentBenchOrder *order)
{
  PentRequest *request = pent_request_new ();

  g_free (request->prompt);
  request->prompt = g_strdup (PROMPT);
  request->model = g_strdup (order->model);
  g_free (request->device);
  request->device = g_strdup (order->device);
  g_free (request->sampler);
  request->sampler = g_strdup ("euler");   /* calls the model once a step */
  request->precision = order->precision;
  request->width = order->width;
  request->height = order->height;
  request->steps = order->runs + 1;
  request->seed = 1;
  return request;
}

static gboolean
take_picture (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  PentBenchRun *self = data;

  self->device = g_strdup (info->device);
  self->description = g_strdup (info->device_description);
  self->precision = g_strdup (info->precision);
  self->model_name = g_strdup (info->model_name);
  self->load = info->seconds_load;
  self->text = info->seconds_text;
  self->decode = info->seconds_decode;
  self->total = info->seconds_total;
  self->peak_memory = info->peak_memory;
  /* The first step also computes what depends on the prompt alone. */
  g_array_append_vals (self->steps, &g_array_index (info->seconds_step, double, 1), info->seconds_step->len - 1);
  return TRUE;
}

static PentOpTable *
time_program (PentProgram *program, int runs, GCancellable *cancellable, GError **error)
{
  return program != NULL ? pent_op_table_new (program, runs, cancellable, error) : NULL;
}

static gboolean
time_decoding (PentBenchRun *self, PentModel *model, int runs, GCancellable *cancellable, GError **error)
{
  const PentVaeConfig *vae = pent_checkpoint_get_vae (pent_model_get_checkpoint (model));
  int height = self->height / pent_vae_get_scale (vae), width = self->width / pent_vae_get_scale (vae);
  g_autofree float *latent = g_new0 (float, (gsize) vae->latent_channels * height * width);
  g_autofree float *picture = g_new (float, (gsize) 3 * self->height * self->width);

  for (int i = 0; i < runs; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      if (!pent_latent_decode (model, latent, height, width, picture, cancellable, error))
        return FALSE;
      double seconds = (g_get_monotonic_time () - begin) / (double) G_USEC_PER_SEC;
      g_array_append_val (self->decodes, seconds);
    }
  return TRUE;
}

/* The programs are those that the picture was made with, where they are still
 * held. */
static gboolean
time_operators (PentBenchRun *self, PentModel *model, int runs, GCancellable *cancellable, GError **error)
{
  int scale = pent_vae_get_scale (pent_checkpoint_get_vae (pent_model_get_checkpoint (model)));
  int height = self->height / scale, width = self->width / scale;

  self->unet = time_program (pent_model_get_unet (model, PENT_UNET_WHOLE, 2, height, width, TOKENS, cancellable, error), runs,
                             cancellable, error);
  if (self->unet == NULL)
    return FALSE;
  if (pent_model_vae_fits (model, FALSE, height, width, NULL))
    {
      self->decoder = time_program (pent_model_get_vae (model, FALSE, height, width, cancellable, error), runs,
                                    cancellable, error);
      if (self->decoder == NULL)
        return FALSE;
    }
  return pent_roofline_measure (&self->roofline, pent_model_get_backend (model), pent_model_get_operand (model),
                                cancellable, error);
}

/**
 * pent_bench_run_new:
 *
 * Makes one picture and tells where its time went.
 *
 * Returns: (transfer full): the figures, or %NULL as pent_pipeline_run() fails
 */
PentBenchRun *
pent_bench_run_new (const PentBenchOrder *order, GCancellable *cancellable, GError **error)
{
  g_autoptr (PentBenchRun) self = g_new0 (PentBenchRun, 1);
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = make_request (order);
  const PentListener listener = { .picture = take_picture, .data = self };

  self->width = order->width;
  self->height = order->height;
  self->steps = g_array_new (FALSE, FALSE, sizeof (double));
  self->decodes = g_array_new (FALSE, FALSE, sizeof (double));
  if (!pent_pipeline_run (pipeline, request, &listener, cancellable, error))
    return NULL;
  self->planned_memory = pent_model_get_memory (pent_pipeline_get_model (pipeline));
  if (!time_decoding (self, pent_pipeline_get_model (pipeline), order->runs, cancellable, error))
    return NULL;
  if (order->operators
      && !time_operators (self, pent_pipeline_get_model (pipeline), order->runs, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pent_bench_run_free (PentBenchRun *self)
{
  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_pointer (&self->decodes, g_array_unref);
  g_clear_pointer (&self->unet, pent_op_table_free);
  g_clear_pointer (&self->decoder, pent_op_table_free);
  g_free (self->device);
  g_free (self->description);
  g_free (self->precision);
  g_free (self->model_name);
  g_free (self);
}
