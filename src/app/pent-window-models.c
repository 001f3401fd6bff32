/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-chooser.h"
#include "pent-models-window.h"
#include "pent-window-private.h"

/* The model that paints: the button in the header bar, and the window that
 * lists models. */

#define KEY_MODEL "model"

static PentModelChooser *
get_chooser (PentWindow *self)
{
  return PENT_MODEL_CHOOSER (adw_bin_get_child (self->model_slot));
}

static void
chosen_cb (PentWindow *self, PentModelEntry *entry)
{
  const char *path = pent_model_entry_get_path (entry);

  pent_window_choose_model (self, *path != '\0' ? path : NULL, pent_model_entry_get_native_side (entry));
}

static void
models_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  PentModelsWindow *window = pent_models_window_new (pent_model_chooser_get_list (get_chooser (self)));

  g_signal_connect_object (window, "model-chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (window));
}

/* However it was chosen: by the button, by a recipe, by undoing. */
static void
model_changed_cb (PentWindow *self)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), "model");
  const char *model = g_variant_get_string (state, NULL);

  pent_model_chooser_set_model (get_chooser (self), model);
  if (self->settings != NULL)
    g_settings_set_string (self->settings, KEY_MODEL, model);
}

/* Where no draft tells of a model, the one that was chosen last is taken, if it
 * is still there. */
static void
restore_model (PentWindow *self)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), "model");
  g_autofree char *last = self->settings != NULL ? g_settings_get_string (self->settings, KEY_MODEL) : g_strdup ("");

  if (*g_variant_get_string (state, NULL) == '\0' && *last != '\0' && g_file_test (last, G_FILE_TEST_EXISTS))
    pent_window_choose_model (self, last, 0);
}

/**
 * pent_window_add_models:
 *
 * Adds the button that chooses the model, and the window that lists them. To be
 * called once.
 */
void
pent_window_add_models (PentWindow *self)
{
  const GActionEntry actions[] = { { .name = "models", .activate = models_action } };
  g_autoptr (PentModelList) list = NULL;

  g_return_if_fail (PENT_IS_WINDOW (self));
  list = pent_model_list_new (self->settings);
  GtkWidget *chooser = pent_model_chooser_new (list);
  pent_window_set_model_chooser (self, chooser);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_signal_connect_object (chooser, "model-chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  restore_model (self);
  g_signal_connect_object (self, "action-state-changed::model", G_CALLBACK (model_changed_cb), self, G_CONNECT_SWAPPED);
  model_changed_cb (self);
}
