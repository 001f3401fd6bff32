/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-library-read.h"
#include "pent-window-private.h"

/* What the window does with pictures of the library. */

typedef struct
{
  PentWindow *window;
  PentUse     use;      /* 0: paint it again */
} Order;

static void
order_free (Order *order)
{
  g_object_unref (order->window);
  g_free (order);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Order, order_free)

static Order *
order_new (PentWindow *window, PentUse use)
{
  Order *order = g_new (Order, 1);

  order->window = g_object_ref (window);
  order->use = use;
  return order;
}

static PentLibraryRead *
finish (Order *order, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentLibraryRead) read = pent_library_read_finish (result, &error);

  if (order->window->document == NULL)
    return NULL;
  if (read == NULL)
    pent_window_show_error (order->window, error->message);
  return g_steal_pointer (&read);
}

static void
image_read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Order) order = data;
  g_autoptr (PentLibraryRead) read = finish (order, result);

  if (read == NULL)
    return;
  pent_window_open_image (order->window, read->image);
  pent_window_set_origin (order->window, read->image, read->file);
}

static void
request_read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Order) order = data;
  g_autoptr (PentLibraryRead) read = finish (order, result);

  if (read == NULL)
    return;
  if (order->use == 0)
    pent_window_submit (order->window, read->request);
  else
    pent_window_use_request (order->window, read->request, order->use);
}

static void
open_library_picture_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_library_read_async (g_variant_get_int64 (parameter), PENT_WANT_IMAGE, NULL, image_read_cb,
                           order_new (data, 0));
}

static void
use_recipe_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const struct { const char *name; PentUse use; } uses[] = {
    { "prompt", PENT_USE_PROMPT }, { "seed", PENT_USE_SEED }, { "everything", PENT_USE_EVERYTHING },
  };
  const char *name;
  gint64 id;

  g_variant_get (parameter, "(x&s)", &id, &name);
  for (gsize i = 0; i < G_N_ELEMENTS (uses); i++)
    if (g_str_equal (name, uses[i].name))
      pent_library_read_async (id, uses[i].use == PENT_USE_EVERYTHING ? PENT_WANT_REQUEST : PENT_WANT_WORDS, NULL,
                               request_read_cb, order_new (data, uses[i].use));
}

static void
run_again_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_library_read_async (g_variant_get_int64 (parameter), PENT_WANT_REQUEST, NULL, request_read_cb,
                           order_new (data, 0));
}

static void
model_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  pent_prompt_pane_choose_model (((PentWindow *) data)->prompt_pane, g_variant_get_string (state, NULL), 0);
}

static void
model_changed_cb (PentWindow *self)
{
  g_autofree char *model = NULL;
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "model");

  g_object_get (self->prompt_pane, "model", &model, NULL);
  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_string (model));
}

static void
show_gallery_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  adw_flap_set_reveal_flap (((PentWindow *) data)->gallery_flap, g_variant_get_boolean (state));
}

static void
gallery_flap_changed_cb (PentWindow *self)
{
  gboolean shown = adw_flap_get_reveal_flap (self->gallery_flap);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "show-gallery");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (shown));
}

/**
 * pent_window_set_gallery:
 * @gallery: what shows the pictures of the library beside the canvas
 *
 * It opens and uses them by the window's actions: open-library-picture (x),
 * run-again (x), use-recipe ((xs)), where x is a picture's number and s is
 * "prompt", "seed" or "everything".
 */
void
pent_window_set_gallery (PentWindow *self, GtkWidget *gallery)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  adw_bin_set_child (self->gallery_slot, gallery);
  gtk_widget_set_visible (self->gallery_button, TRUE);
  pent_window_enable (self, "show-gallery", TRUE);
  if (self->settings != NULL)
    g_settings_bind (self->settings, "show-gallery", self->gallery_flap, "reveal-flap", G_SETTINGS_BIND_DEFAULT);
}

/**
 * pent_window_set_model_chooser:
 * @chooser: goes into the header bar; it shows and changes the state of the
 *   window's action "model", a string: a model's path, or "" for the starter
 *   model. To change the size of new pictures with it there is
 *   pent_window_choose_model()
 */
void
pent_window_set_model_chooser (PentWindow *self, GtkWidget *chooser)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  adw_bin_set_child (self->model_slot, chooser);
}

/**
 * pent_window_choose_model:
 * @path: (nullable): of a file or folder; %NULL: the starter model
 * @side: of the pictures it paints best, pixels; 0: not known
 */
void
pent_window_choose_model (PentWindow *self, const char *path, int side)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  pent_prompt_pane_choose_model (self->prompt_pane, path, side);
}

/**
 * pent_window_open_image:
 * @image: goes on the canvas, as one edit that can be undone
 */
void
pent_window_open_image (PentWindow *self, PentImage *image)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  pent_document_open_picture (self->document, image);
  pent_canvas_zoom_to_fit (self->canvas);
}

/**
 * pent_window_use_request:
 * @request: how a picture was painted
 * @use: what of it is taken over, as one edit that can be undone
 */
void
pent_window_use_request (PentWindow *self, const PentRequest *request, PentUse use)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  pent_prompt_pane_use_request (self->prompt_pane, request, use);
  pent_canvas_zoom_to_fit (self->canvas);
}

void
pent_window_init_library (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "open-library-picture", .parameter_type = "x", .activate = open_library_picture_action },
    { .name = "use-recipe", .parameter_type = "(xs)", .activate = use_recipe_action },
    { .name = "run-again", .parameter_type = "x", .activate = run_again_action },
    { .name = "model", .parameter_type = "s", .state = "''", .change_state = model_action },
    { .name = "show-gallery", .state = "false", .change_state = show_gallery_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  pent_window_enable (self, "show-gallery", FALSE);
  g_signal_connect_object (self->prompt_pane, "notify::model", G_CALLBACK (model_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->gallery_flap, "notify::reveal-flap", G_CALLBACK (gallery_flap_changed_cb), self,
                           G_CONNECT_SWAPPED);
}
