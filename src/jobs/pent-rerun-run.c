/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-rerun-run.h"

#include "pent-error.h"
#include "pent-model-finder.h"
#include "pent-originals.h"
#include "pent-picture.h"
#include "pent-recipe-maker.h"
#include "pent-recipe-reader.h"

typedef struct
{
  PentLibrary          *library;      /* or NULL */
  const PentRerunOrder *order;
  PentPictureFile      *picture;
  PentFoundRecipe       found;
  PentRequest          *request;
  PentHashes            hashes;
  GCancellable         *cancellable;
  PentRerunResult      *result;
} Rerun;

static void
rerun_clear (Rerun *self)
{
  g_clear_pointer (&self->picture, pent_picture_file_free);
  pent_found_recipe_clear (&self->found);
  g_clear_pointer (&self->request, pent_request_unref);
  pent_hashes_clear (&self->hashes);
  g_clear_pointer (&self->result, pent_rerun_result_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rerun, rerun_clear)

void
pent_rerun_result_free (PentRerunResult *self)
{
  g_clear_pointer (&self->before, pent_image_unref);
  g_clear_pointer (&self->image, pent_image_unref);
  g_clear_pointer (&self->again, pent_image_unref);
  g_clear_pointer (&self->recipe, pent_recipe_free);
  g_free (self->reason);
  g_free (self->warning);
  g_free (self);
}

static gboolean
open_picture (Rerun *self, GError **error)
{
  self->picture = pent_picture_file_read (self->order->file, error);
  if (self->picture == NULL)
    return FALSE;
  pent_recipe_find (&self->found, self->picture->texts);
  if (self->found.recipe != NULL)
    return TRUE;
  g_autofree char *shown = g_filename_display_name (self->order->file);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s: %s", shown,
               self->found.problem != NULL ? self->found.problem : "there is no recipe in it to make it again from.");
  return FALSE;
}

/* From the file that is given, else by the hash. */
static gboolean
find_original (Rerun *self, const char *given, const char *option, const char *hash, PentImage **image, GError **error)
{
  const char *file = self->order->file;

  *image = NULL;
  if (given != NULL)
    {
      g_autoptr (PentPictureFile) read = pent_picture_file_read (given, error);
      if (read != NULL)
        *image = g_steal_pointer (&read->image);
      return read != NULL;
    }
  if (hash == NULL)
    return TRUE;
  *image = self->library != NULL ? pent_library_find_original (self->library, file, hash, error)
                                 : pent_originals_find (file, hash, error);
  if (*image == NULL && self->order->names_options)
    g_prefix_error (error, "What the picture was painted from can be given with --%s: ", option);
  return *image != NULL;
}

static gboolean
find_model (Rerun *self, const char *given, const char *hash, const char *name, char **path, GError **error)
{
  if (given == NULL && hash == NULL)
    return TRUE;
  g_free (*path);
  *path = given != NULL ? g_strdup (given) : pent_model_find (self->library, hash, name, self->cancellable, error);
  return *path != NULL;
}

static gboolean
make_request (Rerun *self, GError **error)
{
  const PentRerunOrder *order = self->order;
  const PentRecipe *recipe = self->found.recipe;
  g_autoptr (PentImage) source = NULL;
  g_autoptr (PentImage) mask = NULL;

  if (!find_original (self, order->init, "init", recipe->source_hash, &source, error) ||
      !find_original (self, order->mask, "mask", recipe->mask_hash, &mask, error))
    return FALSE;
  self->request = pent_request_from_recipe (recipe, source, mask, error);
  if (self->request == NULL ||
      !find_model (self, order->model, recipe->model_hash, recipe->model, &self->request->model, error) ||
      !find_model (self, order->vae, recipe->vae_hash, recipe->vae, &self->request->vae, error))
    return FALSE;
  if (order->device != NULL)
    {
      g_free (self->request->device);
      self->request->device = g_strdup (order->device);
    }
  return TRUE;
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Rerun *self = data;

  if (self->order->progress != NULL)
    self->order->progress (self->order->data, progress);
}

/* Hashes that cannot be computed leave the likely reason out. */
static gboolean
picture_cb (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  Rerun *self = data;
  g_autoptr (GError) trouble = NULL;

  if (!pent_hashes_compute (&self->hashes, self->request, info->model_path, self->cancellable, &trouble))
    self->result->warning = g_strdup (trouble->message);
  self->result->recipe = pent_make_recipe (self->request, info, &self->hashes, picture->seed);
  self->result->image = pent_image_ref (picture->image);
  return TRUE;
}

/* A device that is not here, or a precision that this one does not have, is no
 * reason not to try: it is told as the reason of a difference. */
static gboolean
paint (Rerun *self, GError **error)
{
  const PentListener listener = { .progress = progress_cb, .picture = picture_cb, .data = self };
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (GError) problem = NULL;
  const PentRunInfo *info;

  if (!pent_pipeline_check (pipeline, self->request, &info, &problem) &&
      g_error_matches (problem, PENT_ERROR, PENT_ERROR_DEVICE) && self->order->device == NULL)
    {
      g_free (self->request->device);
      self->request->device = g_strdup ("auto");
      self->request->precision = PENT_PRECISION_AUTO;
    }
  return pent_pipeline_run (pipeline, self->request, &listener, self->cancellable, error);
}

/* JPEG and WebP lose some, so what was made goes the same way. */
static gboolean
compare (Rerun *self, GError **error)
{
  PentRerunResult *result = self->result;
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (result->recipe);
  g_autoptr (GBytes) contents = pent_picture_encode (result->image, self->picture->format, texts, error);
  g_autoptr (PentPictureFile) file = contents != NULL ? pent_picture_file_decode (contents, TRUE, error) : NULL;

  if (file == NULL)
    return FALSE;
  result->before = pent_image_ref (self->picture->image);
  result->again = pent_image_ref (file->image);
  result->comparison = pent_images_compare (result->before, result->again);
  if (!result->comparison.same_size || result->comparison.n_different > 0)
    result->reason = pent_recipes_differ (self->found.recipe, result->recipe);
  return TRUE;
}

/**
 * pent_rerun_run:
 * @library: (nullable): knows where models and originals lie
 *
 * Nothing is stored.
 *
 * Returns: (transfer full): the picture and what was made; %NULL with any
 *   #PentError
 */
PentRerunResult *
pent_rerun_run (PentLibrary *library, const PentRerunOrder *order, GCancellable *cancellable, GError **error)
{
  g_auto (Rerun) self = {
    .library = library, .order = order, .cancellable = cancellable, .result = g_new0 (PentRerunResult, 1),
  };

  if (!open_picture (&self, error) || !make_request (&self, error) || !paint (&self, error) || !compare (&self, error))
    return NULL;
  return g_steal_pointer (&self.result);
}
