/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include "pent-banner.h"
#include "pent-folders.h"
#include "pent-library.h"
#include "pent-templates-window.h"

/* The prompt: what is wrong with it is said beside it; and its templates, which
 * are kept, used, filled in, renamed and removed, by keys. */

static char *
get_prompt (Fixture *fixture)
{
  return pent_prompt_pane_dup_prompt (fixture_child (fixture, "prompt_pane"));
}

static void
set_prompt (Fixture *fixture, const char *text)
{
  GtkWidget *pane = fixture_child (fixture, "prompt_pane");
  GtkTextView *view = GTK_TEXT_VIEW (gtk_widget_get_template_child (pane, PENT_TYPE_PROMPT_PANE, "prompt"));

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (view), text, -1);
}

static GPtrArray *
list_templates (void)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_READ, NULL);

  return pent_library_list_template_versions (library, NULL);
}

/* The library is changed in another thread. */
static void
wait_for_templates (guint n)
{
  for (;;)
    {
      g_autoptr (GPtrArray) all = list_templates ();
      if (all->len == n)
        break;
      g_main_context_iteration (NULL, FALSE);
    }
  hand_settle ();
}

static GtkWindow *
find_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (PENT_IS_TEMPLATES_WINDOW (window))
        return window;
    }
  return NULL;
}

static GtkWindow *
open_templates (void)
{
  hand_key (GDK_KEY_t, GDK_CONTROL_MASK);
  hand_show (find_window ());
  return find_window ();
}

static GtkWidget *
find_child (GtkWidget *widget, GType type, const char *tooltip)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && gtk_widget_get_mapped (widget)
      && (tooltip == NULL || g_strcmp0 (gtk_widget_get_tooltip_text (widget), tooltip) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_child (child, type, tooltip);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
wait_for_button (GtkWindow *window, const char *tooltip)
{
  while (find_child (GTK_WIDGET (window), GTK_TYPE_BUTTON, tooltip) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
click (GtkWindow *window, const char *tooltip)
{
  wait_for_button (window, tooltip);
  g_signal_emit_by_name (find_child (GTK_WIDGET (window), GTK_TYPE_BUTTON, tooltip), "clicked");
}

/* Saves what the prompt says, by keys alone. */
static void
save_as (Fixture *fixture, const char *name, guint n)
{
  GtkWindow *window = open_templates ();

  g_assert_nonnull (window);
  hand_type (name);
  hand_key (GDK_KEY_Return, 0);
  wait_for_templates (n);
  hand_key (GDK_KEY_Escape, 0);
  g_assert_null (find_window ());
  hand_show (GTK_WINDOW (fixture->window));
}

static void
use_newest (Fixture *fixture)
{
  click (open_templates (), "Use");
  hand_settle ();
  g_assert_null (find_window ());
  hand_show (GTK_WINDOW (fixture->window));
}

static char *
find_template_of_newest (void)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_READ, NULL);
  g_autoptr (PentLibraryPicture) picture = pent_library_get (library, 1, NULL);

  return g_strdup (picture->recipe->template_name);
}

/* Tab goes from slot to slot and then on; what is painted says which version it
 * was made from. */
static void
test_fill (gconstpointer application)
{
  Fixture fixture;
  g_autofree char *used = NULL, *filled = NULL, *undone = NULL, *name = NULL;

  fixture_open (&fixture, (gpointer) application, NULL);
  set_prompt (&fixture, "a {colour} sea");
  save_as (&fixture, "sea", 1);
  set_prompt (&fixture, "the {colour} sea at {time}");
  save_as (&fixture, "sea", 2);
  set_prompt (&fixture, "mine");
  use_newest (&fixture);
  used = get_prompt (&fixture);
  g_assert_cmpstr (used, ==, "the {colour} sea at {time}");

  /* Not before all is filled. */
  PentBanner *banner = PENT_BANNER (gtk_widget_get_template_child (fixture_child (&fixture, "prompt_pane"),
                                                                   PENT_TYPE_PROMPT_PANE, "banner"));
  g_assert_true (fixture_act (&fixture, "generate"));
  g_assert_false (fixture_is_busy (&fixture));
  g_assert_true (pent_banner_is_shown (banner));
  g_assert_nonnull (strstr (pent_banner_get_message (banner), "{colour}"));
  g_assert_false (fixture_shows_error (&fixture));

  hand_type ("red");
  hand_key (GDK_KEY_Tab, 0);
  hand_key (GDK_KEY_Tab, GDK_SHIFT_MASK);
  hand_key (GDK_KEY_Tab, 0);
  hand_type ("noon");
  filled = get_prompt (&fixture);
  g_assert_cmpstr (filled, ==, "the red sea at noon");
  GtkWidget *prompt = gtk_window_get_focus (GTK_WINDOW (fixture.window));
  hand_key (GDK_KEY_Tab, 0);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture.window)) != prompt);

  fixture_few_steps (&fixture);
  g_assert_true (fixture_act (&fixture, "generate"));
  g_assert_false (pent_banner_is_shown (banner));
  fixture_wait (&fixture);
  name = find_template_of_newest ();
  g_assert_cmpstr (name, ==, "sea@2");
  fixture_close (&fixture);
}

