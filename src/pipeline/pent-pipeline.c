/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a request to pictures. pent_pipeline_run() at the end reads like the
 * algorithm: load, encode the prompts and the source, then for every picture
 * noise, sample, decode, compose. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-pipeline.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "pent-conditioning.h"
#include "pent-data-dir.h"
#include "pent-denoiser.h"
#include "pent-devices.h"
#include "pent-error.h"
#include "pent-latent-codec.h"
#include "pent-preview.h"
#include "pent-resolve.h"
#include "pent-sampler.h"
#include "pent-source.h"
#include "pent-vae.h"

#define STARTER_MODEL "starter"

/* Encoded prompts kept for the next request */
#define MAX_CACHED_PROMPTS 64

struct _PentPipeline
{
  char        *device;         /* as asked for; NULL before the first request */
  PentBackend *backend;
  char        *model_path;     /* of the loaded model */
  char        *vae_path;       /* as asked for, or NULL */
  char        *vae_name;
  PentModel   *model;
  GHashTable  *prompts;        /* of char * ("clip skip:prompt") to PentConditioning, for the loaded model */
  PentPreview  preview;
  gboolean     has_preview;    /* for the loaded model */

  PentRunInfo  info;
  PentResolved resolved;       /* of the running request */
};

/* One run's state, beside what the pipeline keeps. */
typedef struct
{
  PentPipeline        *pipeline;
  PentRequest         *request;
  const PentListener  *listener;
  GCancellable        *cancellable;
  PentSource          *source;
  PentConditioning    *positive;
  PentConditioning    *negative;
  int                  start;         /* first step that is run */
  int                  n_steps;       /* that are run */
  int                  picture;
  int                  step;
  double               fraction;
  gint64               begin;         /* monotonic, microseconds */
  gint64               step_begin;
} Run;

PentPipeline *
pent_pipeline_new (void)
{
  PentPipeline *self = g_new0 (PentPipeline, 1);

  self->prompts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) pent_conditioning_unref);
  self->info.seconds_step = g_array_new (FALSE, FALSE, sizeof (double));
  self->info.warnings = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
unload_model (PentPipeline *self)
{
  g_hash_table_remove_all (self->prompts);
  self->has_preview = FALSE;
  g_clear_pointer (&self->model, pent_model_free);
  g_clear_pointer (&self->model_path, g_free);
  g_clear_pointer (&self->vae_path, g_free);
  g_clear_pointer (&self->vae_name, g_free);
}

void
pent_pipeline_free (PentPipeline *self)
{
  unload_model (self);
  pent_resolve_clear (&self->resolved);
  g_clear_object (&self->backend);
  g_free (self->device);
  g_hash_table_unref (self->prompts);
  g_array_unref (self->info.seconds_step);
  g_ptr_array_unref (self->info.warnings);
  g_free (self);
}

static double
seconds_since (gint64 begin)
{
  return (g_get_monotonic_time () - begin) / 1e6;
}

static void
warn (PentPipeline *self, const char *warning)
{
  if (!g_ptr_array_find_with_equal_func (self->info.warnings, warning, g_str_equal, NULL))
    g_ptr_array_add (self->info.warnings, g_strdup (warning));
}

static gboolean
choose_operand (PentBackend *backend, PentPrecision precision, PentDtype *operand, GError **error)
{
  static const PentDtype types[] = {
    [PENT_PRECISION_F32] = PENT_F32, [PENT_PRECISION_BF16] = PENT_BF16, [PENT_PRECISION_F16] = PENT_F16,
  };

  *operand = precision == PENT_PRECISION_AUTO ? pent_backend_get_best (backend) : types[precision];
  if (pent_backend_supports (backend, *operand))
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE,
               "%s (%s) does not compute in %s: use --precision auto, which is %s here", pent_backend_get_name (backend),
               pent_backend_get_description (backend), pent_dtype_name (*operand),
               pent_dtype_name (pent_backend_get_best (backend)));
  return FALSE;
}

