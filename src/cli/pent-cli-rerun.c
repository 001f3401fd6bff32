/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "rerun": a picture is made again from its recipe, and compared. */
#define G_LOG_DOMAIN "pentimento"

#include <math.h>

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-cli-order.h"
#include "pent-cli-picture.h"
#include "pent-cli-progress.h"
#include "pent-cli-signals.h"
#include "pent-error.h"
#include "pent-json.h"
#include "pent-model-finder.h"
#include "pent-originals.h"
#include "pent-picture.h"
#include "pent-pipeline.h"
#include "pent-recipe-maker.h"
#include "pent-recipe-reader.h"
#include "pent-rerun.h"

#define STATUS_DIFFERENT 1

static const char examples[] =
  "Makes a picture again from the recipe stored in it, and compares: \"identical\", or\n"
  "\"different\" with how far they are apart and the likely reason.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli rerun lake.png\n"
  "  pentimento-cli rerun 42 --output again.png\n"
  "  pentimento-cli rerun lake.png --model models/moved.safetensors --device cpu\n"
  "\n"
  "Usage: pentimento-cli rerun PICTURE [OPTION...]\n"
  "\n"
  "PICTURE is a file, or a number of the library.\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "model", PENT_CLI_PATH, "PATH", "the model", "found by its hash", 0, 0, NULL },
  { "vae", PENT_CLI_PATH, "PATH", "the VAE, where another one was used", "found by its hash", 0, 0, NULL },
  { "init", PENT_CLI_PATH, "PICTURE", "what it was painted from", "found by its hash", 0, 0, NULL },
  { "mask", PENT_CLI_PATH, "PICTURE", "the mask", "found by its hash", 0, 0, NULL },
  { "device", PENT_CLI_PATH, "NAME", "another device than the picture's", NULL, 0, 0, NULL },
  { "output", PENT_CLI_PATH, "PICTURE", "also write what was made", NULL, 0, 0, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print one JSON object", NULL, 0, 0, NULL },
};

typedef struct
{
  PentCliArguments *arguments;
  char             *path;       /* of the picture */
  PentPictureFile  *picture;
  PentFoundRecipe   found;
  PentLibrary      *library;    /* or NULL: it cannot be opened, and need not */
  PentRequest      *request;
  PentHashes        hashes;
  GCancellable     *cancellable;
  PentCliProgress  *progress;
  PentImage        *image;      /* made again */
  PentRecipe       *recipe;     /* of that */
} Rerun;

static void
rerun_clear (Rerun *self)
{
  g_free (self->path);
  g_clear_pointer (&self->picture, pent_picture_file_free);
  pent_found_recipe_clear (&self->found);
  g_clear_pointer (&self->library, pent_library_close);
  g_clear_pointer (&self->request, pent_request_unref);
  pent_hashes_clear (&self->hashes);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->progress, pent_cli_progress_free);
  g_clear_pointer (&self->image, pent_image_unref);
  g_clear_pointer (&self->recipe, pent_recipe_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rerun, rerun_clear)

/* A file of that name comes before a number. */
static gboolean
open_picture (Rerun *self, const char *name, GError **error)
{
  gint64 id;
  self->path = g_strdup (name);
  self->library = pent_cli_open_library (PENT_LIBRARY_READ, NULL);
  if (self->library != NULL && !g_file_test (name, G_FILE_TEST_EXISTS) &&
      g_ascii_string_to_signed (name, 10, 1, G_MAXINT64, &id, NULL))
    {
      g_autoptr (PentLibraryPicture) known = pent_library_get (self->library, id, error);
      if (known == NULL)
        return FALSE;
      g_free (self->path);
      self->path = g_steal_pointer (&known->file);
    }
  self->picture = pent_picture_file_read (self->path, error);
  if (self->picture == NULL)
    return FALSE;
  pent_recipe_find (&self->found, self->picture->texts);
  if (self->found.recipe != NULL)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s: %s", self->path,
               self->found.problem != NULL ? self->found.problem : "there is no recipe in it to make it again from.");
  return FALSE;
}

/* From the option where it is given, else by the hash. */
static gboolean
find_original (Rerun *self, const char *option, const char *hash, PentImage **image, GError **error)
{
  const char *given = pent_cli_arguments_get_text (self->arguments, option, NULL);
  *image = NULL;
  if (given != NULL)
    {
      g_autoptr (PentPictureFile) file = pent_picture_file_read (given, error);
      if (file != NULL)
        *image = g_steal_pointer (&file->image);
      return file != NULL;
    }
  if (hash == NULL)
    return TRUE;
  *image = self->library != NULL ? pent_library_find_original (self->library, self->path, hash, error)
                                 : pent_originals_find (self->path, hash, error);
  if (*image == NULL)
    g_prefix_error (error, "What the picture was painted from can be given with --%s: ", option);
  return *image != NULL;
}

static gboolean
find_model (Rerun *self, const char *option, const char *hash, const char *name, char **path, GError **error)
{
  const char *given = pent_cli_arguments_get_text (self->arguments, option, NULL);
  if (given == NULL && hash == NULL)
    return TRUE;
  g_free (*path);
  *path = given != NULL ? g_strdup (given) : pent_model_find (self->library, hash, name, self->cancellable, error);
  return *path != NULL;
}

