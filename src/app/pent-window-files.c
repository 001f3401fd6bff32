/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-errand.h"
#include "pent-picture.h"
#include "pent-window-private.h"

/* Pictures and masks in files that are chosen. */

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
    pent_window_take_file (self, file, take);
  g_object_unref (dialog);
}

static void
choose_to_read (PentWindow *self, const char *title, PentTakeImage take)
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
  choose_to_read (data, _("Load a Mask"), pent_window_take_mask);
}

/* Picture or mask as it is now, to be written in another thread. */
typedef struct
{
  char      *path;
  PentImage *image;
  char      *origin;   /* the file whose recipe is the picture's, or NULL */
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_free (writing->path);
  g_free (writing->origin);
  g_clear_pointer (&writing->image, pent_image_unref);
  g_free (writing);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;
  g_autoptr (PentTextFields) none = pent_text_fields_new ();
  g_autoptr (PentPictureFile) origin =
    writing->origin != NULL ? pent_picture_file_read_texts (writing->origin, NULL) : NULL;

  if (pent_picture_write (writing->path, writing->image, origin != NULL ? origin->texts : none, TRUE, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (PentWindow) self = pent_window_strengthen (data);
  Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_filename_display_basename (writing->path);
  /* Translators: a file's name. */
  g_autofree char *message = g_strdup_printf (_("“%s” saved"), name);
  g_autoptr (GError) error = NULL;

  if (self == NULL || self->document == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    pent_window_show_toast (self, message);
  else
    pent_window_show_error (self, error->message);
}

static void
write_file (PentWindow *self, GFile *file, PentImage *image)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, written_cb, pent_window_weaken (self));
  Writing *writing = g_new0 (Writing, 1);

  writing->path = g_file_get_path (file);
  writing->image = pent_image_ref (image);
  writing->origin = image == self->origin_image ? g_strdup (self->origin_path) : NULL;
  g_task_set_task_data (task, writing, writing_free);
  pent_errand_run (task, write_in_thread);
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
close_picture_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  pent_document_close (self->document, pent_document_get_width (self->document),
                       pent_document_get_height (self->document));
  pent_canvas_zoom_to_fit (self->canvas);
}

void
pent_window_init_files (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "open", .activate = open_action },
    { .name = "save", .activate = save_action },
    { .name = "close-picture", .activate = close_picture_action },
    { .name = "mask-load", .activate = mask_load_action },
    { .name = "mask-save", .activate = mask_save_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}
