/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <glib/gstdio.h>

#include "pent-folders.h"
#include "pent-library.h"
#include "pent-prompt-pane.h"

/* The window without a run, or with one only to have a picture. */

static void
test_paint (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 256, 256);
  PentDocument *document = pent_window_get_document (fixture.window);
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 20);
  fixture_drag (&fixture, 50, 60, 150, 60);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 100, 60), ==, 255);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 100, 80), ==, 0);

  hand_key (GDK_KEY_e, 0);
  fixture_click (&fixture, 100, 60);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 100, 60), ==, 0);
  hand_key (GDK_KEY_r, 0);
  fixture_drag (&fixture, 20, 150, 120, 200);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 70, 170), ==, 255);
  hand_key (GDK_KEY_l, 0);
  hand_key (GDK_KEY_z, GDK_CONTROL_MASK);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 70, 170), ==, 0);
  hand_key (GDK_KEY_z, GDK_CONTROL_MASK);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 100, 60), ==, 255);
  hand_key (GDK_KEY_z, GDK_CONTROL_MASK);
  g_assert_true (pent_tile_mask_is_empty (pent_document_get_mask (document)));
  hand_key (GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 100, 60), ==, 255);
  fixture_close (&fixture);
}

/* A letter chooses a tool where nobody types, and is a letter where somebody
 * does. */
static void
test_keys (gconstpointer application)
{
  Fixture fixture;
  g_autofree char *while_typing = NULL;
  g_autofree char *after = NULL;
  g_autofree char *text = NULL;

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 256, 256);
  GtkWidget *pane = fixture_child (&fixture, "prompt_pane");
  GtkTextView *prompt = GTK_TEXT_VIEW (gtk_widget_get_template_child (pane, PENT_TYPE_PROMPT_PANE, "prompt"));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (prompt);
  gtk_text_buffer_set_text (buffer, "", 0);
  gtk_widget_grab_focus (GTK_WIDGET (prompt));
  hand_key (GDK_KEY_e, 0);
  hand_key (GDK_KEY_l, 0);
  while_typing = fixture_get_tool (&fixture);
  g_assert_cmpstr (while_typing, ==, "brush");
  g_object_get (buffer, "text", &text, NULL);
  g_assert_cmpstr (text, ==, "el");

  gtk_widget_grab_focus (GTK_WIDGET (fixture.canvas));
  hand_key (GDK_KEY_x, 0);
  after = fixture_get_tool (&fixture);
  g_assert_cmpstr (after, ==, "eraser");
  double size = gtk_range_get_value (fixture_child (&fixture, "brush_size"));
  hand_key (GDK_KEY_bracketright, 0);
  g_assert_cmpfloat (gtk_range_get_value (fixture_child (&fixture, "brush_size")), >, size);
  hand_key (GDK_KEY_1, 0);
  g_assert_cmpfloat (pent_canvas_get_zoom (fixture.canvas), ==, 1);
  hand_key (GDK_KEY_0, 0);
  g_assert_cmpfloat (pent_canvas_get_zoom (fixture.canvas), !=, 1);

  /* Typing is undone with all else. */
  hand_key (GDK_KEY_z, GDK_CONTROL_MASK);
  g_clear_pointer (&text, g_free);
  g_object_get (buffer, "text", &text, NULL);
  g_assert_cmpstr (text, !=, "el");
  fixture_close (&fixture);
}

/* Everything is as it was left. */
static void
test_restart (gconstpointer application)
{
  Fixture fixture;
  g_autofree char *folder = g_dir_make_tmp ("pentimento-window-XXXXXX", NULL);
  g_autofree char *draft = g_build_filename (folder, "draft", NULL);
  g_autofree char *text = NULL;

  fixture_open (&fixture, (gpointer) application, draft);
  fixture_open_picture (&fixture, 200, 120);
  fixture_drag (&fixture, 50, 60, 90, 60);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 33);
  g_autoptr (PentCanvasState) before = pent_document_snapshot (pent_window_get_document (fixture.window));
  g_assert_false (pent_tile_mask_is_empty (before->mask));
  fixture_close (&fixture);

  fixture_open (&fixture, (gpointer) application, draft);
  g_autoptr (PentCanvasState) after = pent_document_snapshot (pent_window_get_document (fixture.window));
  g_assert_true (pent_tile_mask_equal (before->mask, after->mask));
  g_assert_true (g_variant_equal (before->settings, after->settings));
  g_assert_cmpmem (before->picture->pixels, before->picture->stride * 120, after->picture->pixels,
                   after->picture->stride * 120);
  g_assert_cmpfloat (gtk_spin_button_get_value (fixture_spin (&fixture, "steps")), ==, 33);
  fixture_close (&fixture);
}

static void
set_true_cb (gpointer object, gboolean *flag)
{
  *flag = TRUE;
}

/* Until the document changes: what is read from the library comes later. */
static void
act_and_wait (Fixture *fixture, const char *action, GVariant *parameter)
{
  PentDocument *document = pent_window_get_document (fixture->window);
  gboolean changed = FALSE;
  gulong handler = g_signal_connect (document, "changed", G_CALLBACK (set_true_cb), &changed);

  g_action_group_activate_action (G_ACTION_GROUP (fixture->window), action, parameter);
  while (!changed)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (document, handler);
}

static char *
get_prompt (Fixture *fixture)
{
  GtkWidget *pane = fixture_child (fixture, "prompt_pane");
  GtkTextView *view = GTK_TEXT_VIEW (gtk_widget_get_template_child (pane, PENT_TYPE_PROMPT_PANE, "prompt"));
  char *text = NULL;

  g_object_get (gtk_text_view_get_buffer (view), "text", &text, NULL);
  return text;
}