static gboolean
load_backend (PentPipeline *self, const char *device, GError **error)
{
  if (self->backend != NULL && g_str_equal (self->device, device))
    return TRUE;

  PentBackend *backend = pent_backend_for_device (device, error);
  if (backend == NULL)
    return FALSE;
  unload_model (self);
  g_clear_object (&self->backend);
  g_free (self->device);
  self->backend = backend;
  self->device = g_strdup (device);
  return TRUE;
}

static gboolean
load_model (PentPipeline *self, const PentRequest *request, GError **error)
{
  g_autofree char *path = request->model != NULL ? g_strdup (request->model) : pent_data_path (STARTER_MODEL, error);
  PentDtype operand;

  if (path == NULL || !load_backend (self, request->device, error)
      || !choose_operand (self->backend, request->precision, &operand, error))
    return FALSE;
  if (self->model != NULL && g_str_equal (path, self->model_path) && g_strcmp0 (request->vae, self->vae_path) == 0
      && operand == pent_model_get_operand (self->model))
    return TRUE;

  unload_model (self);
  g_autoptr (PentCheckpoint) checkpoint = pent_checkpoint_open_with_vae (path, request->vae, error);
  if (checkpoint == NULL)
    return FALSE;
  self->model = pent_model_new (checkpoint, self->backend, operand, error);
  if (self->model == NULL)
    return FALSE;
  self->model_path = g_steal_pointer (&path);
  self->vae_path = g_strdup (request->vae);
  self->vae_name = request->vae != NULL ? g_path_get_basename (request->vae) : NULL;
  return TRUE;
}

static const char *
describe_family (PentCheckpoint *checkpoint)
{
  const PentUnetConfig *unet = pent_checkpoint_get_unet (checkpoint);

  return unet->in_channels > unet->out_channels ? "Stable Diffusion 1 inpainting" : "Stable Diffusion 1";
}

static void
fill_info (PentPipeline *self, const PentRequest *request, const PentSource *source, int n_steps)
{
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (self->model);
  const PentSchedule *schedule = self->resolved.schedule;
  PentRunInfo *info = &self->info;

  info->model_path = self->model_path;
  info->model_name = pent_checkpoint_get_name (checkpoint);
  info->vae_name = self->vae_name;
  info->family = describe_family (checkpoint);
  info->prediction = self->resolved.v_prediction ? "v" : "epsilon";
  info->sampler = pent_sampler_get_info (schedule->sampler)->name;
  info->schedule = pent_schedule_type_name (schedule->type);
  info->spacing = pent_spacing_name (schedule->spacing);
  info->rng = pent_rng_kind_name (self->resolved.rng);
  info->width = source->width;
  info->height = source->height;
  info->steps_run = n_steps;
  info->strength = source->strength;
  info->grow = source->grow;
  info->feather = source->feather;
  info->device = pent_backend_get_name (self->backend);
  info->device_description = pent_backend_get_description (self->backend);
  info->precision = pent_dtype_name (pent_model_get_operand (self->model));
}

/* That no part will be found too large when the others have done their work.
 * Most prompts are one chunk long. */
static gboolean
check_memory (PentPipeline *self, const PentRequest *request, const PentSource *source, GError **error)
{
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (self->model);
  const PentUnetConfig *unet = pent_checkpoint_get_unet (checkpoint);
  gboolean encodes = request->init != NULL || unet->in_channels > unet->out_channels;
  int height = source->cells_high, width = source->cells_wide;

  return pent_model_unet_fits (self->model, request->cfg != 1 ? 2 : 1, height, width,
                               pent_checkpoint_get_clip (checkpoint)->positions, error)
         && pent_latent_fits (self->model, FALSE, height, width, error)
         && (!encodes || pent_latent_fits (self->model, TRUE, height, width, error));
}

/* What can be known without computing: the model, the sizes, the schedule, and
 * that the plans fit. */
