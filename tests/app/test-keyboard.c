/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "pent-compare-window.h"
#include "pent-folders.h"
#include "pent-gallery.h"
#include "pent-models-window.h"
#include "pent-preferences.h"
#include "pent-templates-window.h"
#include "walk.h"
#include "window-fixture.h"

/* Everything by keyboard alone. */

static GtkWindow *
find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (g_type_is_a (G_OBJECT_TYPE (window), type) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return window;
    }
  return NULL;
}

static void
add_template (void)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_WRITE, NULL);
  gint64 version;

  g_assert_true (pent_library_add_template (library, "sea", "a {colour} sea", &version, NULL));
}

/* What is read in another thread comes a little later. */
static void
wait_for_controls (GtkWindow *window, guint least)
{
  while (walk_count (window) < least)
    g_main_context_iteration (NULL, TRUE);
  hand_wait_for_frame (GTK_WIDGET (window));
}

static void
wait_for_pictures (PentGallery *gallery, guint n)
{
  GListModel *list = G_LIST_MODEL (pent_gallery_get_list (gallery));

  while (g_list_model_get_n_items (list) < n)
    g_main_context_iteration (NULL, TRUE);
  hand_settle ();
}

/* The window with all there may be in it: a picture on the canvas, the gallery
 * with a picture's recipe, a model's button, and what can still be joined. */
static void
test_walk (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (PentFolders) folders = pent_folders_new ();

  fixture_open (&fixture, (gpointer) application, NULL);
  pent_window_add_gallery (fixture.window, folders);
  pent_window_add_models (fixture.window);
  gtk_window_set_default_size (GTK_WINDOW (fixture.window), 1500, 900);
  g_action_group_change_action_state (G_ACTION_GROUP (fixture.window), "show-gallery", g_variant_new_boolean (TRUE));
  fixture_few_steps (&fixture);
  gtk_spin_button_set_value (fixture_spin (&fixture, "count"), 2);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  gpointer gallery = adw_bin_get_child (fixture_child (&fixture, "gallery_slot"));
  wait_for_pictures (gallery, 2);
  pent_gallery_select (gallery, 1);
  hand_wait_for_frame (GTK_WIDGET (fixture.window));
  walk_by_names (GTK_WIDGET (fixture.window));
  walk_by_tab (GTK_WINDOW (fixture.window), 50);

  /* Compared, in a window of its own. */
  gpointer grid = gtk_widget_get_template_child (gallery, PENT_TYPE_GALLERY, "grid");
  gtk_selection_model_select_all (gtk_grid_view_get_model (grid));
  hand_settle ();
  gtk_widget_activate_action (gallery, "gallery.compare", NULL);
  GtkWindow *window;
  while ((window = find_window (PENT_TYPE_COMPARE_WINDOW)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  hand_show (window);
  walk_by_names (GTK_WIDGET (window));
  walk_by_tab (window, 2);
  hand_key (GDK_KEY_Escape, 0);
  g_assert_null (find_window (PENT_TYPE_COMPARE_WINDOW));
  fixture_close (&fixture);
}

/* Every other window that opens: its controls are reached and named, and Escape
 * closes it. */
static void
test_windows (gconstpointer application)
{
  const struct { const char *action; GType type; guint least; } windows[] = {
    { "preferences", PENT_TYPE_PREFERENCES, 5 }, { "models", PENT_TYPE_MODELS_WINDOW, 3 },
    { "templates", PENT_TYPE_TEMPLATES_WINDOW, 5 },
  };
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  pent_window_add_models (fixture.window);
  add_template ();
  for (gsize i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      g_test_message ("%s", windows[i].action);
      g_assert_true (fixture_act (&fixture, windows[i].action));
      hand_settle ();
      GtkWindow *window = find_window (windows[i].type);
      g_assert_nonnull (window);
      hand_show (window);
      wait_for_controls (window, windows[i].least);
      walk_by_names (GTK_WIDGET (window));
      walk_by_tab (window, windows[i].least);
      hand_key (GDK_KEY_Escape, 0);
      g_assert_true (find_window (windows[i].type) == NULL || !gtk_widget_get_visible (GTK_WIDGET (window)));
      hand_show (GTK_WINDOW (fixture.window));
    }
  fixture_close (&fixture);
}

static gboolean
has_accelerator (GtkApplication *application, const char *action)
{
  g_auto (GStrv) accelerators = gtk_application_get_accels_for_action (application, action);

  return accelerators[0] != NULL;
}

/* What is done all day has a key. */
static void
test_accelerators (gconstpointer application)
{
  static const char *const actions[] = {
    "win.generate", "win.keep", "win.undo", "win.redo", "win.open", "win.save", "win.show-prompt",
    "win.show-gallery", "win.show-queue", "win.mask-invert", "win.preferences", "win.show-help-overlay",
    "win.focus-prompt", "win.focus-canvas", "win.templates", "app.help", "app.quit",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    if (!has_accelerator ((gpointer) application, actions[i]))
      g_error ("%s has no key", actions[i]);
}

/* The application's keys come before those of a widget. */
static void
assert_free (GtkApplication *application, GtkShortcutTrigger *trigger)
{
  if (GTK_IS_ALTERNATIVE_TRIGGER (trigger))
    {
      assert_free (application, gtk_alternative_trigger_get_first (GTK_ALTERNATIVE_TRIGGER (trigger)));
      assert_free (application, gtk_alternative_trigger_get_second (GTK_ALTERNATIVE_TRIGGER (trigger)));
    }
  if (!GTK_IS_KEYVAL_TRIGGER (trigger))
    return;
  g_autofree char *key = gtk_accelerator_name (gtk_keyval_trigger_get_keyval (GTK_KEYVAL_TRIGGER (trigger)),
                                               gtk_keyval_trigger_get_modifiers (GTK_KEYVAL_TRIGGER (trigger)));
  g_auto (GStrv) actions = gtk_application_get_actions_for_accel (application, key);
  if (actions[0] != NULL)
    g_error ("%s is for %s, and never comes to its widget", key, actions[0]);
}

static void
assert_keys_are_free (GtkApplication *application, GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GListModel) controller = g_list_model_get_item (controllers, i);
      guint n = GTK_IS_SHORTCUT_CONTROLLER (controller) ? g_list_model_get_n_items (controller) : 0;
      for (guint j = 0; j < n; j++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (controller, j);
          assert_free (application, gtk_shortcut_get_trigger (shortcut));
        }
    }
}

static void
test_free_keys (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (PentFolders) folders = pent_folders_new ();

  fixture_open (&fixture, (gpointer) application, NULL);
  pent_window_add_gallery (fixture.window, folders);
  GtkWidget *gallery = adw_bin_get_child (fixture_child (&fixture, "gallery_slot"));
  assert_keys_are_free ((gpointer) application, GTK_WIDGET (fixture.canvas));
  assert_keys_are_free ((gpointer) application,
                        GTK_WIDGET (gtk_widget_get_template_child (gallery, PENT_TYPE_GALLERY, "grid")));
  fixture_close (&fixture);
}

/* The panes come and go, and the queue opens, by keys. */
static void
test_panes (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  g_assert_true (adw_flap_get_reveal_flap (fixture_child (&fixture, "flap")));
  hand_key (GDK_KEY_F9, 0);
  g_assert_false (adw_flap_get_reveal_flap (fixture_child (&fixture, "flap")));
  hand_key (GDK_KEY_F9, 0);
  g_assert_true (adw_flap_get_reveal_flap (fixture_child (&fixture, "flap")));
  hand_key (GDK_KEY_e, GDK_CONTROL_MASK);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture.window)) == GTK_WIDGET (fixture.canvas));
  hand_key (GDK_KEY_l, GDK_CONTROL_MASK);
  g_assert_false (gtk_window_get_focus (GTK_WINDOW (fixture.window)) == GTK_WIDGET (fixture.canvas));
  hand_key (GDK_KEY_j, GDK_CONTROL_MASK);
  g_assert_true (gtk_widget_get_visible (fixture_child (&fixture, "queue_popover")));
  hand_key (GDK_KEY_Escape, 0);
  g_assert_false (gtk_widget_get_visible (fixture_child (&fixture, "queue_popover")));
  fixture_close (&fixture);
}

