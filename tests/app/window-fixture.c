/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include "hand.h"
#include "pent-banner.h"
#include "pent-folders.h"
#include "pent-library.h"

void
fixture_open (Fixture *self, PentApplication *application, const char *draft_folder)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();

  self->queue = pent_queue_new (folders);
  self->window = pent_window_new (GTK_APPLICATION (application), self->queue, draft_folder);
  self->canvas = fixture_child (self, "canvas");
  hand_show (GTK_WINDOW (self->window));
}

/* The window and the queue of an application that was activated. */
void
fixture_take (Fixture *self, GtkApplication *application)
{
  GList *windows = gtk_application_get_windows (application);

  self->window = PENT_WINDOW (windows->data);
  g_object_get (self->window, "queue", &self->queue, NULL);
  g_object_unref (self->queue);
  self->canvas = fixture_child (self, "canvas");
  hand_show (GTK_WINDOW (self->window));
}

/* What waits is done first. */
void
fixture_close (Fixture *self)
{
  gpointer window = self->window;

  hand_settle ();
  g_object_add_weak_pointer (G_OBJECT (self->window), &window);
  gtk_window_close (GTK_WINDOW (self->window));
  while (window != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (self->queue);
}

gpointer
fixture_child (Fixture *self, const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (self->window), PENT_TYPE_WINDOW, name);
}

gboolean
fixture_act (Fixture *self, const char *action)
{
  gboolean enabled = g_action_group_get_action_enabled (G_ACTION_GROUP (self->window), action);

  if (enabled)
    g_action_group_activate_action (G_ACTION_GROUP (self->window), action, NULL);
  return enabled;
}

gboolean
fixture_is_busy (Fixture *self)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  gboolean busy = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (PentJob) job = g_list_model_get_item (model, i);
      busy |= pent_job_get_state (job) == PENT_JOB_RUNNING || pent_job_get_state (job) == PENT_JOB_WAITING;
    }
  return busy;
}

/* Until nothing is painted any more. */
void
fixture_wait (Fixture *self)
{
  while (fixture_is_busy (self))
    g_main_context_iteration (NULL, TRUE);
  hand_settle ();
}

void
fixture_open_picture (Fixture *self, int width, int height)
{
  g_autoptr (PentImage) picture = pent_image_new (width, height, 3, 8, NULL);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        picture->pixels[y * picture->stride + x * 3 + c] = 60 + x + c * 20 + y / 2;
  pent_document_open_picture (pent_window_get_document (self->window), picture);
  hand_wait_for_frame (GTK_WIDGET (self->window));
  if (!fixture_is_busy (self))
    hand_rest ();
}

char *
fixture_get_tool (Fixture *self)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self->window), "tool");

  return g_variant_dup_string (state, NULL);
}

void
fixture_move (Fixture *self, double x, double y)
{
  pent_canvas_to_widget (self->canvas, x, y, &x, &y);
  hand_move (GTK_WIDGET (self->canvas), x, y);
}

void
fixture_press (Fixture *self, double x, double y)
{
  hand_wait_still (GTK_WIDGET (self->canvas));
  pent_canvas_to_widget (self->canvas, x, y, &x, &y);
  hand_press (GTK_WIDGET (self->canvas), x, y);
}

void
fixture_drag (Fixture *self, double from_x, double from_y, double to_x, double to_y)
{
  hand_wait_still (GTK_WIDGET (self->canvas));
  pent_canvas_to_widget (self->canvas, from_x, from_y, &from_x, &from_y);
  pent_canvas_to_widget (self->canvas, to_x, to_y, &to_x, &to_y);
  hand_drag (GTK_WIDGET (self->canvas), from_x, from_y, to_x, to_y);
}

void
fixture_click (Fixture *self, double x, double y)
{
  fixture_drag (self, x, y, x, y);
}

/* Small letters, into the prompt. */
void
fixture_type (Fixture *self, const char *letters)
{
  pent_prompt_pane_focus_prompt (fixture_child (self, "prompt_pane"));
  hand_type (letters);
}

static gboolean
count_cb (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  ++*(int *) data;
  return TRUE;
}

int
fixture_count_stored (void)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_READ, NULL);
  const PentLibraryQuery query = { .limit = -1 };
  int n = 0;

  if (library != NULL)
    g_assert_true (pent_library_each (library, &query, count_cb, &n, NULL));
  return n;
}

gboolean
fixture_shows_error (Fixture *self)
{
  return pent_banner_is_shown (fixture_child (self, "banner"));
}

GtkSpinButton *
fixture_spin (Fixture *self, const char *name)
{
  GtkWidget *pane = fixture_child (self, "prompt_pane");

  return GTK_SPIN_BUTTON (gtk_widget_get_template_child (pane, PENT_TYPE_PROMPT_PANE, name));
}

void
fixture_few_steps (Fixture *self)
{
  gtk_spin_button_set_value (fixture_spin (self, "steps"), 2);
}
