/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-folders.h"
#include "pent-templates-window.h"
#include "pent-window-private.h"

/* Templates of prompts: the window that lists them, and using one. */

static void
chosen_cb (PentWindow *self, const PentTemplate *template)
{
  adw_flap_set_reveal_flap (self->flap, TRUE);
  pent_prompt_pane_use_template (self->prompt_pane, template);
}

static void
templates_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autofree char *prompt = pent_prompt_pane_dup_prompt (self->prompt_pane);

  if (self->desk == NULL)
    self->desk = pent_library_desk_new (folders);
  PentTemplatesWindow *window = pent_templates_window_new (self->desk, prompt);
  g_signal_connect_object (window, "template-chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (window));
}

void
pent_window_init_templates (PentWindow *self)
{
  const GActionEntry actions[] = { { .name = "templates", .activate = templates_action } };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}
