/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-gallery-private.h"

/* Deleting has two steps. First pictures are marked as deleted in the library,
 * which a toast takes back. When the toast has gone, their files go to the
 * wastebasket and the library forgets them. If the program dies in between they
 * stay marked, with their files in place. */

/* How long it can be taken back, in seconds. */
#define UNDO_SECONDS 10

/* A file that is gone already needs no wastebasket. */
static gpointer
trash (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  const GArray *ids = data;

  for (guint i = 0; i < ids->len; i++)
    {
      gint64 id = g_array_index (ids, gint64, i);
      g_autoptr (PentLibraryPicture) picture = pent_library_get (library, id, NULL);
      g_autoptr (GError) problem = NULL;
      if (picture == NULL || picture->deleted == 0)
        continue;
      g_autoptr (GFile) file = g_file_new_for_path (picture->file);
      if (!g_file_trash (file, NULL, &problem) && !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      if (!pent_library_forget (library, id, error))
        return NULL;
    }
  return NULL;
}

static void
trashed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  g_autoptr (GError) error = NULL;

  self->n_trashing--;
  pent_library_desk_finish (result, &error);
  if (self->desk == NULL || error == NULL)
    return;
  /* Translators: the system's reason. */
  g_autofree char *message = g_strdup_printf (_("The wastebasket does not take the picture (%s): its file stays where it is."),
                                              error->message);
  pent_gallery_fail (self, message);
}

static void
start_trashing (PentGallery *self, GArray *ids)
{
  const PentDeskOrder order = { .work = trash, .data = g_array_ref (ids), .free_data = (GDestroyNotify) g_array_unref };

  self->n_trashing++;
  pent_library_desk_ask (self->desk, &order, G_OBJECT (self), NULL, trashed_cb, NULL);
}

/* Those of @all that nobody took back. */
static GArray *
take_deleted (PentGallery *self, GArray *all)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < all->len; i++)
    if (g_hash_table_remove (self->deleted, &g_array_index (all, gint64, i)))
      g_array_append_val (ids, g_array_index (all, gint64, i));
  return ids;
}

typedef struct
{
  PentGallery *gallery;   /* held */
  GArray      *ids;
} Toasted;

static void
toasted_free (gpointer data, GClosure *closure)
{
  Toasted *toasted = data;

  g_object_unref (toasted->gallery);
  g_array_unref (toasted->ids);
  g_free (toasted);
}

static void
dismissed_cb (AdwToast *toast, Toasted *toasted)
{
  PentGallery *self = toasted->gallery;
  g_autoptr (GArray) ids = take_deleted (self, toasted->ids);

  if (ids->len > 0 && self->desk != NULL)
    start_trashing (self, ids);
}

static void
undo_clicked_cb (AdwToast *toast, Toasted *toasted)
{
  const GArray *ids = toasted->ids;

  g_action_group_activate_action (G_ACTION_GROUP (toasted->gallery->actions), "undo-delete",
                                  g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, ids->data, ids->len,
                                                             sizeof (gint64)));
}

static void
offer_undo (PentGallery *self, GArray *ids)
{
  Toasted *toasted = g_new (Toasted, 1);
  g_autofree char *title = g_strdup_printf (ngettext ("%'u picture deleted", "%'u pictures deleted", ids->len), ids->len);
  AdwToast *toast = adw_toast_new (title);

  *toasted = (Toasted) { .gallery = g_object_ref (self), .ids = g_array_ref (ids) };
  adw_toast_set_button_label (toast, _("_Undo"));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  g_signal_connect (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), toasted);
  g_signal_connect_data (toast, "dismissed", G_CALLBACK (dismissed_cb), toasted, toasted_free, 0);
  pent_gallery_toast (self, toast);
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  g_autoptr (GArray) ids = data;
  g_autoptr (GError) error = NULL;

  pent_library_desk_finish (result, &error);
  if (self->desk == NULL)
    return;
  pent_library_desk_look (self->desk);
  if (error != NULL)
    {
      pent_gallery_fail (self, error->message);
      return;
    }
  for (guint i = 0; i < ids->len; i++)
    g_hash_table_add (self->deleted, g_memdup2 (&g_array_index (ids, gint64, i), sizeof (gint64)));
  offer_undo (self, ids);
}

void
pent_gallery_delete (PentGallery *self, GArray *ids)
{
  gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (self->selection));
  pent_gallery_mark (self, ids, pent_library_set_deleted, TRUE, deleted_cb, g_array_ref (ids));
}

void
pent_gallery_undo_delete (PentGallery *self, GVariant *numbers)
{
  gsize n;
  const gint64 *values = g_variant_get_fixed_array (numbers, &n, sizeof (gint64));
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_array_append_vals (all, values, n);
  g_autoptr (GArray) ids = take_deleted (self, all);
  pent_gallery_mark (self, ids, pent_library_set_deleted, FALSE, pent_gallery_marked_cb, NULL);
}

/**
 * pent_gallery_finish_deleting:
 *
 * Brings what was deleted to the wastebasket without waiting for its toast, and
 * comes back when that is done: for a window that is about to close.
 */
void
pent_gallery_finish_deleting (PentGallery *self)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint64));
  GHashTableIter iter;
  gpointer id;

  g_return_if_fail (PENT_IS_GALLERY (self));
  if (self->desk == NULL)
    return;
  g_hash_table_iter_init (&iter, self->deleted);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_array_append_val (all, *(gint64 *) id);
  g_autoptr (GArray) ids = take_deleted (self, all);
  if (ids->len > 0)
    start_trashing (self, ids);
  while (self->n_trashing > 0)
    g_main_context_iteration (NULL, TRUE);
}
