/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-gallery.h"
#include "pent-window-private.h"

/* The gallery in the window, and what they tell each other. */

/* How soon a change by another program is seen. */
#define LOOK_MILLISECONDS 1000

static void
find_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  adw_flap_set_reveal_flap (self->gallery_flap, TRUE);
  pent_gallery_focus_search (PENT_GALLERY (adw_bin_get_child (self->gallery_slot)));
}

static void
toasted_cb (PentGallery *gallery, AdwToast *toast, PentWindow *self)
{
  adw_toast_overlay_add_toast (self->toasts, g_object_ref (toast));
}

static void
failed_cb (PentGallery *gallery, const char *message, PentWindow *self)
{
  pent_window_show_error (self, message);
}

/* Two pictures at once would each take twice as long, and twice the memory. */
static void
queue_changed_cb (PentWindow *self)
{
  PentGallery *gallery = PENT_GALLERY (adw_bin_get_child (self->gallery_slot));

  pent_gallery_set_can_paint (gallery, !pent_window_is_painting (self));
}

static gboolean
close_request_cb (PentWindow *self, PentGallery *gallery)
{
  pent_gallery_finish_deleting (gallery);
  return FALSE;
}

/**
 * pent_window_add_gallery:
 * @folders: of the library that it shows
 *
 * Shows the library beside the canvas. To be called once.
 */
void
pent_window_add_gallery (PentWindow *self, const PentFolders *folders)
{
  const GActionEntry actions[] = { { .name = "find", .activate = find_action } };
  g_autoptr (PentLibraryDesk) desk = pent_library_desk_new (folders);
  GtkWidget *gallery = pent_gallery_new ();

  g_return_if_fail (PENT_IS_WINDOW (self));
  pent_library_desk_watch (desk, LOOK_MILLISECONDS);
  pent_gallery_set_desk (PENT_GALLERY (gallery), desk);
  pent_window_set_gallery (self, gallery);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_signal_connect_object (gallery, "toasted", G_CALLBACK (toasted_cb), self, 0);
  g_signal_connect_object (gallery, "failed", G_CALLBACK (failed_cb), self, 0);
  g_signal_connect_object (self->queue, "items-changed", G_CALLBACK (queue_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "notify::running", G_CALLBACK (queue_changed_cb), self, G_CONNECT_SWAPPED);
  g_set_object (&self->desk, desk);
  g_signal_connect_object (self, "close-request", G_CALLBACK (close_request_cb), gallery, 0);
}
