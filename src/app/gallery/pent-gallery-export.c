/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>
#include <string.h>

#include "pent-errand.h"
#include "pent-export.h"
#include "pent-gallery-private.h"

#define CHOICE_FORMAT "format"
#define CHOICE_RECIPE "recipe"

/* What goes where, and as what. */
typedef struct
{
  GPtrArray *files;        /* of char *: pictures of the library */
  char      *target;       /* the file, or the folder of several */
  gboolean   is_folder;
  char      *suffix;       /* with its dot */
  gboolean   with_recipe;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  g_ptr_array_unref (export->files);
  g_free (export->target);
  g_free (export->suffix);
  g_free (export);
}

/* A name without the chosen format's suffix gets it. */
static char *
make_name (const Export *export, const char *file)
{
  if (export->is_folder)
    return pent_export_name (export->target, file, export->suffix);
  g_autofree char *lower = g_ascii_strdown (export->target, -1);
  return g_str_has_suffix (lower, export->suffix) ? g_strdup (export->target)
                                                  : g_strconcat (export->target, export->suffix, NULL);
}

static void
export_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Export *export = data;
  GError *error = NULL;

  for (guint i = 0; i < export->files->len && error == NULL; i++)
    {
      const char *file = g_ptr_array_index (export->files, i);
      g_autofree char *name = make_name (export, file);
      pent_export (file, name, export->with_recipe, &error);
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  const Export *export = g_task_get_task_data (G_TASK (result));
  guint n = export->files->len;
  g_autofree char *message = g_strdup_printf (ngettext ("%'u picture exported", "%'u pictures exported", n), n);
  g_autoptr (GError) error = NULL;

  if (self->desk == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    pent_gallery_say (self, message);
  else
    pent_gallery_fail (self, error->message);
}

void
pent_gallery_export_files (PentGallery *self, GPtrArray *files, const char *target, gboolean is_folder,
                           const char *format, gboolean with_recipe)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, exported_cb, NULL);
  Export *export = g_new (Export, 1);

  *export = (Export) {
    .files = g_ptr_array_ref (files), .target = g_strdup (target), .is_folder = is_folder,
    .suffix = g_strconcat (".", format, NULL), .with_recipe = with_recipe,
  };
  g_task_set_task_data (task, export, export_free);
  pent_errand_run (task, export_in_thread);
}

/* What a dialog is open for. */
typedef struct
{
  PentGallery *gallery;   /* held */
  GPtrArray   *files;
} Question;

static void
chosen_cb (GtkNativeDialog *dialog, int response, Question *question)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  g_autoptr (GFile) file = gtk_file_chooser_get_file (chooser);
  gboolean is_folder = gtk_file_chooser_get_action (chooser) == GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER;

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && g_file_peek_path (file) != NULL)
    pent_gallery_export_files (question->gallery, question->files, g_file_peek_path (file), is_folder,
                               gtk_file_chooser_get_choice (chooser, CHOICE_FORMAT),
                               g_strcmp0 (gtk_file_chooser_get_choice (chooser, CHOICE_RECIPE), "true") == 0);
  g_object_unref (question->gallery);
  g_ptr_array_unref (question->files);
  g_free (question);
  g_object_unref (dialog);
}

static void
ask (PentGallery *self, GPtrArray *files)
{
  const char *formats[] = { "png", "jpg", "webp", NULL };
  const char *labels[] = { "PNG", "JPEG", "WebP", NULL };
  gboolean several = files->len > 1;
  GtkFileChooserNative *dialog =
    gtk_file_chooser_native_new (ngettext ("Export the Picture", "Export the Pictures", files->len),
                                 GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                 several ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_SAVE,
                                 _("_Export"), NULL);
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  Question *question = g_new (Question, 1);

  *question = (Question) { .gallery = g_object_ref (self), .files = g_ptr_array_ref (files) };
  gtk_file_chooser_add_choice (chooser, CHOICE_FORMAT, _("Format"), formats, labels);
  gtk_file_chooser_set_choice (chooser, CHOICE_FORMAT, formats[0]);
  gtk_file_chooser_add_choice (chooser, CHOICE_RECIPE, _("With the prompt and all settings in the file"), NULL, NULL);
  gtk_file_chooser_set_choice (chooser, CHOICE_RECIPE, "true");
  if (!several)
    {
      g_autofree char *name = g_path_get_basename (g_ptr_array_index (files, 0));
      char *dot = strrchr (name, '.');
      if (dot != NULL)
        *dot = '\0';
      g_autofree char *shown = g_filename_display_name (name);
      gtk_file_chooser_set_current_name (chooser, shown);
    }
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (chosen_cb), question);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
fetched_cb (PentGallery *self, GPtrArray *pictures, gpointer data)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < pictures->len; i++)
    g_ptr_array_add (files, g_strdup (((PentLibraryPicture *) g_ptr_array_index (pictures, i))->file));
  if (files->len > 0)
    ask (self, files);
}

void
pent_gallery_export (PentGallery *self, GArray *ids)
{
  pent_gallery_fetch (self, ids, fetched_cb, NULL);
}