typedef struct
{
  gint64 id;
  char  *model;   /* by name */
} Newest;

static gboolean
newest_cb (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  Newest *newest = data;

  if (picture->id <= newest->id)
    return TRUE;
  newest->id = picture->id;
  g_free (newest->model);
  newest->model = g_strdup (picture->recipe->model);
  return TRUE;
}

/* The newest picture's number, and the name of the model that painted it. */
static gint64
find_newest (const char *model)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_READ, NULL);
  const PentLibraryQuery query = { .limit = -1 };
  Newest newest = { 0 };

  g_assert_true (pent_library_each (library, &query, newest_cb, &newest, NULL));
  g_assert_cmpstr (newest.model, ==, model);
  g_free (newest.model);
  return newest.id;
}

/* What the gallery asks of the window: a picture goes on the canvas, its
 * recipe into the pane, each undone by one step. */
static void
test_use_library (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  PentDocument *document = pent_window_get_document (fixture.window);
  fixture_few_steps (&fixture);
  g_autofree char *painted = get_prompt (&fixture);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  gint64 id = find_newest ("starter");
  fixture_open_picture (&fixture, 64, 64);
  fixture_type (&fixture, "more");
  g_autofree char *typed = get_prompt (&fixture);
  g_assert_cmpstr (typed, !=, painted);

  act_and_wait (&fixture, "use-recipe", g_variant_new ("(xs)", id, "prompt"));
  g_autofree char *used = get_prompt (&fixture);
  g_assert_cmpstr (used, ==, painted);
  fixture_act (&fixture, "undo");
  g_autofree char *undone = get_prompt (&fixture);
  g_assert_cmpstr (undone, ==, typed);

  act_and_wait (&fixture, "use-recipe", g_variant_new ("(xs)", id, "everything"));
  /* The starter model is itself, not a file somewhere. */
  g_autoptr (GVariant) model = g_action_group_get_action_state (G_ACTION_GROUP (fixture.window), "model");
  g_assert_cmpstr (g_variant_get_string (model, NULL), ==, "");
  g_assert_cmpfloat (gtk_spin_button_get_value (fixture_spin (&fixture, "steps")), ==, 2);
  act_and_wait (&fixture, "open-library-picture", g_variant_new_int64 (id));
  g_assert_cmpint (pent_document_get_width (document), ==, 256);
  fixture_act (&fixture, "undo");
  g_assert_cmpint (pent_document_get_width (document), ==, 64);
  fixture_close (&fixture);
}

/* Parts are repainted by the starter model's sibling, which is no other choice
 * of a model; the picture alone is worked over by the starter model. */
static void
test_sibling (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 64, 64);
  fixture_few_steps (&fixture);
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 20);
  fixture_drag (&fixture, 20, 30, 45, 30);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  gint64 id = find_newest ("starter-inpaint");
  act_and_wait (&fixture, "use-recipe", g_variant_new ("(xs)", id, "everything"));
  g_autoptr (GVariant) model = g_action_group_get_action_state (G_ACTION_GROUP (fixture.window), "model");
  g_assert_cmpstr (g_variant_get_string (model, NULL), ==, "");

  fixture_act (&fixture, "mask-clear");
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  find_newest ("starter");
  fixture_close (&fixture);
}

/* A picture that is gone is a sentence in the window. */
static void
test_use_missing (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (fixture.window), "open-library-picture",
                                  g_variant_new_int64 (99999));
  while (!fixture_shows_error (&fixture))
    g_main_context_iteration (NULL, TRUE);
  fixture_close (&fixture);
}

/* A file that is no picture is refused in words, and nothing is lost. */
static void
test_no_picture (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (GFile) file = g_file_new_for_path ("/proc/self/exe");

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 64, 64);
  pent_window_open_file (fixture.window, file);
  while (!fixture_shows_error (&fixture))
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (pent_document_get_picture (pent_window_get_document (fixture.window)));
  fixture_close (&fixture);
}

/* Where text runs from right to left the window is turned round, and the picture
 * is not. */
static void
test_right_to_left (gconstpointer application)
{
  Fixture fixture;
  int margins[PENT_N_SIDES];
  double pane_x, canvas_x, y;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 128, 128);
  PentDocument *document = pent_window_get_document (fixture.window);
  GtkWidget *window = GTK_WIDGET (fixture.window);
  gtk_widget_translate_coordinates (fixture_child (&fixture, "prompt_pane"), window, 0, 0, &pane_x, &y);
  gtk_widget_translate_coordinates (GTK_WIDGET (fixture.canvas), window, 0, 0, &canvas_x, &y);
  g_assert_cmpfloat (pane_x, >, canvas_x);
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 10);
  fixture_click (&fixture, 20, 60);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 20, 60), ==, 255);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 108, 60), ==, 0);
  double gap = 9 / pent_canvas_get_zoom (fixture.canvas);
  fixture_drag (&fixture, -gap, 64, -gap - 14, 64);
  pent_document_get_margins (document, margins);
  g_assert_cmpint (margins[PENT_SIDE_LEFT], ==, 16);
  g_assert_cmpint (margins[PENT_SIDE_RIGHT], ==, 0);
  fixture_close (&fixture);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; GTestDataFunc test; } tests[] = {
    { "/window/paint", test_paint },             { "/window/keys", test_keys },
    { "/window/restart", test_restart },         { "/window/use-library", test_use_library },
    { "/window/right-to-left", test_right_to_left }, { "/window/sibling", test_sibling },
    { "/window/use-missing", test_use_missing }, { "/window/no-picture", test_no_picture },
  };
  g_autoptr (PentApplication) application = NULL;

  g_test_init (&argc, &argv, NULL);
  application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, application, tests[i].test);
  return g_test_run ();
}
