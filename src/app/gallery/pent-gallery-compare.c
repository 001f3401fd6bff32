/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-errand.h"
#include "pent-error.h"
#include "pent-gallery-private.h"
#include "pent-picture.h"
#include "pent-recipe-words.h"
#include "pent-rerun-run.h"

/* Two pictures side by side, and a picture beside what its recipe makes now. */

static void
present (PentGallery *self, PentCompareWindow *window)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (window));
}

/* --- two pictures --- */

typedef struct
{
  char           *files[2];
  char           *names[2];
  PentImage      *images[2];
  PentComparison  comparison;
} Pair;

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  for (int i = 0; i < 2; i++)
    {
      g_free (pair->files[i]);
      g_free (pair->names[i]);
      g_clear_pointer (&pair->images[i], pent_image_unref);
    }
  g_free (pair);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Pair *pair = data;
  GError *error = NULL;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (PentPictureFile) file = pent_picture_file_read (pair->files[i], &error);
      if (file == NULL)
        {
          g_task_return_error (task, error);
          return;
        }
      pair->images[i] = pent_image_ref (file->image);
    }
  pair->comparison = pent_images_compare (pair->images[0], pair->images[1]);
  g_task_return_boolean (task, TRUE);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  Pair *pair = g_task_get_task_data (G_TASK (result));
  g_autofree char *verdict = pent_comparison_words (&pair->comparison, NULL);
  g_autoptr (GError) error = NULL;

  if (self->desk == NULL)
    return;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    pent_gallery_fail (self, error->message);
  else
    present (self, pent_compare_window_new (pair->images[0], pair->images[1], pair->names[0], pair->names[1], verdict));
}

/* The older one is on the left. */
static void
fetched_cb (PentGallery *self, GPtrArray *pictures, gpointer data)
{
  g_autoptr (GTask) task = NULL;
  Pair *pair;

  if (pictures->len != 2)
    return;
  task = g_task_new (self, NULL, read_cb, NULL);
  pair = g_new0 (Pair, 1);
  for (int i = 0; i < 2; i++)
    {
      const PentLibraryPicture *picture = g_ptr_array_index (pictures, 1 - i);
      pair->files[i] = g_strdup (picture->file);
      pair->names[i] = g_filename_display_basename (picture->file);
    }
  g_task_set_task_data (task, pair, pair_free);
  pent_errand_run (task, read_in_thread);
}

void
pent_gallery_compare (PentGallery *self, GArray *ids)
{
  pent_gallery_fetch (self, ids, fetched_cb, NULL);
}

/* --- running again --- */

/* What the thread tells of its progress; the newest wins. */
typedef struct
{
  PentGallery  *gallery;      /* the main thread's, held by the task */
  GMainContext *context;
  GCancellable *cancellable;
  char         *file;
  int           permille;     /* atomic */
  int           told;         /* atomic: a source is on its way */
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  g_main_context_unref (run->context);
  g_object_unref (run->cancellable);
  g_free (run->file);
  g_free (run);
}

/* A picture that is run again no longer, or another one, is not spoken of. */
static gboolean
progressed_cb (gpointer data)
{
  GTask *task = data;
  Run *run = g_task_get_task_data (task);
  PentGallery *self = run->gallery;

  g_atomic_int_set (&run->told, FALSE);
  if (self->rerun == run->cancellable)
    gtk_progress_bar_set_fraction (self->rerun_progress, g_atomic_int_get (&run->permille) / 1000.0);
  return G_SOURCE_REMOVE;
}

/* In the thread. */
static void
progress_cb (gpointer data, const PentProgress *progress)
{
  GTask *task = data;
  Run *run = g_task_get_task_data (task);

  g_atomic_int_set (&run->permille, (int) (progress->fraction * 1000));
  if (!g_atomic_int_compare_and_exchange (&run->told, FALSE, TRUE))
    return;
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, progressed_cb, g_object_ref (task), g_object_unref);
  g_source_attach (source, run->context);
}

static void
run_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Run *run = data;
  GError *error = NULL;
  const PentRerunOrder order = { .file = run->file, .progress = progress_cb, .data = task };
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_READ, &error);
  PentRerunResult *result = library != NULL
    ? pent_rerun_run (library, &order, run->cancellable, &error) : NULL;

  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify) pent_rerun_result_free);
  else
    g_task_return_error (task, error);
}

static void
show_result (PentGallery *self, const PentRerunResult *result)
{
  g_autofree char *verdict = pent_comparison_words (&result->comparison, result->reason);

  gtk_label_set_text (self->rerun_label, verdict);
  gtk_button_set_label (self->rerun_button, _("Compare"));
  self->comparison = pent_compare_window_new (result->before, result->again, _("Then"), _("Now"), verdict);
}

static void
run_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  const Run *run = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRerunResult) made = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->desk == NULL || self->rerun != run->cancellable)
    return;
  g_clear_object (&self->rerun);
  gtk_widget_set_visible (GTK_WIDGET (self->rerun_progress), FALSE);
  if (made != NULL)
    show_result (self, made);
  else
    gtk_revealer_set_reveal_child (self->rerun_revealer, FALSE);
  if (error != NULL && pent_error_exit_status (error) != 130)
    pent_gallery_fail (self, error->message);
  pent_gallery_update_actions (self);
}

/* Stops what runs, and takes away what is shown of it. */
void
pent_gallery_clear_rerun (PentGallery *self)
{
  g_cancellable_cancel (self->rerun);
  g_clear_object (&self->rerun);
  if (self->comparison != NULL)
    gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&self->comparison)));
  gtk_revealer_set_reveal_child (self->rerun_revealer, FALSE);
}

void
pent_gallery_run_again (PentGallery *self, const PentLibraryPicture *picture)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, run_cb, NULL);
  Run *run = g_new0 (Run, 1);

  pent_gallery_clear_rerun (self);
  self->rerun = g_cancellable_new ();
  *run = (Run) {
    .gallery = self, .context = g_main_context_ref_thread_default (), .cancellable = g_object_ref (self->rerun),
    .file = g_strdup (picture->file),
  };
  gtk_label_set_text (self->rerun_label, _("Running again…"));
  gtk_progress_bar_set_fraction (self->rerun_progress, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->rerun_progress), TRUE);
  gtk_button_set_label (self->rerun_button, _("Cancel"));
  gtk_revealer_set_reveal_child (self->rerun_revealer, TRUE);
  g_task_set_task_data (task, run, run_free);
  pent_errand_run (task, run_in_thread);
  pent_gallery_update_actions (self);
}

/* "Cancel" while it runs, "Compare" when it is done. */
void
pent_gallery_rerun_clicked (PentGallery *self)
{
  if (self->rerun != NULL)
    pent_gallery_clear_rerun (self);
  else if (self->comparison != NULL)
    present (self, g_steal_pointer (&self->comparison));
  pent_gallery_update_actions (self);
}
