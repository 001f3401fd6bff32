/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a request to pictures. pent_pipeline_run() at the end reads like the
 * algorithm: load, encode the prompts and the source, then for every picture
 * noise, sample, decode, join, once for each pass. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-pipeline.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "pent-conditioning.h"
#include "pent-denoiser.h"
#include "pent-devices.h"
#include "pent-error.h"
#include "pent-image-scale.h"
#include "pent-latent-codec.h"
#include "pent-paste.h"
#include "pent-patch.h"
#include "pent-preview.h"
#include "pent-resolve.h"
#include "pent-sampler.h"
#include "pent-shipped-model.h"
#include "pent-source.h"
#include "pent-vae.h"

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
  PentPatch           *patch;         /* of the pass that is run */
  gint64               patch_seed;    /* of the picture it was filled for */
  PentImage           *canvas;        /* of the picture that is made: the result so far */
  PentEditResult      *edit;          /* of the picture that is made, or NULL: nobody asked */
  PentDenoiser        *denoiser;      /* of the pass that is sampled */
  PentConditioning    *positive;
  PentConditioning    *negative;
  int                  start;         /* first step that is run in this pass */
  int                  n_steps;       /* that are run in this pass */
  int                  n_all_steps;   /* that are run for one picture */
  int                  picture;
  guint                pass;
  int                  step;          /* steps of this picture that are done */
  float               *predicted;     /* the latent as the newest step of this pass predicts it */
  gsize                n_predicted;   /* floats in it */
  gboolean             stopped;       /* the picture is kept as it is predicted */
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
    [PENT_PRECISION_INT8] = PENT_INT8,
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
  g_autofree char *path = pent_shipped_model_find (request->model, error);
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

/* The step that a pass begins with. */
static int
first_step (PentPipeline *self, const PentSource *source, guint pass)
{
  if (!pent_source_has_picture (source, pass))
    return 0;
  return pent_schedule_start_for_strength (self->resolved.schedule, pent_source_get_pass (source, pass)->strength);
}

/* Of one picture, over all its passes. */
static int
count_steps (PentPipeline *self, const PentSource *source)
{
  int n = 0;

  for (guint i = 0; i < source->passes->len; i++)
    n += self->resolved.schedule->n_steps - first_step (self, source, i);
  return n;
}

static void
fill_info (PentPipeline *self, const PentRequest *request, const PentSource *source)
{
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (self->model);
  const PentSchedule *schedule = self->resolved.schedule;
  const PentPass *first = pent_source_get_pass (source, 0);
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
  info->steps_run = schedule->n_steps - first_step (self, source, 0);
  info->stopped_after = request->stop_after < count_steps (self, source) ? request->stop_after : PENT_UNSET;
  info->strength = source->strength;
  info->n_passes = source->passes->len;
  info->region = first->region;
  info->run_width = first->run_width;
  info->run_height = first->run_height;
  info->grow = first->grow;
  info->feather = first->feather;
  info->blend = first->blend;
  info->match = source->match;
  info->fitted = request->init != NULL && (request->init->width != source->known.width
                                           || request->init->height != source->known.height);
  info->hires_strength = request->hires != PENT_UNSET ? pent_source_get_pass (source, 1)->strength : PENT_UNSET;
  info->tile = source->tile_side > 0 ? source->tile_side : PENT_UNSET;
  info->device = pent_backend_get_name (self->backend);
  info->device_description = pent_backend_get_description (self->backend);
  info->precision = pent_dtype_name (pent_model_get_operand (self->model));
}

/* That no part of any pass will be found too large when the others have done
 * their work. Most prompts are one chunk long. */
static gboolean
check_memory (PentPipeline *self, const PentRequest *request, const PentSource *source, GError **error)
{
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (self->model);
  const PentUnetConfig *unet = pent_checkpoint_get_unet (checkpoint);
  gboolean encodes = request->init != NULL || source->passes->len > 1 || unet->in_channels > unet->out_channels;
  int scale = pent_vae_get_scale (pent_checkpoint_get_vae (checkpoint));
  int positions = pent_checkpoint_get_clip (checkpoint)->positions;
  gsize host = pent_devices_get_host_memory ();
  gsize budget = request->memory_limit != 0 ? MIN (host, request->memory_limit) : host;

  for (guint i = 0; i < source->passes->len; i++)
    {
      const PentPass *pass = pent_source_get_pass (source, i);
      int height = pass->run_height / scale, width = pass->run_width / scale;
      if (!pent_model_unet_fits (self->model, request->cfg != 1 ? 2 : 1, height, width, positions, error)
          || !pent_latent_fits (self->model, FALSE, height, width, error)
          || (encodes && !pent_latent_fits (self->model, TRUE, height, width, error))
          || !pent_patch_fits (pass, budget, error))
        return FALSE;
    }
  return TRUE;
}