static PentSource *
prepare (PentPipeline *self, PentRequest *request, int *start, GError **error)
{
  if (!load_model (self, request, error))
    return NULL;
  pent_model_set_memory_limit (self->model, request->memory_limit);

  PentCheckpoint *checkpoint = pent_model_get_checkpoint (self->model);
  pent_resolve_clear (&self->resolved);
  if (!pent_resolve (&self->resolved, checkpoint, request, error))
    return NULL;
  g_autoptr (PentSource) source = pent_source_new (checkpoint, request);
  if (!check_memory (self, request, source, error) || !pent_source_fit (source, checkpoint, request, error))
    return NULL;

  const PentSchedule *schedule = self->resolved.schedule;
  *start = request->init != NULL ? pent_schedule_start_for_strength (schedule, source->strength) : 0;
  fill_info (self, request, source, schedule->n_steps - *start);
  return g_steal_pointer (&source);
}

/**
 * pent_pipeline_check:
 * @info: (out) (transfer none): what was resolved; no times, no memory
 *
 * Opens the model and the device and resolves the request, without computing.
 */
gboolean
pent_pipeline_check (PentPipeline *self, PentRequest *request, const PentRunInfo **info, GError **error)
{
  int start;
  g_autoptr (PentSource) source = prepare (self, request, &start, error);

  if (source == NULL)
    return FALSE;
  *info = &self->info;
  return TRUE;
}

static void
report (Run *run, PentStage stage, double fraction, PentImage *preview)
{
  run->fraction = MAX (run->fraction, MIN (fraction, 1));
  if (run->listener == NULL || run->listener->progress == NULL)
    return;

  const PentProgress progress = {
    .stage = stage, .picture = run->picture, .n_pictures = run->request->count,
    .step = run->step, .n_steps = run->n_steps, .fraction = run->fraction, .preview = preview,
  };
  run->listener->progress (run->listener->data, &progress);
}

/* Decoding counts as one step of each picture. */
static double
fraction_at (const Run *run, double steps)
{
  return (run->picture + steps / (run->n_steps + 1)) / run->request->count;
}

static PentConditioning *
encode_prompt (Run *run, const char *prompt, GError **error)
{
  PentPipeline *self = run->pipeline;
  g_autofree char *key = g_strdup_printf ("%d:%s", run->request->clip_skip, prompt);
  PentConditioning *conditioning = g_hash_table_lookup (self->prompts, key);

  if (conditioning == NULL)
    {
      conditioning = pent_conditioning_new (self->model, prompt, run->request->clip_skip, run->cancellable, error);
      if (conditioning == NULL)
        return NULL;
      if (g_hash_table_size (self->prompts) >= MAX_CACHED_PROMPTS)
        g_hash_table_remove_all (self->prompts);
      g_hash_table_insert (self->prompts, g_steal_pointer (&key), conditioning);
    }
  for (guint i = 0; i < conditioning->warnings->len; i++)
    warn (self, g_ptr_array_index (conditioning->warnings, i));
  return pent_conditioning_ref (conditioning);
}

static gboolean
encode_prompts (Run *run, GError **error)
{
  gint64 begin = g_get_monotonic_time ();

  report (run, PENT_STAGE_TEXT, 0, NULL);
  run->positive = encode_prompt (run, run->request->prompt, error);
  if (run->positive == NULL)
    return FALSE;
  if (run->request->cfg != 1)
    {
      run->negative = encode_prompt (run, run->request->negative, error);
      if (run->negative == NULL)
        return FALSE;
    }
  run->pipeline->info.seconds_text = seconds_since (begin);
  return TRUE;
}

static gboolean
prepare_preview (Run *run, GError **error)
{
  PentPipeline *self = run->pipeline;

  if (run->listener == NULL || !run->listener->previews || self->has_preview)
    return TRUE;
  self->has_preview = pent_preview_init (&self->preview, self->model, run->cancellable, error);
  return self->has_preview;
}

