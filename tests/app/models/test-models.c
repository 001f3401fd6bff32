/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-model-chooser.h"
#include "pent-models-window.h"

#include <string.h>
#include <unistd.h>

#include "hand.h"
#include "library-fixture.h"
#include "pent-model-row.h"

static void
set_up (Folder *folder, gconstpointer data)
{
  folder_set_up (folder, data);
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "pipeline", "data", "tiny-ldm.safetensors", NULL);
  g_autofree char *link = folder_file (folder, "harbour.safetensors");
  g_autofree char *inpaint = g_test_build_filename (G_TEST_DIST, "pipeline", "data", "tiny-inpaint", NULL);
  g_autofree char *inpaint_link = folder_file (folder, "mender");
  g_autofree char *pickle = folder_file (folder, "old.ckpt");
  g_assert_cmpint (symlink (model, link), ==, 0);
  g_assert_cmpint (symlink (inpaint, inpaint_link), ==, 0);
  g_assert_true (g_file_set_contents (pickle, "pickle", -1, NULL));
}

static PentModelList *
open_list (Folder *folder)
{
  PentModelList *list = pent_model_list_new (NULL);

  pent_model_list_add_folder (list, folder->path);
  hand_wait (!pent_model_list_get_scanning (list));
  return list;
}

/* The starter model first, those that can be used by family, then the rest. */
static char *
get_names (PentModelList *list)
{
  GListModel *entries = pent_model_list_get_entries (list);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (PentModelEntry) entry = g_list_model_get_item (entries, i);
      g_string_append_printf (names, "%s%s", names->len > 0 ? " | " : "", pent_model_entry_get_name (entry));
    }
  return g_strdup (names->str);
}

static void
test_list (Folder *folder, gconstpointer data)
{
  PentModelList *list = open_list (folder);
  g_autofree char *names = get_names (list);
  g_autofree char *missing = folder_file (folder, "missing");

  g_assert_cmpstr (names, ==, "Starter model | harbour | mender | old");
  g_assert_null (pent_model_list_get_problem (list));
  pent_model_list_add_folder (list, folder->path);
  g_assert_cmpuint (g_strv_length (pent_model_list_get_folders (list)), ==, 1);
  pent_model_list_add_folder (list, missing);
  hand_wait (!pent_model_list_get_scanning (list));
  g_assert_nonnull (strstr (pent_model_list_get_problem (list), "missing"));

  pent_model_list_remove_folder (list, missing);
  pent_model_list_remove_folder (list, folder->path);
  hand_wait (!pent_model_list_get_scanning (list));
  g_autofree char *rest = get_names (list);
  g_assert_cmpstr (rest, ==, "Starter model");
  g_assert_null (pent_model_list_get_problem (list));
  hand_wait (G_OBJECT (list)->ref_count == 1);
  g_assert_finalize_object (list);
}

static void
chosen_cb (GObject *object, PentModelEntry *entry, char **path)
{
  g_free (*path);
  *path = g_strdup (pent_model_entry_get_path (entry));
}

static void
test_chooser (Folder *folder, gconstpointer data)
{
  g_autoptr (PentModelList) list = open_list (folder);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *chooser = pent_model_chooser_new (list);
  GtkLabel *label = GTK_LABEL (gtk_widget_get_template_child (chooser, PENT_TYPE_MODEL_CHOOSER, "label"));
  GtkWidget *button = GTK_WIDGET (gtk_widget_get_template_child (chooser, PENT_TYPE_MODEL_CHOOSER, "button"));
  GtkListBox *rows = GTK_LIST_BOX (gtk_widget_get_template_child (chooser, PENT_TYPE_MODEL_CHOOSER, "rows"));
  GtkWidget *popover = GTK_WIDGET (gtk_widget_get_template_child (chooser, PENT_TYPE_MODEL_CHOOSER, "popover"));
  g_autofree char *path = NULL;
  g_autofree char *expected = folder_file (folder, "harbour.safetensors");

  g_signal_connect (chooser, "model-chosen", G_CALLBACK (chosen_cb), &path);
  gtk_window_set_child (GTK_WINDOW (window), chooser);
  hand_show (GTK_WINDOW (window));
  g_assert_cmpstr (gtk_label_get_text (label), ==, "Starter model");
  hand_click (button, 20, 15, 0);
  hand_wait (gtk_widget_get_mapped (popover));
  for (int i = 0; i < 3; i++)
    g_assert_nonnull (gtk_list_box_get_row_at_index (rows, i));
  g_assert_null (gtk_list_box_get_row_at_index (rows, 3));
  g_assert_nonnull (gtk_list_box_row_get_header (gtk_list_box_get_row_at_index (rows, 0)));
  g_assert_null (gtk_list_box_row_get_header (gtk_list_box_get_row_at_index (rows, 1)));
  g_assert_nonnull (gtk_list_box_row_get_header (gtk_list_box_get_row_at_index (rows, 2)));

  hand_type ("harb");
  hand_wait (gtk_list_box_get_row_at_index (rows, 1) == NULL);
  hand_key (GDK_KEY_Return, 0);
  g_assert_cmpstr (path, ==, expected);
  pent_model_chooser_set_model (PENT_MODEL_CHOOSER (chooser), path);
  g_assert_cmpstr (gtk_label_get_text (label), ==, "harbour");
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (label), "error"));
  pent_model_chooser_set_model (PENT_MODEL_CHOOSER (chooser), "/gone/away.safetensors");
  g_assert_cmpstr (gtk_label_get_text (label), ==, "away.safetensors");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (label), "error"));
  gtk_window_destroy (GTK_WINDOW (window));
  hand_settle ();
}

/* A model that cannot be used says why, and cannot be chosen. */
static void
test_window (Folder *folder, gconstpointer data)
{
  g_autoptr (PentModelList) list = open_list (folder);
  PentModelsWindow *window = pent_models_window_new (list);
  GtkWidget *models = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (window), PENT_TYPE_MODELS_WINDOW, "models"));
  g_autofree char *path = NULL;
  g_autofree char *expected = folder_file (folder, "mender");

  g_signal_connect (window, "model-chosen", G_CALLBACK (chosen_cb), &path);
  hand_show (GTK_WINDOW (window));
  g_autoptr (PentModelEntry) refused = g_list_model_get_item (pent_model_list_get_entries (list), 3);
  g_autofree char *facts = pent_model_entry_describe (refused);
  g_assert_nonnull (strstr (pent_model_entry_get_reason (refused), "pickle"));
  g_assert_true (g_str_has_prefix (facts, "Unknown, 6"));

  g_signal_emit_by_name (models, "activate", 3);
  g_assert_null (path);
  g_signal_emit_by_name (models, "activate", 2);
  g_assert_cmpstr (path, ==, expected);
  hand_settle ();
}

#define ADD(path, test) g_test_add (path, Folder, NULL, set_up, test, folder_tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("pentimento-home-XXXXXX", NULL);
  g_setenv ("HOME", home, TRUE);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_unsetenv ("HF_HOME");
  g_unsetenv ("HF_HUB_CACHE");
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/models/list", test_list);
  ADD ("/models/chooser", test_chooser);
  ADD ("/models/window", test_window);
  int status = g_test_run ();
  Folder folder = { .path = g_steal_pointer (&home) };
  folder_tear_down (&folder, NULL);
  return status;
}