/* A picture that is asked to be repainted in tiles, or does not fit in memory
 * whole, is. */
static gboolean
choose_tiles (PentPipeline *self, const PentRequest *request, PentSource *source, GError **error)
{
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (self->model);
  g_autoptr (GError) too_large = NULL;

  if (request->tile == PENT_UNSET && check_memory (self, request, source, &too_large))
    return TRUE;
  if (!pent_source_tile (source, checkpoint, request->tile) && too_large != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&too_large));
      return FALSE;
    }
  if (!check_memory (self, request, source, error))
    return FALSE;
  if (too_large != NULL)
    warn (self, "The picture is too large for the memory and is painted in tiles.");
  return TRUE;
}

/* What can be known without computing: the model, the sizes, the schedule, and
 * that the plans fit. */
static PentSource *
prepare (PentPipeline *self, PentRequest *request, GError **error)
{
  if (!load_model (self, request, error))
    return NULL;
  pent_model_set_memory_limit (self->model, request->memory_limit);

  PentCheckpoint *checkpoint = pent_model_get_checkpoint (self->model);
  pent_resolve_clear (&self->resolved);
  if (!pent_resolve (&self->resolved, checkpoint, request, error))
    return NULL;
  g_autoptr (PentSource) source = pent_source_new (checkpoint, request, error);
  if (source == NULL || !choose_tiles (self, request, source, error)
      || !pent_source_fit (source, checkpoint, request, error) || !check_memory (self, request, source, error))
    return NULL;
  fill_info (self, request, source);
  if (source->note != NULL)
    warn (self, source->note);
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
  g_autoptr (PentSource) source = prepare (self, request, error);

  if (source == NULL)
    return FALSE;
  *info = &self->info;
  return TRUE;
}

/* What the running pass computes of the result. */
static PentRect
get_area (const Run *run)
{
  if (run->source == NULL)
    return (PentRect){ 0 };
  const PentRect result = { 0, 0, run->source->width, run->source->height };
  return pent_rect_intersect (&pent_source_get_pass (run->source, run->pass)->region, &result);
}

static void
report (Run *run, PentStage stage, double fraction, PentImage *preview)
{
  run->fraction = MAX (run->fraction, MIN (fraction, 1));
  if (run->listener == NULL || run->listener->progress == NULL)
    return;

  const PentProgress progress = {
    .stage = stage, .picture = run->picture, .n_pictures = run->request->count,
    .step = run->step, .n_steps = run->n_all_steps,
    .fraction = run->fraction, .preview = preview, .area = get_area (run),
    .canvas = run->source != NULL && run->source->image != NULL ? run->canvas : NULL,
  };
  run->listener->progress (run->listener->data, &progress);
}

