/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "generate": options become a request, the pipeline runs it, and each picture
 * is on disk before it is reported. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-commands.h"
#include "pent-cli-files.h"
#include "pent-cli-generate-options.h"
#include "pent-cli-grid.h"
#include "pent-cli-help.h"
#include "pent-cli-latents.h"
#include "pent-cli-message.h"
#include "pent-cli-order.h"
#include "pent-cli-previews.h"
#include "pent-cli-progress.h"
#include "pent-cli-report.h"
#include "pent-cli-requests.h"
#include "pent-cli-signals.h"
#include "pent-edit-file.h"
#include "pent-error.h"
#include "pent-file.h"
#include "pent-library.h"
#include "pent-originals.h"
#include "pent-picture.h"
#include "pent-pipeline.h"
#include "pent-recipe-maker.h"
#include "pent-timing.h"

static const char examples[] =
  "Paints pictures from words.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli generate --prompt \"a lighthouse on the right by the sea, sunset\"\n"
  "  pentimento-cli generate --prompt \"purple lake at night\" --seed 7 --count 4 --output lake.png\n"
  "  pentimento-cli generate --prompt \"autumn forest\" --model model.safetensors \\\n"
  "      --negative \"blurry\" --steps 30 --sampler euler-a --width 768 --height 512\n"
  "  pentimento-cli generate --prompt \"a red sail\" --init photo.jpg --mask mask.png --output new.png\n"
  "  pentimento-cli generate --prompt \"a lighthouse\" --library\n"
  "  pentimento-cli generate --requests requests.jsonl >results.jsonl\n"
  "  pentimento-cli generate --prompt \"a lake\" --output sheet.png --grid steps=10,20 cfg=4,7\n"
  "\n"
  "Usage: pentimento-cli generate --prompt TEXT [OPTION...]\n";

typedef struct
{
  PentCliOrder    *order;
  GStrv            files;
  GStrv            edits;         /* NULL: they are not kept */
  PentPipeline    *pipeline;
  GCancellable    *cancellable;
  PentCliSignals  *signals;
  PentCliProgress *progress;
  PentLibrary     *library;       /* NULL unless the pictures are stored in it */
  PentStopwatch    stopwatch;
  PentHashes       hashes;
  PentCliLatents   latents;
  PentRecipe      *recipe;        /* of the first picture */
  PentRunInfo      info;          /* as of the newest picture */
  int              width, height; /* of the pictures */
  double           seconds_check; /* opening the model, which the run then finds open */
  int              n_files;       /* that are finished */
  guint            n_warnings;    /* that were shown */
  GError          *trouble;       /* of a preview; the run was cancelled for it */
} Generation;

static void
generation_clear (Generation *self)
{
  g_clear_pointer (&self->order, pent_cli_order_free);
  g_clear_pointer (&self->files, g_strfreev);
  g_clear_pointer (&self->edits, g_strfreev);
  g_clear_pointer (&self->library, pent_library_close);
  g_clear_pointer (&self->pipeline, pent_pipeline_free);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->progress, pent_cli_progress_free);
  g_clear_pointer (&self->recipe, pent_recipe_free);
  pent_hashes_clear (&self->hashes);
  pent_cli_latents_clear (&self->latents);
  g_clear_error (&self->trouble);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Generation, generation_clear)

static void
show_warnings (Generation *self, const PentRunInfo *info)
{
  for (; self->n_warnings < info->warnings->len; self->n_warnings++)
    pent_cli_progress_warn (self->progress, g_ptr_array_index (info->warnings, self->n_warnings));
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Generation *self = data;
  pent_cli_progress_update (self->progress, progress);
  if (self->order->preview_dir == NULL || self->trouble != NULL)
    return;

  pent_cli_signals_hold (self->signals);
  if (!pent_cli_previews_write (self->order->preview_dir, self->order->preview_every, progress, self->width,
                                self->height, &self->trouble))
    g_cancellable_cancel (self->cancellable);
  pent_cli_signals_release (self->signals);
}

/* Beside the first picture, before it, so that no picture is without them. */
static gboolean
keep_originals (const Generation *self, GError **error)
{
  const PentRequest *request = self->order->request;
  const char *picture = self->files[0];

  return self->n_files > 0
         || ((request->init == NULL || pent_originals_keep (picture, request->init, self->hashes.source, error))
             && (request->mask == NULL || pent_originals_keep (picture, request->mask, self->hashes.mask, error)));
}

