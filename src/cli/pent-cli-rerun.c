/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "rerun": a picture is made again from its recipe, and compared. */
#define G_LOG_DOMAIN "pentimento"

#include <math.h>

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-cli-picture.h"
#include "pent-cli-progress.h"
#include "pent-cli-signals.h"
#include "pent-error.h"
#include "pent-json.h"
#include "pent-picture.h"
#include "pent-rerun-run.h"

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
  PentLibrary      *library;    /* or NULL: it cannot be opened, and need not */
  GCancellable     *cancellable;
  PentCliProgress  *progress;
} Rerun;

static void
rerun_clear (Rerun *self)
{
  g_free (self->path);
  g_clear_pointer (&self->library, pent_library_close);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->progress, pent_cli_progress_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rerun, rerun_clear)

/* A file of that name comes before a number. */
static gboolean
find_picture (Rerun *self, const char *name, GError **error)
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
  return TRUE;
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Rerun *self = data;
  pent_cli_progress_update (self->progress, progress);
}

static PentRerunResult *
paint (Rerun *self, GError **error)
{
  PentCliArguments *arguments = self->arguments;
  const PentRerunOrder order = {
    .file = self->path, .names_options = TRUE, .progress = progress_cb, .data = self,
    .model = pent_cli_arguments_get_text (arguments, "model", NULL),
    .vae = pent_cli_arguments_get_text (arguments, "vae", NULL),
    .init = pent_cli_arguments_get_text (arguments, "init", NULL),
    .mask = pent_cli_arguments_get_text (arguments, "mask", NULL),
    .device = pent_cli_arguments_get_text (arguments, "device", NULL),
  };
  return pent_rerun_run (self->library, &order, self->cancellable, error);
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
tell (Rerun *self, const PentRerunResult *result, GError **error)
{
  const char *output = pent_cli_arguments_get_text (self->arguments, "output", NULL);
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (result->recipe);
  if (result->warning != NULL)
    pent_cli_warn (result->warning);
  if (output != NULL && !pent_picture_write (output, result->image, texts, TRUE, error))
    return -1;

  const PentComparison *comparison = &result->comparison;
  g_autofree char *text = pent_cli_arguments_has (self->arguments, "json") ? describe_json (comparison, result->reason)
                                                                           : describe (comparison, result->reason);
  if (!pent_cli_print (text, error))
    return -1;
  return comparison->same_size && comparison->n_different == 0 ? 0 : STATUS_DIFFERENT;
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
  if (!find_picture (self, name, error))
    return -1;
  g_autoptr (PentRerunResult) result = paint (self, error);
  if (result == NULL)
    return -1;
  pent_cli_progress_finish (self->progress);
  return tell (self, result, error);
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
