/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-job-run.h"

#include "pent-error.h"
#include "pent-file.h"
#include "pent-picture.h"
#include "pent-recipe-maker.h"
#include "pent-timing.h"

typedef struct
{
  const PentJobOrder    *order;
  PentRequest           *request;      /* what runs now: the order's, or one picture of it */
  int                    first;        /* the order's number of its first picture */
  PentPipeline          *pipeline;
  PentLibrary           *library;
  const PentJobListener *listener;
  GCancellable          *cancellable;
  PentHashes             hashes;
  gboolean               has_hashes;
  PentStopwatch          stopwatch;
  double                 rested;       /* seconds, before the picture that is made */
} Run;

static gboolean
compute_hashes (Run *self, const char *model_path, GError **error)
{
  if (!self->has_hashes)
    self->has_hashes = pent_hashes_compute (&self->hashes, self->request, model_path, self->cancellable, error);
  return self->has_hashes;
}

/* A model that vanished since it was read costs its hash, not the picture. */
static gboolean
compute_hashes_if_possible (Run *self, const char *model_path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (compute_hashes (self, model_path, &problem) || pent_error_exit_status (problem) != 130)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Run *self = data;
  if (self->listener->progress == NULL)
    return;
  PentProgress whole = *progress;
  whole.picture += self->first;
  whole.n_pictures = self->order->request->count;
  whole.fraction = (self->first + progress->fraction * self->request->count) / whole.n_pictures;
  self->listener->progress (self->listener->data, &whole);
}

static const char *
file_of (const Run *self, int index)
{
  return self->order->files != NULL ? self->order->files[self->first + index] : NULL;
}

static PentTimings
lap (Run *self, const PentRunInfo *info)
{
  PentTimings timings = pent_stopwatch_lap (&self->stopwatch, info);
  double rested = self->listener->rested != NULL ? *self->listener->rested : 0;
  timings.total -= rested - self->rested;
  self->rested = rested;
  return timings;
}

static gboolean
picture_cb (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  Run *self = data;
  if (!compute_hashes_if_possible (self, info->model_path, error))
    return FALSE;
  g_autoptr (PentRecipe) recipe = pent_make_recipe (self->request, info, &self->hashes, picture->seed);
  const PentLibraryEntry entry = {
    .image = picture->image, .recipe = recipe, .source = self->request->init, .mask = self->request->mask,
    .file = file_of (self, picture->index), .model_path = info->model_path, .vae_path = self->request->vae,
    .timings = lap (self, info),
  };
  g_autoptr (PentLibraryPicture) stored = pent_library_store (self->library, &entry, error);
  if (picture->edit != NULL && self->listener->edited != NULL)
    self->listener->edited (self->listener->data, picture->edit);
  if (stored == NULL && self->listener->lost != NULL)
    self->listener->lost (self->listener->data, picture->image);
  return stored != NULL && (self->listener->stored == NULL ||
                            self->listener->stored (self->listener->data, stored, picture->image, info, error));
}

static gboolean
keep_cb (gpointer data)
{
  Run *self = data;
  return self->listener->keep (self->listener->data);
}

static gboolean
paint (Run *self, GError **error)
{
  const PentListener listener = {
    .progress = progress_cb, .picture = picture_cb, .keep = self->listener->keep != NULL ? keep_cb : NULL,
    .previews = self->listener->previews, .edits = self->listener->edited != NULL, .data = self,
  };
  self->stopwatch.total = 0;
  self->stopwatch.n_steps = 0;
  return pent_pipeline_run (self->pipeline, self->request, &listener, self->cancellable, error);
}

/* Where another file was asked for than the picture has, it gets a copy. */
static PentLibraryPicture *
copy_known (Run *self, PentLibraryPicture *known, GError **error)
{
  const char *file = file_of (self, 0);
  gboolean is_new;
  if (file == NULL || g_str_equal (file, known->file))
    return known;
  g_autoptr (PentLibraryPicture) owned = known;
  g_autoptr (GBytes) contents = pent_file_read (known->file, PENT_PICTURE_MAX_FILE, error);
  if (contents == NULL || !pent_file_write (file, contents, TRUE, error) ||
      !pent_library_import (self->library, file, &is_new, error))
    return NULL;
  return pent_library_find_file (self->library, file, error);
}

static gboolean
same_format (const char *a, const char *b)
{
  PentPictureFormat one, other;
  return a == NULL || (pent_picture_format_from_name (a, &one) && pent_picture_format_from_name (b, &other) && one == other);
}

/* A picture that the library has, or NULL without an error. */
static PentLibraryPicture *
find_known (Run *self, const PentRunInfo **info, GError **error)
{
  if (!pent_pipeline_check (self->pipeline, self->request, info, error) ||
      !compute_hashes (self, (*info)->model_path, error))
    return NULL;
  g_autoptr (PentRecipe) recipe = pent_make_recipe (self->request, *info, &self->hashes, self->request->seed);
  g_autoptr (PentLibraryPicture) known = pent_library_find_recipe (self->library, recipe, error);
  return known != NULL && same_format (file_of (self, 0), known->file)
    ? copy_known (self, g_steal_pointer (&known), error) : NULL;
}

/* The request for @count of the order's pictures, which makes the very same
 * ones. */
static PentRequest *
cut_out (const Run *self, int count)
{
  PentRequest *request = pent_request_copy (self->order->request);
  request->seed += self->first;
  request->count = count;
  return request;
}

static gboolean
run_with_reuse (Run *self, int end, GError **error)
{
  for (; self->first < end; self->first++)
    {
      const PentRunInfo *info = NULL;
      g_autoptr (GError) problem = NULL;
      g_autoptr (PentRequest) single = cut_out (self, 1);
      self->request = single;
      g_autoptr (PentLibraryPicture) known = find_known (self, &info, &problem);
      if (problem != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      gboolean ok = known == NULL ? paint (self, error)
        : self->listener->stored == NULL || self->listener->stored (self->listener->data, known, NULL, info, error);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/**
 * pent_job_run:
 * @pipeline: keeps its model for the next job
 *
 * Paints, stores each picture in the library, and only then tells of it.
 *
 * Returns: %FALSE with any #PentError; pictures that were told of stay
 */
gboolean
pent_job_run (const PentJobOrder *order, PentPipeline *pipeline, PentLibrary *library, const PentJobListener *listener,
              GCancellable *cancellable, GError **error)
{
  Run self = {
    .order = order, .first = order->first, .pipeline = pipeline, .library = library, .listener = listener,
    .cancellable = cancellable, .stopwatch = { .wait = order->wait },
  };
  int end = order->most > 0 ? MIN (order->first + order->most, order->request->count) : order->request->count;
  g_autoptr (PentRequest) part = cut_out (&self, end - order->first);
  self.request = part;
  gboolean ok = order->reuse ? run_with_reuse (&self, end, error) : paint (&self, error);
  pent_hashes_clear (&self.hashes);
  return ok;
}
