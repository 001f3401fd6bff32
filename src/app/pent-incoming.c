/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture from a file, the clipboard or a drop. A file is best, and next the
 * bytes of one: they still have the recipe. Pixels alone have lost it. What is
 * read is decoded in another thread. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-incoming.h"

#include <glib/gi18n.h>

#include "pent-errand.h"
#include "pent-error.h"
#include "pent-picture.h"
#include "pent-recipe-reader.h"
#include "pent-rerun.h"

#define CHUNK (1 << 18)

static const char *const mime_types[] = { "image/png", "image/webp", "image/jpeg", NULL };

/* The data of the task: where it comes from, and what was got so far. */
typedef struct
{
  GdkClipboard *clipboard;   /* or */
  GdkDrop      *drop;        /* or NULL and NULL: a file */
  char         *path;        /* of a file, once it is known */
  GByteArray   *bytes;
  GdkTexture   *texture;
} Intake;

void
pent_incoming_free (PentIncoming *self)
{
  g_clear_pointer (&self->image, pent_image_unref);
  g_clear_pointer (&self->request, pent_request_unref);
  g_free (self->path);
  g_free (self);
}

static void
intake_free (gpointer data)
{
  Intake *intake = data;

  g_clear_object (&intake->clipboard);
  g_clear_object (&intake->drop);
  g_clear_object (&intake->texture);
  g_clear_pointer (&intake->bytes, g_byte_array_unref);
  g_free (intake->path);
  g_free (intake);
}

/* --- decoding, in another thread --- */

static PentPictureFile *
decode (Intake *intake, GError **error)
{
  if (intake->path != NULL)
    return pent_picture_file_read (intake->path, error);
  g_autoptr (GBytes) bytes = intake->bytes != NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&intake->bytes))
                                                   : gdk_texture_save_to_png_bytes (intake->texture);
  PentPictureFile *file = pent_picture_file_decode (bytes, TRUE, error);
  if (file == NULL)
    g_prefix_error (error, "%s: ", _("What was pasted or dropped"));
  return file;
}

static void
decode_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Intake *intake = data;
  GError *error = NULL;
  g_auto (PentFoundRecipe) found = { 0 };
  g_autoptr (PentPictureFile) file = decode (intake, &error);

  if (file == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  PentIncoming *incoming = g_new0 (PentIncoming, 1);
  incoming->image = pent_image_ref (file->image);
  incoming->path = g_strdup (intake->path);
  pent_recipe_find (&found, file->texts);
  /* What it was painted from stays where it is. */
  if (found.recipe != NULL)
    incoming->request = pent_request_from_recipe (found.recipe, NULL, NULL, NULL);
  g_task_return_pointer (task, incoming, (GDestroyNotify) pent_incoming_free);
}

/* --- getting it, in the main thread --- */

static void get_pixels (GTask *task);

static void
fail_with_nothing (GTask *task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s", _("There is no picture to paste"));
}

/* As much as a picture's file may have. */
static void
chunk_read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Intake *intake = g_task_get_task_data (task);
  GInputStream *stream = G_INPUT_STREAM (object);
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (stream, result, NULL);

  if (chunk == NULL)
    {
      g_clear_pointer (&intake->bytes, g_byte_array_unref);
      get_pixels (task);
      return;
    }
  if (g_bytes_get_size (chunk) == 0 || intake->bytes->len > PENT_PICTURE_MAX_FILE)
    {
      pent_errand_run (task, decode_in_thread);
      return;
    }
  g_byte_array_append (intake->bytes, g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk));
  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, NULL, chunk_read_cb, g_steal_pointer (&task));
}

static void
stream_opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Intake *intake = g_task_get_task_data (task);
  const char *mime_type;
  g_autoptr (GInputStream) stream =
    intake->drop != NULL ? gdk_drop_read_finish (intake->drop, result, &mime_type, NULL)
                         : gdk_clipboard_read_finish (intake->clipboard, result, &mime_type, NULL);

  if (stream == NULL)
    {
      get_pixels (task);
      return;
    }
  intake->bytes = g_byte_array_new ();
  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, NULL, chunk_read_cb, g_steal_pointer (&task));
}

static void
read_file (GTask *task, GFile *file)
{
  Intake *intake = g_task_get_task_data (task);

  intake->path = g_file_get_path (file);
  if (intake->path != NULL)
    {
      pent_errand_run (task, decode_in_thread);
      return;
    }
  g_autofree char *name = g_file_get_parse_name (file);
  /* Translators: the name of a file on another machine. */
  g_task_return_new_error (task, PENT_ERROR, PENT_ERROR_FILE, _("%s is not on this computer: save it here first."), name);
}

static GdkContentFormats *
get_formats (const Intake *intake)
{
  return intake->drop != NULL ? gdk_drop_get_formats (intake->drop) : gdk_clipboard_get_formats (intake->clipboard);
}