static void
step_done (gpointer data, int step, int n_steps, double sigma, const float *x, const float *denoised)
{
  Run *run = data;
  PentPipeline *self = run->pipeline;
  double seconds = seconds_since (run->step_begin);
  g_autoptr (PentImage) preview = NULL;

  g_array_append_val (self->info.seconds_step, seconds);
  run->step = step + 1;
  if (run->listener != NULL && run->listener->previews)
    preview = pent_preview_render (&self->preview, denoised, run->source->cells_high, run->source->cells_wide);
  report (run, PENT_STAGE_STEP, fraction_at (run, run->step), preview);
  run->step_begin = g_get_monotonic_time ();
}

/* Cells that are kept are the picture's own again, and free of noise. */
static void
restore_kept (const PentSource *source, int channels, float *x)
{
  gsize cells = (gsize) source->cells_high * source->cells_wide;

  for (gsize cell = 0; cell < cells; cell++)
    if (source->mask_cells->values[cell] == 0)
      for (int k = 0; k < channels; k++)
        x[k * cells + cell] = source->latent[k * cells + cell];
}

/* Noise to latent: @x comes back as the final latent. */
static gboolean
sample (Run *run, gint64 seed, gsize n, float *x, GError **error)
{
  PentPipeline *self = run->pipeline;
  const PentSource *source = run->source;
  const PentSchedule *schedule = self->resolved.schedule;
  g_autoptr (PentSamplerNoise) source_of_noise = pent_sampler_noise_new (self->resolved.rng, seed);
  g_autofree float *noise = g_new (float, n);
  gboolean from_noise = source->latent == NULL || source->strength >= 1;
  gboolean blend = source->mask_cells != NULL && source->extra == NULL;

  pent_sampler_noise_draw (source_of_noise, noise, n);
  for (gsize i = 0; i < n; i++)
    x[i] = from_noise ? noise[i] * (float) schedule->initial_scale
                      : source->latent[i] + noise[i] * schedule->sigmas[run->start];
  if (run->n_steps == 0)
    {
      memcpy (x, source->latent, n * sizeof (float));
      return TRUE;
    }

  const PentRepaint repaint = {
    .strength = blend ? source->mask_cells->values : NULL, .original = source->latent, .noise = noise,
    .first_timestep = schedule->timesteps[run->start],
  };
  const PentDenoiserOptions options = {
    .positive = run->positive, .negative = run->negative, .cfg = run->request->cfg,
    .v_prediction = self->resolved.v_prediction, .repaint = blend ? &repaint : NULL, .extra = source->extra,
  };
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (PentDenoiser) denoiser = pent_denoiser_new (self->model, source->cells_high, source->cells_wide, &options,
                                                         run->cancellable, error);
  if (denoiser == NULL)
    return FALSE;
  self->info.seconds_load += seconds_since (begin);
  run->step_begin = g_get_monotonic_time ();
  if (!pent_sampler_run (schedule, run->start, n, x, source_of_noise, pent_denoiser_run, denoiser, step_done, run,
                         error))
    return FALSE;
  if (blend)
    restore_kept (source, pent_checkpoint_get_unet (pent_model_get_checkpoint (self->model))->out_channels, x);
  return TRUE;
}

static gboolean
all_finite (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

static PentImage *
decode (Run *run, const float *latent, GError **error)
{
  PentPipeline *self = run->pipeline;
  const PentSource *source = run->source;
  int scale = pent_vae_get_scale (pent_checkpoint_get_vae (pent_model_get_checkpoint (self->model)));
  gsize n = (gsize) source->cells_high * source->cells_wide * scale * scale * 3;
  g_autofree float *picture = g_try_new (float, n);
  gint64 begin = g_get_monotonic_time ();

  report (run, PENT_STAGE_DECODE, fraction_at (run, run->n_steps), NULL);
  if (picture == NULL)
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_MEMORY,
                           "There is no memory left for the picture: choose a smaller size");
      return NULL;
    }
  if (!pent_latent_decode (self->model, latent, source->cells_high, source->cells_wide, picture, run->cancellable,
                           error))
    return NULL;
  if (!all_finite (picture, n))
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_DEVICE,
                           "The VAE gave values that are not numbers, so there is no picture: "
                           "try --precision f32 or another --vae");
      return NULL;
    }
  self->info.seconds_decode = seconds_since (begin);
  return pent_source_compose (run->source, picture, source->cells_wide * scale, run->request->composite, error);
}

