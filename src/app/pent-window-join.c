/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-errand.h"
#include "pent-folders.h"
#include "pent-library.h"
#include "pent-window-private.h"

/* After an edit: how it is joined to the picture can still be chosen. */

/* All choices after one run are one edit of the document. */
static guint
find_merge (PentWindow *self)
{
  return (guint) self->joined | 0x80000000u;
}

static void
joined_cb (PentJoinBar *bar, PentImage *image, const PentJoin *join, PentWindow *self)
{
  if (pent_document_get_picture (self->document) != self->result)
    return;
  g_autoptr (PentCanvasState) state = pent_document_snapshot (self->document);
  pent_image_unref (state->picture);
  state->picture = pent_image_ref (image);
  g_clear_pointer (&self->result, pent_image_unref);
  self->result = pent_image_ref (image);
  self->join = *join;
  pent_window_enable (self, "store-joined", TRUE);
  pent_document_replace (self->document, state, PENT_EDIT_RESULT, find_merge (self));
}

static void
failed_cb (PentJoinBar *bar, const char *message, PentWindow *self)
{
  pent_window_show_error (self, message);
}

/**
 * pent_window_offer_join:
 * @edit: (transfer full): of the picture that is on the canvas now
 * @picture: its number in the library
 */
void
pent_window_offer_join (PentWindow *self, PentEditResult *edit, gint64 picture)
{
  self->joined = picture;
  pent_join_bar_set_edit (self->join_bar, edit);
  pent_window_enable (self, "store-joined", FALSE);
  gtk_revealer_set_reveal_child (self->join_revealer, TRUE);
}

void
pent_window_hide_join (PentWindow *self)
{
  pent_join_bar_set_edit (self->join_bar, NULL);
  gtk_revealer_set_reveal_child (self->join_revealer, FALSE);
}

static void
hide_join_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_window_hide_join (data);
}

/* Another picture on the canvas: nothing is left to choose. */
static void
picture_changed_cb (PentWindow *self)
{
  PentImage *picture = pent_document_get_picture (self->document);

  gtk_widget_set_visible (self->hint, picture == NULL);
  if (picture != self->result)
    pent_window_hide_join (self);
}

static void
preview_changed_cb (PentWindow *self)
{
  PentRect area;
  gboolean empty = pent_document_get_picture (self->document) == NULL
                   && pent_document_get_preview (self->document, &area) == NULL;

  gtk_widget_set_visible (self->hint, empty);
}

typedef struct
{
  PentImage *image;
  gint64     from;
  PentJoin   join;
} Storing;

static void
storing_free (gpointer data)
{
  Storing *storing = data;

  pent_image_unref (storing->image);
  g_free (storing);
}

/* The recipe is that of the picture, and says how it was joined. */
static gboolean
store (const Storing *storing, GError **error)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_WRITE, error);
  g_autoptr (PentLibraryPicture) from = library != NULL ? pent_library_get (library, storing->from, error) : NULL;
  char match[G_ASCII_DTOSTR_BUF_SIZE];

  if (from == NULL)
    return FALSE;
  g_free (from->recipe->joined);
  from->recipe->joined = g_strdup_printf ("%d,%d,%s", storing->join.grow, storing->join.feather,
                                          g_ascii_formatd (match, sizeof match, "%.4g", storing->join.match));
  const PentLibraryEntry entry = { .image = storing->image, .recipe = from->recipe, .timings = from->timings };
  g_autoptr (PentLibraryPicture) stored = pent_library_store (library, &entry, error);
  return stored != NULL;
}

static void
store_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (store (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
stored_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (PentWindow) self = pent_window_strengthen (data);
  g_autoptr (GError) error = NULL;

  if (self == NULL || self->document == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    pent_window_show_toast (self, _("The picture is in the gallery"));
  else
    pent_window_show_error (self, error->message);
}

static void
store_joined_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, stored_cb, pent_window_weaken (self));
  const Storing storing = { pent_image_ref (self->result), self->joined, self->join };

  pent_window_enable (self, "store-joined", FALSE);
  g_task_set_task_data (task, g_memdup2 (&storing, sizeof storing), storing_free);
  pent_errand_run (task, store_in_thread);
}

void
pent_window_init_join (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "store-joined", .activate = store_joined_action },
    { .name = "hide-join", .activate = hide_join_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_signal_connect_object (self->join_bar, "joined", G_CALLBACK (joined_cb), self, 0);
  g_signal_connect_object (self->join_bar, "failed", G_CALLBACK (failed_cb), self, 0);
  g_signal_connect_object (self->document, "picture-changed", G_CALLBACK (picture_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "preview-changed", G_CALLBACK (preview_changed_cb), self,
                           G_CONNECT_SWAPPED);
}