static gboolean
has_bytes (const Intake *intake)
{
  for (guint i = 0; mime_types[i] != NULL; i++)
    if (gdk_content_formats_contain_mime_type (get_formats (intake), mime_types[i]))
      return TRUE;
  return FALSE;
}

static void
get_bytes (GTask *task)
{
  Intake *intake = g_task_get_task_data (task);
  const char **types = (const char **) mime_types;

  if (!has_bytes (intake))
    get_pixels (task);
  else if (intake->drop != NULL)
    gdk_drop_read_async (intake->drop, types, G_PRIORITY_DEFAULT, NULL, stream_opened_cb, g_object_ref (task));
  else
    gdk_clipboard_read_async (intake->clipboard, types, G_PRIORITY_DEFAULT, NULL, stream_opened_cb, g_object_ref (task));
}

static const GValue *
finish_value (const Intake *intake, GAsyncResult *result)
{
  return intake->drop != NULL ? gdk_drop_read_value_finish (intake->drop, result, NULL)
                              : gdk_clipboard_read_value_finish (intake->clipboard, result, NULL);
}

static void
get_value (GTask *task, GType type, GAsyncReadyCallback callback)
{
  Intake *intake = g_task_get_task_data (task);

  if (intake->drop != NULL)
    gdk_drop_read_value_async (intake->drop, type, G_PRIORITY_DEFAULT, NULL, callback, g_object_ref (task));
  else
    gdk_clipboard_read_value_async (intake->clipboard, type, G_PRIORITY_DEFAULT, NULL, callback, g_object_ref (task));
}

static void
pixels_read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Intake *intake = g_task_get_task_data (task);
  const GValue *value = finish_value (intake, result);

  intake->texture = value != NULL ? g_value_dup_object (value) : NULL;
  if (intake->texture != NULL)
    pent_errand_run (task, decode_in_thread);
  else
    fail_with_nothing (task);
}

static void
get_pixels (GTask *task)
{
  get_value (task, GDK_TYPE_TEXTURE, pixels_read_cb);
}

/* Another program may name files that are on no disk here: of those it may have
 * the bytes. */
static void
files_read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Intake *intake = g_task_get_task_data (task);
  const GValue *value = finish_value (intake, result);
  GSList *files = value != NULL ? g_value_get_boxed (value) : NULL;

  if (files != NULL && (g_file_peek_path (files->data) != NULL || !has_bytes (intake)))
    read_file (task, files->data);
  else
    get_bytes (task);
}

static GTask *
make_task (GdkClipboard *clipboard, GdkDrop *drop, GAsyncReadyCallback callback, gpointer data)
{
  GTask  *task = g_task_new (NULL, NULL, callback, data);
  Intake *intake = g_new0 (Intake, 1);

  g_set_object (&intake->clipboard, clipboard);
  g_set_object (&intake->drop, drop);
  g_task_set_task_data (task, intake, intake_free);
  return task;
}

static void
get_best (GTask *task)
{
  Intake *intake = g_task_get_task_data (task);

  if (gdk_content_formats_contain_gtype (get_formats (intake), GDK_TYPE_FILE_LIST)
      || gdk_content_formats_contain_mime_type (get_formats (intake), "text/uri-list"))
    get_value (task, GDK_TYPE_FILE_LIST, files_read_cb);
  else
    get_bytes (task);
}

/**
 * pent_incoming_get_formats:
 *
 * Returns: (transfer full): what a drop may have to be taken
 */
GdkContentFormats *
pent_incoming_get_formats (void)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  gdk_content_formats_builder_add_gtype (builder, GDK_TYPE_FILE_LIST);
  gdk_content_formats_builder_add_gtype (builder, GDK_TYPE_TEXTURE);
  for (guint i = 0; mime_types[i] != NULL; i++)
    gdk_content_formats_builder_add_mime_type (builder, mime_types[i]);
  return gdk_content_formats_union_deserialize_mime_types (gdk_content_formats_builder_free_to_formats (builder));
}

/**
 * pent_incoming_read_file:
 * @callback: called with @data, for pent_incoming_finish()
 */
void
pent_incoming_read_file (GFile *file, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = make_task (NULL, NULL, callback, data);

  read_file (task, file);
}

/**
 * pent_incoming_read_clipboard:
 * @callback: called with @data, for pent_incoming_finish()
 */
void
pent_incoming_read_clipboard (GdkClipboard *clipboard, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = make_task (clipboard, NULL, callback, data);

  get_best (task);
}

/**
 * pent_incoming_read_drop:
 * @drop: still to be finished, when the callback was called
 * @callback: called with @data, for pent_incoming_finish()
 */
void
pent_incoming_read_drop (GdkDrop *drop, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = make_task (NULL, drop, callback, data);

  get_best (task);
}

/**
 * pent_incoming_finish:
 *
 * Returns: (transfer full): what was read; %NULL with %G_IO_ERROR_NOT_FOUND
 *   where there is no picture, or %PENT_ERROR where it cannot be read
 */
PentIncoming *
pent_incoming_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
