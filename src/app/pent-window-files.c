/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-errand.h"
#include "pent-picture.h"
#include "pent-recipe-reader.h"
#include "pent-rerun.h"
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

/* What a file holds: a picture and, where it knows that, how it was painted. */
typedef struct
{
  PentImage   *image;
  PentRequest *request;
} Opened;

static void
opened_free (gpointer data)
{
  Opened *opened = data;

  g_clear_pointer (&opened->image, pent_image_unref);
  g_clear_pointer (&opened->request, pent_request_unref);
  g_free (opened);
}

/* Whatever program wrote it. What it was painted from stays where it is. */
static PentRequest *
find_request (const PentTextFields *texts)
{
  g_auto (PentFoundRecipe) found = { 0 };

  pent_recipe_find (&found, texts);
  return found.recipe != NULL ? pent_request_from_recipe (found.recipe, NULL, NULL, NULL) : NULL;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;
  g_autoptr (PentPictureFile) file = pent_picture_file_read (reading->path, &error);

  if (file == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  Opened *opened = g_new0 (Opened, 1);
  opened->image = pent_image_ref (file->image);
  opened->request = find_request (file->texts);
  g_task_return_pointer (task, opened, opened_free);
}

static void
offer (PentWindow *self, const char *title, const char *label, const char *action)
{
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, label);
  adw_toast_set_action_name (toast, action);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* What else can be done with a picture that came on the canvas. */
static void
offer_more (PentWindow *self, Opened *opened, gboolean over_another)
{
  g_clear_pointer (&self->opened, pent_request_unref);
  self->opened = g_steal_pointer (&opened->request);
  if (self->opened != NULL)
    offer (self, _("This picture knows how it was painted"), _("_Use Its Recipe"), "win.use-opened");
  else if (over_another)
    offer (self, _("Picture opened"), _("Use as _Mask Instead"), "win.opened-to-mask");
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (PentWindow) self = pent_window_strengthen (data);
  Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  Opened *opened = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean is_open = self != NULL && self->document != NULL;

  if (opened == NULL)
    {
      if (is_open)
        pent_window_show_error (self, error->message);
      return;
    }
  if (is_open)
    {
      gboolean over_another = pent_document_get_picture (self->document) != NULL;
      reading->take (self, opened->image);
      if (reading->take == pent_window_open_image)
        offer_more (self, opened, over_another);
    }
  opened_free (opened);
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
  g_autoptr (GTask) task = g_task_new (NULL, NULL, read_cb, pent_window_weaken (self));
  Reading *reading = g_new0 (Reading, 1);
  reading->path = path;
  reading->take = take;
  g_task_set_task_data (task, reading, reading_free);
  pent_errand_run (task, read_in_thread);
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

static void
use_opened_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  if (self->opened != NULL)
    pent_window_use_request (self, self->opened, PENT_USE_PROMPT | PENT_USE_SEED | PENT_USE_SETTINGS);
}

/* The picture before comes back, and this one lies over it. */
static void
opened_to_mask_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  PentImage *picture = pent_document_get_picture (self->document);

  if (picture == NULL || pent_document_get_undo (self->document) != PENT_EDIT_PICTURE)
    return;
  g_autoptr (PentImage) image = pent_image_ref (picture);
  pent_document_undo (self->document);
  take_mask (self, image);
}

static gboolean
dropped_cb (GtkDropTarget *target, const GValue *value, double x, double y, PentWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      GSList *files = g_value_get_boxed (value);
      if (files != NULL)
        pent_window_open_file (self, files->data);
      return files != NULL;
    }
  g_autoptr (PentImage) image = image_from_texture (g_value_get_object (value), &error);
  if (image != NULL)
    pent_window_open_image (self, image);
  else
    pent_window_show_error (self, error->message);
  return image != NULL;
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
    { .name = "use-opened", .activate = use_opened_action },
    { .name = "opened-to-mask", .activate = opened_to_mask_action },
    { .name = "mask-load", .activate = mask_load_action },
    { .name = "mask-paste", .activate = mask_paste_action },
    { .name = "mask-save", .activate = mask_save_action },
  };
  GType types[] = { GDK_TYPE_FILE_LIST, GDK_TYPE_TEXTURE };
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect (target, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