static gsize
peak_resident_memory (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (gsize) usage.ru_maxrss * 1024 : 0;
}

static gboolean
run_picture (Run *run, int index, GError **error)
{
  PentPipeline *self = run->pipeline;
  int channels = pent_checkpoint_get_unet (pent_model_get_checkpoint (self->model))->out_channels;
  gsize n = (gsize) channels * run->source->cells_high * run->source->cells_wide;
  gint64 seed = run->request->seed + index;
  g_autofree float *x = g_new (float, n);

  run->picture = index;
  run->step = 0;
  if (!sample (run, seed, n, x, error))
    return FALSE;
  g_autoptr (PentImage) image = decode (run, x, error);
  if (image == NULL)
    return FALSE;

  self->info.seconds_total = seconds_since (run->begin);
  self->info.peak_memory = peak_resident_memory ();
  const PentPicture picture = {
    .index = index, .seed = seed, .image = image, .latents = x, .latent_channels = channels,
    .latent_height = run->source->cells_high, .latent_width = run->source->cells_wide,
  };
  if (run->listener != NULL && run->listener->picture != NULL
      && !run->listener->picture (run->listener->data, &picture, &self->info, error))
    return FALSE;
  report (run, PENT_STAGE_DECODE, fraction_at (run, run->n_steps + 1), NULL);
  return TRUE;
}

static gboolean
run_pictures (Run *run, GError **error)
{
  PentPipeline *self = run->pipeline;

  report (run, PENT_STAGE_LOAD, 0, NULL);
  run->source = prepare (self, run->request, &run->start, error);
  if (run->source == NULL)
    return FALSE;
  run->n_steps = self->info.steps_run;
  self->info.seconds_load = seconds_since (run->begin);

  if (!encode_prompts (run, error) || !prepare_preview (run, error))
    return FALSE;
  if (run->source->image != NULL)
    report (run, PENT_STAGE_ENCODE, 0, NULL);
  if (!pent_source_encode (run->source, self->model, run->request, run->cancellable, error))
    return FALSE;

  for (int i = 0; i < run->request->count; i++)
    if (!run_picture (run, i, error))
      return FALSE;
  return TRUE;
}

/**
 * pent_pipeline_run:
 * @listener: (nullable): who is told
 * @cancellable: (nullable): stops within one operator or submission
 *
 * Makes the pictures one after the other, each exactly as it would be made
 * alone, and hands them to the listener.
 *
 * Returns: %FALSE with any #PentError; pictures that were handed over before it
 *   are whole
 */
gboolean
pent_pipeline_run (PentPipeline *self, PentRequest *request, const PentListener *listener, GCancellable *cancellable,
                   GError **error)
{
  Run run = {
    .pipeline = self, .request = request, .listener = listener, .cancellable = cancellable,
    .begin = g_get_monotonic_time (),
  };

  g_array_set_size (self->info.seconds_step, 0);
  g_ptr_array_set_size (self->info.warnings, 0);
  self->info.seconds_load = self->info.seconds_text = self->info.seconds_decode = self->info.seconds_total = 0;

  gboolean done = run_pictures (&run, error);
  g_clear_pointer (&run.positive, pent_conditioning_unref);
  g_clear_pointer (&run.negative, pent_conditioning_unref);
  g_clear_pointer (&run.source, pent_source_free);
  return done;
}