/* In a folder of its own, a browser that writes down what it is to show. */
static void
install_browser (void)
{
  g_autofree char *folder = g_dir_make_tmp ("pentimento-browser-XXXXXX", NULL);
  g_autofree char *applications = g_build_filename (folder, "applications", NULL);
  g_autofree char *entry = g_build_filename (applications, "browser.desktop", NULL);
  g_autofree char *defaults = g_build_filename (applications, "mimeapps.list", NULL);
  g_autofree char *browser = g_build_filename (folder, "browser", NULL);
  g_autofree char *text = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Browser\nMimeType=text/html;\n"
                                           "Exec=%s %%u\n", browser);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho \"$1\" >%s/new && mv %s/new %s/shown\n", folder, folder,
                                             folder);

  g_assert_cmpint (g_mkdir_with_parents (applications, 0700), ==, 0);
  g_assert_true (g_file_set_contents_full (browser, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_assert_true (g_file_set_contents (entry, text, -1, NULL));
  g_assert_true (g_file_set_contents (defaults, "[Default Applications]\ntext/html=browser.desktop\n", -1, NULL));
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
}

/* The manual is a file that came with the program. */
static void
test_help (gconstpointer application)
{
  Fixture fixture;
  g_autofree char *shown = g_build_filename (g_get_user_data_dir (), "shown", NULL);
  g_autofree char *uri = NULL;

  fixture_open (&fixture, (gpointer) application, NULL);
  hand_key (GDK_KEY_F1, 0);
  while (!g_file_get_contents (shown, &uri, NULL, NULL))
    {
      g_assert_false (fixture_shows_error (&fixture));
      g_main_context_iteration (NULL, FALSE);
    }
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (g_strstrip (uri));
  const char *path = g_file_peek_path (file);
  g_assert_true (g_str_has_suffix (path, "help/C/index.html"));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; GTestDataFunc test; } tests[] = {
    { "/keyboard/walk", test_walk }, { "/keyboard/windows", test_windows },
    { "/keyboard/accelerators", test_accelerators }, { "/keyboard/free-keys", test_free_keys },
    { "/keyboard/panes", test_panes }, { "/keyboard/help", test_help },
  };
  install_browser ();
  g_autoptr (PentApplication) application = NULL;

  g_test_init (&argc, &argv, NULL);
  application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, application, tests[i].test);
  return g_test_run ();
}