/* Decoding counts as one step of each pass. */
static double
fraction_at (const Run *run, int steps, int decoded)
{
  double all = run->n_all_steps + run->source->passes->len;

  return (run->picture + (steps + decoded) / all) / run->request->count;
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

/* Whether some of the picture is kept byte for byte. */
static gboolean
is_exact (const Run *run)
{
  const PentPass *first = pent_source_get_pass (run->source, 0);

  return run->request->composite == PENT_COMPOSITE_EXACT && (first->masked || first->extends);
}

/* How much of what is painted the result takes, where it does not take all. */
static const PentMask *
pasted_alpha (const Run *run)
{
  return is_exact (run) || pent_source_get_pass (run->source, run->pass)->tile ? run->patch->alpha : NULL;
}

/* What the area would look like by now: what the preview gives, or, of an edit,
 * that at the result's size and joined to it. NULL where there is no memory for
 * it: a preview is not worth an error. */
static PentImage *
make_preview (Run *run, const float *denoised)
{
  const PentPatch *patch = run->patch;
  g_autoptr (PentImage) plain = pent_preview_render (&run->pipeline->preview, run->pipeline->model, denoised,
                                                     patch->cells_high, patch->cells_wide, run->cancellable);

  if (patch->mask == NULL || plain == NULL)
    return g_steal_pointer (&plain);
  g_autoptr (PentImage) fine = pent_image_to_rgb16 (plain, NULL);
  PentRect area = get_area (run);
  g_autoptr (PentImage) joined = pent_paste_cut (run->canvas, &area, NULL);
  const PentRect region = { 0, 0, pent_source_get_pass (run->source, run->pass)->region.width,
                            pent_source_get_pass (run->source, run->pass)->region.height };
  if (fine == NULL || joined == NULL
      || !pent_paste (fine, joined, &region, pasted_alpha (run), NULL))
    return NULL;
  return g_steal_pointer (&joined);
}

/* Whether the picture is to be kept as predicted now. Where its last step is
 * done there is nothing left to be stopped. */
static gboolean
is_stopped (const Run *run)
{
  const PentListener *listener = run->listener;

  if (run->step == run->n_all_steps)
    return FALSE;
  return run->step == run->request->stop_after
         || (listener != NULL && listener->keep != NULL && listener->keep (listener->data));
}

static void
step_done (gpointer data, int step, int n_steps, double sigma, const float *x, const float *denoised)
{
  Run *run = data;
  double seconds = seconds_since (run->step_begin);
  g_autoptr (PentImage) preview = NULL;

  g_array_append_val (run->pipeline->info.seconds_step, seconds);
  run->step++;
  if (run->listener != NULL && run->listener->previews)
    preview = make_preview (run, denoised);
  report (run, PENT_STAGE_STEP, fraction_at (run, run->step, run->pass), preview);
  run->stopped = is_stopped (run);
  if (run->stopped)
    memcpy (run->predicted, denoised, run->n_predicted * sizeof (float));
  run->step_begin = g_get_monotonic_time ();
}

/* What stands between the sampler and the model: the one place where a sampler
 * can be stopped. */
static gboolean
denoise (gpointer data, const float *x, double sigma, double timestep, float *denoised, GError **error)
{
  Run *run = data;

  if (!run->stopped)
    return pent_denoiser_run (run->denoiser, x, sigma, timestep, denoised, error);
  g_set_error_literal (error, PENT_ERROR, PENT_ERROR_CANCELLED, "The picture is kept as it is.");
  return FALSE;
}

/* The latent that the sampler ends with, or the newest prediction of it. */
static gboolean
run_sampler (Run *run, gsize n, float *x, PentSamplerNoise *noise, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree float *predicted = g_new (float, n);

  run->predicted = predicted;
  run->n_predicted = n;
  if (!pent_sampler_run (run->pipeline->resolved.schedule, run->start, n, x, noise, denoise, run, step_done, run,
                         &problem)
      && !run->stopped)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (run->stopped)
    memcpy (x, predicted, n * sizeof (float));
  return TRUE;
}

/* Cells that are kept are the picture's own again, and free of noise. */
static void
restore_kept (const PentPatch *patch, int channels, float *x)
{
  gsize cells = (gsize) patch->cells_high * patch->cells_wide;

  for (gsize cell = 0; cell < cells; cell++)
    if (patch->mask_cells->values[cell] == 0)
      for (int k = 0; k < channels; k++)
        x[k * cells + cell] = patch->latent[k * cells + cell];
}

/* Shares of the steps to the timesteps that guidance begins and ends at. */
static void
find_guided_timesteps (const PentRequest *request, const PentSchedule *schedule, double *from, double *to)
{
  int n = schedule->n_steps;
  int first = ceil (request->cfg_from * n), last = ceil (request->cfg_to * n);

  *from = first == 0 ? INFINITY : first < n ? schedule->timesteps[first] : -1;
  *to = last < n ? schedule->timesteps[last] : -1;
}

/* Noise to latent: @x comes back as the final latent. */
static gboolean
sample (Run *run, gint64 seed, gsize n, float *x, GError **error)
{
  PentPipeline *self = run->pipeline;
  const PentPatch *patch = run->patch;
  const PentSchedule *schedule = self->resolved.schedule;
  g_autoptr (PentSamplerNoise) source_of_noise = pent_sampler_noise_new (self->resolved.rng, seed);
  g_autofree float *noise = g_new (float, n);
  gboolean from_noise = patch->latent == NULL || pent_source_get_pass (run->source, run->pass)->strength >= 1;
  gboolean blend = patch->mask_cells != NULL && patch->extra == NULL;

  pent_sampler_noise_draw (source_of_noise, noise, n);
  for (gsize i = 0; i < n; i++)
    x[i] = from_noise ? noise[i] * (float) schedule->initial_scale
                      : patch->latent[i] + noise[i] * schedule->sigmas[run->start];
  if (run->n_steps == 0)
    {
      memcpy (x, patch->latent, n * sizeof (float));
      return TRUE;
    }

  const PentRepaint repaint = {
    .strength = blend ? patch->mask_cells->values : NULL, .original = patch->latent, .noise = noise,
    .first_timestep = schedule->timesteps[run->start], .last_timestep = schedule->timesteps[schedule->n_steps - 1],
  };
  PentDenoiserOptions options = {
    .positive = run->positive, .negative = run->negative, .cfg = run->request->cfg,
    .v_prediction = self->resolved.v_prediction, .step_cache = run->request->step_cache,
    .repaint = blend ? &repaint : NULL, .extra = patch->extra,
  };
  find_guided_timesteps (run->request, schedule, &options.guided_from, &options.guided_to);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (PentDenoiser) denoiser = pent_denoiser_new (self->model, patch->cells_high, patch->cells_wide, &options,
                                                         run->cancellable, error);
  if (denoiser == NULL)
    return FALSE;
  self->info.seconds_load += seconds_since (begin);
  run->step_begin = g_get_monotonic_time ();
  run->denoiser = denoiser;
  if (!run_sampler (run, n, x, source_of_noise, error))
    return FALSE;
  if (blend)
    restore_kept (patch, pent_checkpoint_get_unet (pent_model_get_checkpoint (self->model))->out_channels, x);
  return TRUE;
}

static void
keep_layer (Run *run, PentEditLayer *layer)
{
  if (run->edit != NULL && layer != NULL)
    g_ptr_array_add (run->edit->layers, pent_edit_layer_ref (layer));
}

static gboolean
join (Run *run, PentImage *painted, GError **error)
{
  if (!is_exact (run))
    return pent_paste (painted, run->canvas, &pent_source_get_pass (run->source, run->pass)->region, pasted_alpha (run),
                       error);

  const PentJoin how = { 0, PENT_UNSET, run->source->match };
  g_autoptr (PentEditLayer) layer = pent_patch_make_layer (run->patch, painted);
  keep_layer (run, run->patch->backdrop);
  keep_layer (run, layer);
  return pent_edit_layer_join (layer, &how, run->canvas, error);
}

/* Latent to pixels, into the canvas. */
static gboolean
paint (Run *run, const float *latent, GError **error)
{
  PentPipeline *self = run->pipeline;
  gint64 begin = g_get_monotonic_time ();

  report (run, PENT_STAGE_DECODE, fraction_at (run, run->step, run->pass), NULL);
  g_autoptr (PentImage) painted = pent_patch_decode (run->patch, self->model, latent, run->cancellable, error);
  /* Where memory is short weights were read all the way, so the files must not have changed on it. */
  if (painted == NULL || !pent_checkpoint_check (pent_model_get_checkpoint (self->model), error) || !join (run, painted, error))
    return FALSE;
  self->info.seconds_decode += seconds_since (begin);
  return TRUE;
}

static gsize
peak_resident_memory (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (gsize) usage.ru_maxrss * 1024 : 0;
}

/* What the passes paint on: the picture in its own format where some of it is
 * kept byte for byte. */
static PentImage *
make_canvas (const Run *run, GError **error)
{
  const PentSource *source = run->source;

  if (source->image == NULL)
    return pent_image_new (source->width, source->height, 3, 8, error);
  g_autoptr (PentImage) start = is_exact (run) ? pent_image_ref (source->image) : pent_image_over_white (source->image, error);
  return start != NULL ? pent_image_crop (start, 0, 0, source->width, source->height, error) : NULL;
}

static void
start_edit (Run *run)
{
  const PentJoin how = { 0, PENT_UNSET, run->source->match };

  g_clear_pointer (&run->edit, pent_edit_result_free);
  if (run->listener != NULL && run->listener->edits && is_exact (run))
    run->edit = pent_edit_result_new (run->source->image, &how);
}

/* The patch of the one pass is the same for every picture, unless it is filled
 * with noise. */
static gboolean
prepare_patch (Run *run, gint64 seed, GError **error)
{
  PentImage *canvas = pent_source_has_picture (run->source, run->pass) ? run->canvas : NULL;
  gboolean same = run->source->passes->len == 1
                  && (run->request->fill != PENT_FILL_NOISE || run->patch_seed == seed)
                  && !pent_source_get_pass (run->source, 0)->extends;

  if (run->patch != NULL && same)
    return TRUE;
  g_clear_pointer (&run->patch, pent_patch_free);
  if (canvas != NULL)
    report (run, PENT_STAGE_ENCODE, fraction_at (run, run->step, run->pass), NULL);
  run->patch = pent_patch_new (run->source, run->pass, canvas, run->pipeline->model, run->request, seed,
                               run->cancellable, error);
  run->patch_seed = seed;
  return run->patch != NULL;
}

/* Noise of one picture's later passes is not that of its first, nor that of
 * its neighbours in a batch. */
static gint64
pass_seed (gint64 seed, guint pass)
{
  return (gint64) (((guint64) seed + pass * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) & G_MAXINT64);
}

static gboolean
hand_over (Run *run, gint64 seed, const float *latents, GError **error)
{
  PentPipeline *self = run->pipeline;

  self->info.seconds_total = seconds_since (run->begin);
  self->info.stopped_after = run->stopped ? run->step : PENT_UNSET;
  self->info.peak_memory = peak_resident_memory ();
  const PentPicture picture = {
    .index = run->picture, .seed = seed, .image = run->canvas, .edit = run->edit, .latents = latents,
    .latent_channels = pent_checkpoint_get_unet (pent_model_get_checkpoint (self->model))->out_channels,
    .latent_height = run->patch->cells_high, .latent_width = run->patch->cells_wide,
  };
  return run->listener == NULL || run->listener->picture == NULL
         || run->listener->picture (run->listener->data, &picture, &self->info, error);
}

static gboolean
run_picture (Run *run, int index, GError **error)
{
  PentPipeline *self = run->pipeline;
  int channels = pent_checkpoint_get_unet (pent_model_get_checkpoint (self->model))->out_channels;
  gint64 seed = run->request->seed + index;
  g_autofree float *x = NULL;

  self->info.seconds_decode = 0;
  g_clear_pointer (&run->canvas, pent_image_unref);
  run->canvas = make_canvas (run, error);
  if (run->canvas == NULL)
    return FALSE;
  start_edit (run);
  run->picture = index;
  run->step = 0;
  run->stopped = FALSE;
  /* The first pass has painted everything; the others would make it finer. */
  for (run->pass = 0; run->pass < run->source->passes->len && !run->stopped; run->pass++)
    {
      run->start = first_step (self, run->source, run->pass);
      run->n_steps = self->resolved.schedule->n_steps - run->start;
      if (!prepare_patch (run, pass_seed (seed, run->pass), error))
        return FALSE;
      gsize n = (gsize) channels * run->patch->cells_high * run->patch->cells_wide;
      g_free (x);
      x = g_new (float, n);
      if (!sample (run, pass_seed (seed, run->pass), n, x, error) || !paint (run, x, error))
        return FALSE;
    }
  run->pass--;
  if (!hand_over (run, seed, x, error))
    return FALSE;
  report (run, PENT_STAGE_DECODE, fraction_at (run, run->n_all_steps, run->source->passes->len), NULL);
  return TRUE;
}

static gboolean
run_pictures (Run *run, GError **error)
{
  PentPipeline *self = run->pipeline;

  report (run, PENT_STAGE_LOAD, 0, NULL);
  run->source = prepare (self, run->request, error);
  if (run->source == NULL)
    return FALSE;
  run->n_all_steps = count_steps (self, run->source);
  self->info.seconds_load = seconds_since (run->begin);

  if (!encode_prompts (run, error) || !prepare_preview (run, error))
    return FALSE;
  for (int i = 0; i < run->request->count; i++)
    {
      if (!run_picture (run, i, error))
        return FALSE;
      if (run->stopped && self->info.stopped_after != run->request->stop_after)
        break;
    }
  return TRUE;
}

/**
 * pent_pipeline_unload:
 *
 * Gives back the memory of model, programs and prompts; the next request reads
 * its model again.
 */
void
pent_pipeline_unload (PentPipeline *self)
{
  unload_model (self);
}

/* A device that failed stays so, until it is opened anew. */
static void
close_device (PentPipeline *self)
{
  unload_model (self);
  g_clear_object (&self->backend);
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
  g_autoptr (GError) problem = NULL;

  g_array_set_size (self->info.seconds_step, 0);
  g_ptr_array_set_size (self->info.warnings, 0);
  self->info.seconds_load = self->info.seconds_text = self->info.seconds_decode = self->info.seconds_total = 0;

  gboolean done = run_pictures (&run, &problem);
  g_clear_pointer (&run.positive, pent_conditioning_unref);
  g_clear_pointer (&run.negative, pent_conditioning_unref);
  g_clear_pointer (&run.patch, pent_patch_free);
  g_clear_pointer (&run.edit, pent_edit_result_free);
  g_clear_pointer (&run.canvas, pent_image_unref);
  g_clear_pointer (&run.source, pent_source_free);
  if (g_error_matches (problem, PENT_ERROR, PENT_ERROR_DEVICE))
    close_device (self);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return done;
}

PentModel *
pent_pipeline_get_model (PentPipeline *self)
{
  return self->model;
}