/* In the library a picture without a name gets one. */
static gboolean
store_picture (Generation *self, const PentPicture *picture, const PentRecipe *recipe, const PentRunInfo *info,
               GError **error)
{
  const PentRequest *request = self->order->request;
  const PentLibraryEntry entry = {
    .image = picture->image, .recipe = recipe, .source = request->init, .mask = request->mask,
    .file = self->files[picture->index], .model_path = info->model_path, .vae_path = request->vae,
    .timings = pent_stopwatch_lap (&self->stopwatch, info),
  };
  g_autoptr (PentLibraryPicture) stored = pent_library_store (self->library, &entry, error);
  if (stored == NULL)
    return FALSE;
  g_free (self->files[picture->index]);
  self->files[picture->index] = g_steal_pointer (&stored->file);
  return TRUE;
}

static gboolean
write_picture (Generation *self, const PentPicture *picture, const PentRecipe *recipe, GError **error)
{
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (recipe);
  return keep_originals (self, error) &&
         pent_picture_write (self->files[picture->index], picture->image, texts, TRUE, error);
}

static gboolean
keep_picture (Generation *self, const PentPicture *picture, const PentRecipe *recipe, const PentRunInfo *info,
              GError **error)
{
  pent_cli_signals_hold (self->signals);
  gboolean ok = (self->edits == NULL ||
                 pent_edit_file_write (self->edits[picture->index], picture->edit, recipe, error)) &&
                (self->library != NULL ? store_picture (self, picture, recipe, info, error)
                                       : write_picture (self, picture, recipe, error));
  pent_cli_signals_release (self->signals);
  return ok;
}

/* A model that vanished since it was read costs its hash, not the picture. */
static gboolean
compute_hashes (Generation *self, const char *model_path, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  if (self->n_files > 0 ||
      pent_hashes_compute (&self->hashes, self->order->request, model_path, self->cancellable, &trouble))
    return TRUE;
  if (pent_error_exit_status (trouble) == 130)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }
  pent_cli_progress_warn (self->progress, trouble->message);
  return TRUE;
}

static gboolean
picture_cb (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  Generation *self = data;
  show_warnings (self, info);
  if (!compute_hashes (self, info->model_path, error))
    return FALSE;

  g_autoptr (PentRecipe) recipe = pent_make_recipe (self->order->request, info, &self->hashes, picture->seed);
  if (!keep_picture (self, picture, recipe, info, error))
    return FALSE;
  self->n_files++;
  if (self->recipe == NULL)
    self->recipe = g_steal_pointer (&recipe);
  self->info = *info;
  self->info.seconds_load += self->seconds_check;
  self->info.seconds_total += self->seconds_check;

  const char *file = self->files[picture->index];
  pent_cli_progress_tell_picture (self->progress, picture->index + 1, self->order->request->count, picture->seed, file);
  if (!self->order->json)
    {
      g_autofree char *line = g_strconcat (file, "\n", NULL);
      if (!pent_cli_print (line, error))
        return FALSE;
    }
  return self->order->latents == NULL || pent_cli_latents_add (&self->latents, picture, error);
}

/* What the library names itself has no name yet. */
static gboolean
choose_places (Generation *self, GError **error)
{
  const PentCliOrder *order = self->order;
  if (order->library && order->output == NULL)
    self->files = g_new0 (char *, order->request->count + 1);
  else
    self->files = pent_cli_choose_files (order->output, order->request->seed, order->request->count);
  if (!order->library || order->dry_run)
    return TRUE;

  g_autoptr (PentFolders) folders = pent_folders_new ();
  self->library = pent_library_open (folders, PENT_LIBRARY_WRITE, error);
  return self->library != NULL && pent_library_check_pictures (folders, error);
}

/* That the results have a place is known before hours of work, not after. */
static gboolean
check_places (const Generation *self, GError **error)
{
  const PentCliOrder *order = self->order;
  if (order->preview_dir != NULL && !order->dry_run && !pent_cli_previews_prepare (order->preview_dir, error))
    return FALSE;
  for (int i = 0; self->files[i] != NULL; i++)
    if (!pent_file_check_writable (self->files[i], i == 0 && !order->dry_run, error)
        || (self->edits != NULL && !pent_file_check_writable (self->edits[i], i == 0 && !order->dry_run, error)))
      return FALSE;
  return order->latents == NULL || pent_file_check_writable (order->latents, !order->dry_run, error);
}

