/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-picture.h"
#include "pent-window-private.h"

/* Pictures and masks that come from outside and go there: files, the
 * clipboard, what is dropped. */

/* What is read, and what becomes of it. */
typedef void (*TakeImage) (PentWindow *self, PentImage *image);

typedef struct
{
  char     *path;
  TakeImage take;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_free (reading);
}

static void
take_mask (PentWindow *self, PentImage *image)
{
  g_autoptr (GError) error = NULL;

  if (pent_document_get_picture (self->document) == NULL)
    return;
  g_autoptr (PentTileMask) mask = pent_tile_mask_from_image (image, pent_document_get_width (self->document),
                                                             pent_document_get_height (self->document), &error);
  if (mask == NULL)
    pent_window_show_error (self, error->message);
  else
    pent_document_set_mask (self->document, mask);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;
  g_autoptr (PentPictureFile) file = pent_picture_file_read (reading->path, &error);

  if (file == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, pent_image_ref (file->image), (GDestroyNotify) pent_image_unref);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  PentWindow *self = PENT_WINDOW (object);
  Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (PentImage) image = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->document == NULL)
    return;
  if (image == NULL)
    pent_window_show_error (self, error->message);
  else
    reading->take (self, image);
}

static void
read_file (PentWindow *self, GFile *file, TakeImage take)
{
  char *path = g_file_get_path (file);

  if (path == NULL)
    {
      g_autofree char *name = g_file_get_parse_name (file);
      /* Translators: the name of a file on another machine. */
      g_autofree char *message = g_strdup_printf (_("%s is not on this computer: save it here first."), name);
      pent_window_show_error (self, message);
      return;
    }
  g_autoptr (GTask) task = g_task_new (self, NULL, read_cb, NULL);
  Reading *reading = g_new0 (Reading, 1);
  reading->path = path;
  reading->take = take;
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_thread);
}

void
pent_window_open_file (PentWindow *self, GFile *file)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  read_file (self, file, pent_window_open_image);
}

static void
add_filter (GtkFileChooser *chooser)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Pictures"));
  gtk_file_filter_add_mime_type (filter, "image/png");
  gtk_file_filter_add_mime_type (filter, "image/jpeg");
  gtk_file_filter_add_mime_type (filter, "image/webp");
  gtk_file_chooser_add_filter (chooser, filter);
}

static void
chosen_to_read_cb (GtkNativeDialog *dialog, int response, gpointer take)
{
  PentWindow *self = PENT_WINDOW (gtk_native_dialog_get_transient_for (dialog));
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    read_file (self, file, take);
  g_object_unref (dialog);
}

static void
choose_to_read (PentWindow *self, const char *title, TakeImage take)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN,
                                                              NULL, NULL);

  add_filter (GTK_FILE_CHOOSER (dialog));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (chosen_to_read_cb), take);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
open_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  choose_to_read (data, _("Open a Picture"), pent_window_open_image);
}

static void
mask_load_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  choose_to_read (data, _("Load a Mask"), take_mask);
}

/* Picture or mask as it is now, to be written in another thread. */
typedef struct
{
  char      *path;
  PentImage *image;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_free (writing->path);
  g_clear_pointer (&writing->image, pent_image_unref);
  g_free (writing);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();

  if (pent_picture_write (writing->path, writing->image, texts, TRUE, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  PentWindow *self = PENT_WINDOW (object);
  Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_filename_display_basename (writing->path);
  /* Translators: a file's name. */
  g_autofree char *message = g_strdup_printf (_("“%s” saved"), name);
  g_autoptr (GError) error = NULL;

  if (self->document == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    pent_window_show_toast (self, message);
  else
    pent_window_show_error (self, error->message);
}

static void
write_file (PentWindow *self, GFile *file, PentImage *image)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, written_cb, NULL);
  Writing *writing = g_new0 (Writing, 1);

  writing->path = g_file_get_path (file);
  writing->image = pent_image_ref (image);
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_in_thread);
}

static void
chosen_to_write_cb (GtkNativeDialog *dialog, int response, gpointer image)
{
  PentWindow *self = PENT_WINDOW (gtk_native_dialog_get_transient_for (dialog));
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    write_file (self, file, image);
  pent_image_unref (image);
  g_object_unref (dialog);
}

static void
choose_to_write (PentWindow *self, const char *title, const char *name, PentImage *image)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              NULL, NULL);

  add_filter (GTK_FILE_CHOOSER (dialog));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (chosen_to_write_cb), pent_image_ref (image));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
save_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  choose_to_write (self, _("Save the Picture"), _("Picture.png"), pent_document_get_picture (self->document));
}

static void
mask_save_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PentImage) image = pent_tile_mask_to_image (pent_document_get_mask (self->document), &error);

  if (image == NULL)
    pent_window_show_error (self, error->message);
  else
    choose_to_write (self, _("Save the Mask"), _("Mask.png"), image);
}

static void
copy_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (PentImage) rgb = pent_image_to_rgb8 (pent_document_get_picture (self->document), NULL);

  if (rgb == NULL)
    return;
  g_autoptr (GBytes) bytes = g_bytes_new (rgb->pixels, rgb->stride * rgb->height);
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (rgb->width, rgb->height, GDK_MEMORY_R8G8B8, bytes,
                                                           rgb->stride);
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (self)), texture);
  pent_window_show_toast (self, _("Picture copied"));
}

static PentImage *
image_from_texture (GdkTexture *texture, GError **error)
{
  g_autoptr (GBytes) png = gdk_texture_save_to_png_bytes (texture);
  g_autoptr (PentPictureFile) file = pent_picture_file_decode (png, TRUE, error);

  return file != NULL ? pent_image_ref (file->image) : NULL;
}

/* What is pasted, and into which window. */
typedef struct
{
  PentWindow *window;
  TakeImage   take;
} Paste;

static void
pasted_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Paste *paste = data;
  g_autoptr (PentWindow) self = paste->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (object), result, NULL);

  if (self->document == NULL)
    return;
  if (texture == NULL)
    {
      pent_window_show_toast (self, _("There is no picture to paste"));
      return;
    }
  g_autoptr (PentImage) image = image_from_texture (texture, &error);
  if (image == NULL)
    pent_window_show_error (self, error->message);
  else
    paste->take (self, image);
}

static void
paste (PentWindow *self, TakeImage take)
{
  Paste *data = g_new (Paste, 1);

  data->window = g_object_ref (self);
  data->take = take;
  gdk_clipboard_read_texture_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), NULL, pasted_cb, data);
}

static void
paste_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  paste (data, pent_window_open_image);
}

static void
mask_paste_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  paste (data, take_mask);
}

static void
close_picture_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  pent_document_close (self->document, pent_document_get_width (self->document),
                       pent_document_get_height (self->document));
  pent_canvas_zoom_to_fit (self->canvas);
}

static gboolean
dropped_cb (GtkDropTarget *target, const GValue *value, double x, double y, PentWindow *self)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  pent_window_open_file (self, files->data);
  return TRUE;
}

void
pent_window_init_files (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "open", .activate = open_action },
    { .name = "save", .activate = save_action },
    { .name = "copy", .activate = copy_action },
    { .name = "paste", .activate = paste_action },
    { .name = "close-picture", .activate = close_picture_action },
    { .name = "mask-load", .activate = mask_load_action },
    { .name = "mask-paste", .activate = mask_paste_action },
    { .name = "mask-save", .activate = mask_save_action },
  };
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_signal_connect (target, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
