/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

/* Everything by keyboard alone. */

#define MOST_STEPS 400

/* Scrolled windows hand the focus on to what they hold. */
static void
collect (GtkWidget *widget, GHashTable *wanted)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget) || !gtk_widget_get_can_focus (widget))
    return;
  if (gtk_widget_get_focusable (widget) && !GTK_IS_SCROLLED_WINDOW (widget) && !GTK_IS_WINDOW (widget))
    g_hash_table_add (wanted, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect (child, wanted);
}

static void
describe (GtkWidget *widget)
{
  g_test_message ("never reached: %s in %s (%s)", G_OBJECT_TYPE_NAME (widget),
                  G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)), gtk_widget_get_name (widget));
}

static void
remove_with_parents (GHashTable *wanted, GtkWidget *widget)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    g_hash_table_remove (wanted, widget);
}

/* The Tab key goes through every control of the window, and round again. */
static void
test_walk (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer widget;

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 64, 64);
  collect (GTK_WIDGET (fixture.window), wanted);
  guint n = g_hash_table_size (wanted);
  g_assert_cmpint (n, >, 30);
  GtkWidget *first = gtk_window_get_focus (GTK_WINDOW (fixture.window));
  for (int i = 0; i < MOST_STEPS; i++)
    {
      GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (fixture.window));
      g_assert_nonnull (focus);
      remove_with_parents (wanted, focus);
      if (i > 0 && focus == first)
        break;
      hand_key (GDK_KEY_Tab, 0);
    }
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture.window)) == first);
  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &widget, NULL))
    describe (widget);
  g_assert_cmpint (g_hash_table_size (wanted), ==, 0);
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
  g_assert_true (g_str_has_suffix (path, "help/index.html"));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; GTestDataFunc test; } tests[] = {
    { "/keyboard/walk", test_walk }, { "/keyboard/accelerators", test_accelerators },
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