static gboolean
check (Generation *self, const PentRunInfo **info, GError **error)
{
  gint64 begin = g_get_monotonic_time ();
  if (!pent_pipeline_check (self->pipeline, self->order->request, info, error))
    return FALSE;
  self->seconds_check = (g_get_monotonic_time () - begin) / (double) G_USEC_PER_SEC;
  if (!self->order->seed_given)
    pent_cli_progress_tell_seed (self->progress, self->order->request->seed);
  self->width = (*info)->width;
  self->height = (*info)->height;
  return TRUE;
}

static gboolean
dry_run (Generation *self, GError **error)
{
  const PentRunInfo *info;
  if (!check (self, &info, error))
    return FALSE;
  show_warnings (self, info);
  pent_hashes_recall (&self->hashes, self->order->request, info->model_path);
  self->recipe = pent_make_recipe (self->order->request, info, &self->hashes, self->order->request->seed);

  g_autofree char *text = self->order->json
    ? pent_cli_report_plan_json (self->recipe, info, self->files)
    : pent_cli_report_plan_text (self->recipe, self->files);
  return pent_cli_print (text, error);
}

/* The pictures are stored; what is due besides is no reason to fail. */
static void
maintain (Generation *self)
{
  g_autoptr (GError) trouble = NULL;
  if (self->library != NULL && !pent_library_maintain (self->library, &trouble))
    pent_cli_progress_warn (self->progress, trouble->message);
}

static gboolean
paint (Generation *self, GError **error)
{
  const PentListener listener = {
    .progress = progress_cb, .picture = picture_cb, .previews = self->order->preview_dir != NULL,
    .edits = self->edits != NULL, .data = self,
  };
  const PentRunInfo *info;

  if (!check (self, &info, error))
    return FALSE;
  if (!pent_pipeline_run (self->pipeline, self->order->request, &listener, self->cancellable, error))
    {
      if (self->trouble != NULL && error != NULL)
        {
          g_clear_error (error);
          *error = g_steal_pointer (&self->trouble);
        }
      return FALSE;
    }
  if (self->trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->trouble));
      return FALSE;
    }

  if (self->order->latents != NULL)
    {
      pent_cli_signals_hold (self->signals);
      gboolean ok = pent_cli_latents_write (&self->latents, self->order->latents, error);
      pent_cli_signals_release (self->signals);
      if (!ok)
        return FALSE;
    }
  maintain (self);
  if (!self->order->json)
    return TRUE;
  g_autofree char *text = pent_cli_report_run_json (self->recipe, &self->info, self->files);
  return pent_cli_print (text, error);
}

static gboolean
run (Generation *self, GError **error)
{
  self->progress = pent_cli_progress_new (self->order->progress);
  if (self->order->keep_edit != NULL)
    self->edits = pent_cli_choose_files (self->order->keep_edit, self->order->request->seed, self->order->request->count);
  pent_cli_latents_init (&self->latents);
  if (!choose_places (self, error) || !check_places (self, error))
    return FALSE;

  self->pipeline = pent_pipeline_new ();
  return self->order->dry_run ? dry_run (self, error) : paint (self, error);
}

/* One sentence, also for being stopped: how far it came. */
static int
fail (Generation *self, const GError *error)
{
  if (self->progress != NULL)
    pent_cli_progress_finish (self->progress);
  if (pent_error_exit_status (error) != 130 || self->files == NULL)
    return pent_cli_fail (error);

  g_autoptr (GError) cancelled = g_error_new (PENT_ERROR, PENT_ERROR_CANCELLED,
                                              "Cancelled with %d of %d pictures finished.", self->n_files,
                                              self->order->request->count);
  return pent_cli_fail (cancelled);
}

int
pent_cli_generate (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_auto (Generation) self = { .cancellable = g_cancellable_new () };
  gsize n_options;
  const PentCliOption *options = pent_cli_generate_options (&n_options);
  g_autoptr (PentCliArguments) parsed = pent_cli_arguments_parse ("generate", options, n_options, arguments, &error);

  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, n_options);

  if (pent_cli_arguments_has (parsed, "requests"))
    return pent_cli_run_requests (parsed, arguments);
  if (pent_cli_arguments_has (parsed, "grid"))
    return pent_cli_run_grid (parsed, arguments);

  self.signals = pent_cli_signals_start (self.cancellable);
  self.order = pent_cli_order_new (parsed, &error);
  if (self.order == NULL)
    return pent_cli_fail (error);
  return run (&self, &error) ? 0 : fail (&self, error);
}
