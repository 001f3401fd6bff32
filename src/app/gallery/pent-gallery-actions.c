/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>
#include <string.h>

#include "pent-errand.h"
#include "pent-gallery-private.h"
#include "pent-picture.h"

static const PentLibraryPicture *
get_shown (PentGallery *self)
{
  return self->shown != NULL ? pent_picture_item_get_picture (self->shown) : NULL;
}

static void
open_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentGallery *self = data;

  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-library-picture", "x", get_shown (self)->id);
}

/* "use-prompt" and so on; the window knows what is behind the dash. */
static void
use_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentGallery *self = data;
  const char *what = g_action_get_name (G_ACTION (action)) + strlen ("use-");

  gtk_widget_activate_action (GTK_WIDGET (self), "win.use-recipe", "(xs)", get_shown (self)->id, what);
}

static void
run_again_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentGallery *self = data;

  pent_gallery_run_again (self, get_shown (self));
}

static void
compare_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentGallery *self = data;
  g_autoptr (GArray) ids = pent_gallery_get_selected (self);

  pent_gallery_compare (self, ids);
}

static void
export_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentGallery *self = data;
  g_autoptr (GArray) ids = pent_gallery_get_selected (self);

  pent_gallery_export (self, ids);
}

static void
delete_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentGallery *self = data;
  g_autoptr (GArray) ids = pent_gallery_get_selected (self);

  pent_gallery_delete (self, ids);
}

static void
undo_delete_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_gallery_undo_delete (data, parameter);
}

/* --- favourites --- */

static void
favourite_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  PentGallery *self = data;
  g_autoptr (GArray) ids = pent_gallery_get_selected (self);

  g_simple_action_set_state (action, state);
  pent_gallery_mark (self, ids, pent_library_set_favourite, g_variant_get_boolean (state), pent_gallery_marked_cb, NULL);
}

/* --- the clipboard --- */

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (PentPictureFile) file = pent_picture_file_read (data, &error);
  GdkTexture *texture = file != NULL ? pent_texture_from_image (file->image) : NULL;

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, texture, g_object_unref);
}

/* Pixels for those who paste into a picture, the file for those who paste into
 * a folder. */
static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  const char *path = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->desk == NULL)
    return;
  if (texture == NULL)
    {
      pent_gallery_fail (self, error != NULL ? error->message : _("There is no memory left to copy the picture."));
      return;
    }
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GSList files = { .data = file };
  GdkContentProvider *contents[] = {
    gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture),
    pent_gallery_offer_files (&files),
  };
  g_autoptr (GdkContentProvider) both = gdk_content_provider_new_union (contents, G_N_ELEMENTS (contents));
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (self)), both);
  pent_gallery_say (self, _("Picture copied"));
}

static void
copy_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentGallery *self = data;
  g_autoptr (GTask) task = g_task_new (self, NULL, read_cb, NULL);

  g_task_set_task_data (task, g_strdup (get_shown (self)->file), g_free);
  pent_errand_run (task, read_in_thread);
}

/* --- which are possible --- */

/* Called whenever the selection, or what is known of it, changes. */
void
pent_gallery_update_actions (PentGallery *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint n = gtk_bitset_get_size (selected);
  const PentLibraryPicture *picture = get_shown (self);
  gboolean has_recipe = picture != NULL && picture->recipe != NULL;
  gboolean has_file = picture != NULL && pent_picture_item_get_problem (self->shown) == NULL;
  GAction *favourite = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "favourite");
  const struct { const char *name; gboolean enabled; } actions[] = {
    { "open", has_file },        { "use-prompt", has_recipe }, { "use-seed", has_recipe },
    { "use-everything", has_recipe }, { "run-again", has_recipe && has_file && self->can_paint && self->rerun == NULL },
    { "compare", n == 2 },       { "favourite", n > 0 },       { "copy", has_file },
    { "export", n > 0 },         { "delete", n > 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    pent_gallery_enable (self, actions[i].name, actions[i].enabled);
  g_simple_action_set_state (G_SIMPLE_ACTION (favourite), g_variant_new_boolean (picture != NULL && picture->favourite));
}

void
pent_gallery_init_actions (PentGallery *self)
{
  const GActionEntry actions[] = {
    { .name = "open", .activate = open_action },
    { .name = "use-prompt", .activate = use_action },
    { .name = "use-seed", .activate = use_action },
    { .name = "use-everything", .activate = use_action },
    { .name = "run-again", .activate = run_again_action },
    { .name = "compare", .activate = compare_action },
    { .name = "favourite", .state = "false", .change_state = favourite_action },
    { .name = "copy", .activate = copy_action },
    { .name = "export", .activate = export_action },
    { .name = "delete", .activate = delete_action },
    { .name = "undo-delete", .parameter_type = "ax", .activate = undo_delete_action },
  };

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (actions); i++)
    pent_gallery_enable (self, actions[i].name, FALSE);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "gallery", G_ACTION_GROUP (self->actions));
}