/* Using one is undone like any other edit. */
static void
test_undo_use (gconstpointer application)
{
  Fixture fixture;
  g_autofree char *undone = NULL;

  fixture_open (&fixture, (gpointer) application, NULL);
  set_prompt (&fixture, "mine");
  use_newest (&fixture);
  g_assert_true (fixture_act (&fixture, "undo"));
  undone = get_prompt (&fixture);
  g_assert_cmpstr (undone, ==, "mine");
  fixture_close (&fixture);
}

static void
test_rename (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  GtkWindow *window = open_templates ();
  wait_for_button (window, "Use");
  GtkWidget *row = find_child (GTK_WIDGET (window), ADW_TYPE_EXPANDER_ROW, NULL);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  GtkWidget *entry = NULL;
  while (entry == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      entry = find_child (row, ADW_TYPE_ENTRY_ROW, NULL);
    }
  gtk_widget_grab_focus (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), "lake");
  hand_key (GDK_KEY_Return, 0);
  for (gboolean renamed = FALSE; !renamed;)
    {
      g_autoptr (GPtrArray) all = list_templates ();
      renamed = g_str_equal (((PentTemplate *) all->pdata[0])->name, "lake");
      g_main_context_iteration (NULL, FALSE);
    }
  hand_settle ();
  gtk_window_close (window);
  fixture_close (&fixture);
}

/* Gone, and back with all its versions. */
static void
test_remove (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  GtkWindow *window = open_templates ();
  click (window, "Remove");
  wait_for_templates (0);
  gpointer overlay = gtk_widget_get_template_child (GTK_WIDGET (window), PENT_TYPE_TEMPLATES_WINDOW, "toasts");
  GtkWidget *undo = NULL;
  while (undo == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      undo = find_child (gtk_widget_get_last_child (overlay), GTK_TYPE_BUTTON, NULL);
    }
  g_signal_emit_by_name (undo, "clicked");
  wait_for_templates (2);
  gtk_window_close (window);
  fixture_close (&fixture);
}

/* What would be taken out of the prompt is said in the pane, with what can be
 * done about it. */
static void
test_warning (gconstpointer application)
{
  Fixture fixture;
  g_autofree char *text = NULL;

  fixture_open (&fixture, (gpointer) application, NULL);
  GtkWidget *pane = fixture_child (&fixture, "prompt_pane");
  gpointer banner = gtk_widget_get_template_child (pane, PENT_TYPE_PROMPT_PANE, "banner");
  set_prompt (&fixture, "a sea <lora:x:1");
  g_assert_false (pent_banner_is_shown (banner));
  set_prompt (&fixture, "a sea <lora:x:1>, <Lyco:y:0.5>clear");
  g_assert_true (pent_banner_is_shown (banner));
  g_assert_nonnull (strstr (pent_banner_get_message (banner), "<lora:x:1>"));
  gtk_widget_activate_action (pane, "prompt.delete-networks", NULL);
  g_assert_false (pent_banner_is_shown (banner));
  text = get_prompt (&fixture);
  g_assert_cmpstr (text, ==, "a sea , clear");

  /* A seed that is none. */
  gpointer seed = gtk_widget_get_template_child (pane, PENT_TYPE_PROMPT_PANE, "seed");
  gtk_editable_set_text (GTK_EDITABLE (seed), "12x");
  g_assert_true (fixture_act (&fixture, "generate"));
  g_assert_false (fixture_is_busy (&fixture));
  g_assert_true (pent_banner_is_shown (banner));
  gtk_widget_activate_action (pane, "prompt.random-seed", NULL);
  g_assert_false (pent_banner_is_shown (banner));
  g_assert_true (fixture_act (&fixture, "generate"));
  g_assert_true (fixture_is_busy (&fixture));
  fixture_act (&fixture, "cancel-all");
  fixture_wait (&fixture);
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; GTestDataFunc test; } tests[] = {
    { "/prompt-pane/fill", test_fill },
    { "/prompt-pane/undo-use", test_undo_use },
    { "/prompt-pane/rename", test_rename },
    { "/prompt-pane/remove", test_remove },
    { "/prompt-pane/warning", test_warning },
  };
  g_autoptr (PentApplication) application = NULL;

  g_test_init (&argc, &argv, NULL);
  application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, application, tests[i].test);
  return g_test_run ();
}