static gboolean
make_request (Rerun *self, GError **error)
{
  const PentRecipe *recipe = self->found.recipe;
  g_autoptr (PentImage) source = NULL;
  g_autoptr (PentImage) mask = NULL;
  const char *device = pent_cli_arguments_get_text (self->arguments, "device", NULL);

  if (!find_original (self, "init", recipe->source_hash, &source, error) ||
      !find_original (self, "mask", recipe->mask_hash, &mask, error))
    return FALSE;
  self->request = pent_request_from_recipe (recipe, source, mask, error);
  if (self->request == NULL ||
      !find_model (self, "model", recipe->model_hash, recipe->model, &self->request->model, error) ||
      !find_model (self, "vae", recipe->vae_hash, recipe->vae, &self->request->vae, error))
    return FALSE;
  if (device != NULL)
    {
      g_free (self->request->device);
      self->request->device = g_strdup (device);
    }
  return TRUE;
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Rerun *self = data;
  pent_cli_progress_update (self->progress, progress);
}

static gboolean
picture_cb (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  Rerun *self = data;
  g_autoptr (GError) trouble = NULL;
  if (!pent_hashes_compute (&self->hashes, self->request, info->model_path, self->cancellable, &trouble))
    pent_cli_warn (trouble->message);
  self->recipe = pent_make_recipe (self->request, info, &self->hashes, picture->seed);
  self->image = pent_image_ref (picture->image);
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
      g_error_matches (problem, PENT_ERROR, PENT_ERROR_DEVICE) && !pent_cli_arguments_has (self->arguments, "device"))
    {
      g_free (self->request->device);
      self->request->device = g_strdup ("auto");
      self->request->precision = PENT_PRECISION_AUTO;
    }
  return pent_pipeline_run (pipeline, self->request, &listener, self->cancellable, error);
}

/* As a reader of a file of the same format would see it, since JPEG and WebP
 * lose some. */
static PentImage *
as_stored (const Rerun *self, GError **error)
{
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (self->recipe);
  g_autoptr (GBytes) contents = pent_picture_encode (self->image, self->picture->format, texts, error);
  g_autoptr (PentPictureFile) file = contents != NULL ? pent_picture_file_decode (contents, TRUE, error) : NULL;
  return file != NULL ? g_steal_pointer (&file->image) : NULL;
}

static char *
describe_json (const PentComparison *result, const char *reason)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  gboolean identical = result->same_size && result->n_different == 0;
  json_object_set_string_member (object, "result", identical ? "identical" : "different");
  json_object_set_int_member (object, "pixels", result->n_pixels);
  json_object_set_int_member (object, "different_pixels", result->same_size ? result->n_different : result->n_pixels);
  if (!identical)
    {
      json_object_set_int_member (object, "largest_difference", result->largest);
      if (isfinite (result->psnr))
        json_object_set_double_member (object, "psnr", result->psnr);
      json_object_set_string_member (object, "reason", reason);
    }
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static char *
describe (const PentComparison *result, const char *reason)
{
  if (!result->same_size)
    return g_strdup_printf ("different\nsize or format differ\nlikely reason: %s\n", reason);
  if (result->n_different == 0)
    return g_strdup ("identical\n");
  return g_strdup_printf ("different\n%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " pixels differ, by %d at the most, PSNR "
                          "%.2f dB\nlikely reason: %s\n", result->n_different, result->n_pixels, result->largest,
                          result->psnr, reason);
}

static int
compare (Rerun *self, GError **error)
{
  const char *output = pent_cli_arguments_get_text (self->arguments, "output", NULL);
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (self->recipe);
  g_autoptr (PentImage) again = as_stored (self, error);
  if (again == NULL || (output != NULL && !pent_picture_write (output, self->image, texts, TRUE, error)))
    return -1;

  PentComparison result = pent_images_compare (self->picture->image, again);
  g_autofree char *reason = pent_recipes_differ (self->found.recipe, self->recipe);
  g_autofree char *text = pent_cli_arguments_has (self->arguments, "json") ? describe_json (&result, reason)
                                                                           : describe (&result, reason);
  if (!pent_cli_print (text, error))
    return -1;
  return result.same_size && result.n_different == 0 ? 0 : STATUS_DIFFERENT;
}

/* The status, or -1 with an error. */
static int
run (Rerun *self, GError **error)
{
  const char *name;
  PentPictureFormat format;
  const char *output = pent_cli_arguments_get_text (self->arguments, "output", NULL);
  if (!pent_cli_arguments_get_operand (self->arguments, "a picture", &name, error))
    return -1;
  if (output != NULL && !pent_picture_format_from_name (output, &format))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "--output cannot be \"%s\": it must end in .png, .jpg, .jpeg or .webp.", output);
      return -1;
    }
  self->progress = pent_cli_progress_new (PENT_CLI_PROGRESS_AUTO);
  pent_cli_signals_start (self->cancellable);
  if (!open_picture (self, name, error) || !make_request (self, error) || !paint (self, error))
    return -1;
  pent_cli_progress_finish (self->progress);
  return compare (self, error);
}

int
pent_cli_rerun (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("rerun", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));

  g_auto (Rerun) self = { .arguments = parsed, .cancellable = g_cancellable_new () };
  int status = run (&self, &error);
  if (status < 0 && self.progress != NULL)
    pent_cli_progress_finish (self.progress);
  return status >= 0 ? status : pent_cli_fail (error);
}
