/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-gallery.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hand.h"
#include "library-store-fixture.h"
#include "pent-compare-window.h"
#include "pent-gallery-private.h"
#include "pent-job-run.h"
#include "pent-picture.h"
#include "pent-recipe-view.h"
#include "pent-recipe-words.h"

/* A gallery in a window, with a pointer and keys that come from the display. */
typedef struct
{
  Library          library;
  PentLibraryDesk *desk;
  PentGallery     *gallery;
  GtkWindow       *window;
  AdwToastOverlay *toasts;
  AdwToast        *toast;      /* the newest */
  char            *failure;    /* the newest */
  char            *asked;      /* of the window: action and number */
} Fixture;

static gpointer
child (Fixture *self, const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (self->gallery), PENT_TYPE_GALLERY, name);
}

static void
toasted_cb (PentGallery *gallery, AdwToast *toast, Fixture *self)
{
  g_set_object (&self->toast, toast);
  adw_toast_overlay_add_toast (self->toasts, g_object_ref (toast));
}

static void
failed_cb (PentGallery *gallery, const char *message, Fixture *self)
{
  g_free (self->failure);
  self->failure = g_strdup (message);
}

static void
asked_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  Fixture *self = data;
  g_autofree char *text = g_variant_print (parameter, FALSE);

  g_free (self->asked);
  self->asked = g_strconcat (g_action_get_name (G_ACTION (action)), " ", text, NULL);
}

static void
add_window_actions (Fixture *self)
{
  const GActionEntry actions[] = {
    { .name = "open-library-picture", .parameter_type = "x", .activate = asked_cb },
    { .name = "use-recipe", .parameter_type = "(xs)", .activate = asked_cb },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), actions, G_N_ELEMENTS (actions), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self->window), "win", G_ACTION_GROUP (group));
}

static void
set_up (Fixture *self, gconstpointer n)
{
  library_set_up (&self->library, NULL);
  g_autoptr (PentLibrary) library = library_open (&self->library);
  for (int i = 1; i <= GPOINTER_TO_INT (n); i++)
    {
      g_autofree char *prompt = g_strdup_printf ("%s number%d", i % 2 != 0 ? "red sail" : "blue lake", i);
      pent_library_picture_free (library_store (library, prompt, i));
    }

  self->window = GTK_WINDOW (gtk_window_new ());
  self->toasts = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  self->gallery = PENT_GALLERY (pent_gallery_new ());
  self->desk = pent_library_desk_new (self->library.folders);
  pent_library_desk_look (self->desk);
  pent_gallery_set_desk (self->gallery, self->desk);
  g_signal_connect (self->gallery, "toasted", G_CALLBACK (toasted_cb), self);
  g_signal_connect (self->gallery, "failed", G_CALLBACK (failed_cb), self);
  add_window_actions (self);
  adw_toast_overlay_set_child (self->toasts, GTK_WIDGET (self->gallery));
  gtk_window_set_child (self->window, GTK_WIDGET (self->toasts));
  gtk_window_set_default_size (self->window, 340, 800);
  hand_show (self->window);
  hand_wait (!pent_picture_list_get_loading (pent_gallery_get_list (self->gallery)));
  hand_settle ();
}

static void
tear_down (Fixture *self, gconstpointer n)
{
  g_object_ref (self->gallery);
  g_signal_handlers_disconnect_by_data (self->gallery, self);
  g_clear_object (&self->toast);
  gtk_window_destroy (self->window);
  hand_settle ();
  hand_wait (G_OBJECT (self->gallery)->ref_count == 1);
  g_assert_finalize_object (self->gallery);
  hand_wait (G_OBJECT (self->desk)->ref_count == 1);
  g_assert_finalize_object (self->desk);
  g_free (self->failure);
  g_free (self->asked);
  library_tear_down (&self->library, NULL);
}

static guint
count (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (pent_gallery_get_list (self->gallery)));
}

/* Does nothing where the action is not possible now. */
static void
act (Fixture *self, const char *action)
{
  g_autofree char *name = g_strconcat ("gallery.", action, NULL);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->gallery), name, NULL));
}

static const char *
page (Fixture *self)
{
  return gtk_stack_get_visible_child_name (child (self, "stack"));
}

static PentPictureItem *
get_read (Fixture *self, guint position)
{
  g_autoptr (PentPictureItem) item =
    g_list_model_get_item (G_LIST_MODEL (pent_gallery_get_list (self->gallery)), position);

  hand_wait (pent_picture_item_get_picture (item) != NULL);
  return item;
}

static void
select_first (Fixture *self)
{
  hand_click (child (self, "grid"), 60, 60, 0);
  get_read (self, 0);
}

static char *
get_text (Fixture *self, const char *name)
{
  GtkWidget *recipe = child (self, "recipe");
  GtkLabel *label = GTK_LABEL (gtk_widget_get_template_child (recipe, PENT_TYPE_RECIPE_VIEW, name));
  return g_strdup (gtk_label_get_text (label));
}

/* What is typed is looked for, and said if it is not found. */
static void
test_search (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (page (self), ==, "grid");
  pent_gallery_focus_search (self->gallery);
  hand_type ("lake");
  hand_wait (count (self) == 3);
  hand_type (" xyz");
  hand_wait (count (self) == 0);
  g_assert_cmpstr (page (self), ==, "nothing");
  hand_key (GDK_KEY_Escape, 0);
  hand_wait (count (self) == 6);
  g_assert_cmpstr (page (self), ==, "grid");
}

static void
test_empty (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (page (self), ==, "empty");
  act (self, "delete");
  act (self, "use-prompt");
  g_assert_null (self->asked);
  g_autoptr (PentLibrary) other = library_open (&self->library);
  pent_library_picture_free (library_store (other, "the first", 1));
  pent_library_desk_look (self->desk);
  hand_wait (count (self) == 1);
  g_assert_cmpstr (page (self), ==, "grid");
}

static void
test_recipe (Fixture *self, gconstpointer data)
{
  g_assert_false (gtk_revealer_get_reveal_child (child (self, "details")));
  select_first (self);
  g_assert_true (gtk_revealer_get_reveal_child (child (self, "details")));
  g_autofree char *prompt = get_text (self, "prompt");
  g_autofree char *negative = get_text (self, "negative");
  g_autofree char *words = get_text (self, "words");
  g_assert_cmpstr (prompt, ==, "blue lake number6");
  g_assert_cmpstr (negative, ==, "Without: blur");
  g_assert_true (g_str_has_prefix (words, "Painted by model first. 20 steps of dpmpp-2m, karras. Guidance 7, seed 6. "
                                          "It took 2.5 seconds on cpu."));

  act (self, "use-prompt");
  g_assert_cmpstr (self->asked, ==, "use-recipe (6, 'prompt')");
  act (self, "use-seed");
  g_assert_cmpstr (self->asked, ==, "use-recipe (6, 'seed')");
  act (self, "use-everything");
  g_assert_cmpstr (self->asked, ==, "use-recipe (6, 'everything')");
  hand_key (GDK_KEY_Return, 0);
  g_assert_cmpstr (self->asked, ==, "open-library-picture 6");
}

static void
test_favourite (Fixture *self, gconstpointer data)
{
  select_first (self);
  hand_key (GDK_KEY_d, GDK_CONTROL_MASK);
  g_autoptr (PentPictureItem) item = g_object_ref (get_read (self, 0));
  hand_wait (pent_picture_item_get_picture (item)->favourite);
  gtk_toggle_button_set_active (child (self, "favourites"), TRUE);
  hand_wait (count (self) == 1);
  g_assert_cmpint (library_ask (&self->library, "SELECT id FROM pictures WHERE favourite"), ==, 6);
}

/* Deleted, taken back, deleted again, and then in the wastebasket. */
static void
test_delete (Fixture *self, gconstpointer data)
{
  g_autofree char *file = NULL;
  select_first (self);
  file = g_strdup (pent_picture_item_get_picture (get_read (self, 0))->file);
  hand_key (GDK_KEY_Delete, 0);
  hand_wait (count (self) == 5 && self->toast != NULL);
  g_assert_cmpstr (adw_toast_get_title (self->toast), ==, "1 picture deleted");
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  g_signal_emit_by_name (self->toast, "button-clicked");
  adw_toast_dismiss (self->toast);
  hand_wait (count (self) == 6);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_cmpint (library_ask (&self->library, "SELECT count (*) FROM pictures WHERE deleted IS NOT NULL"), ==, 0);

  g_clear_object (&self->toast);
  gtk_selection_model_select_all (gtk_grid_view_get_model (child (self, "grid")));
  act (self, "delete");
  hand_wait (count (self) == 0 && self->toast != NULL);
  g_assert_cmpstr (adw_toast_get_title (self->toast), ==, "6 pictures deleted");
  pent_gallery_finish_deleting (self->gallery);
  if (self->failure == NULL)
    {
      g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
      g_assert_cmpint (library_ask (&self->library, "SELECT count (*) FROM pictures"), ==, 0);
    }
  else
    {
      g_assert_nonnull (strstr (self->failure, "wastebasket"));
      g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
      g_test_skip ("this machine has no wastebasket for the temporary folder");
    }
}

/* A ctrl-click adds the second one; a window with the wipe and the verdict
 * opens. */
static void
test_compare (Fixture *self, gconstpointer data)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());
  select_first (self);
  act (self, "compare");
  hand_click (child (self, "grid"), 230, 60, GDK_CONTROL_MASK);
  act (self, "compare");
  hand_wait (g_list_model_get_n_items (windows) == 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (!PENT_IS_COMPARE_WINDOW (window))
        continue;
      g_assert_cmpstr (pent_compare_window_get_verdict (PENT_COMPARE_WINDOW (window)), ==,
                       "The pictures have other sizes.");
      gtk_window_destroy (window);
      break;
    }
}

/* Moved behind our back, before its thumbnail was made or after: either way it
 * is said which file is not there. */
static void
test_missing (Fixture *self, gconstpointer data)
{
  g_autoptr (PentPictureItem) item = g_object_ref (get_read (self, 0));
  g_assert_cmpint (g_unlink (pent_picture_item_get_picture (item)->file), ==, 0);
  select_first (self);
  act (self, "copy");
  hand_wait (self->failure != NULL || pent_picture_item_get_problem (item) != NULL);
  const char *said = self->failure != NULL ? self->failure : pent_picture_item_get_problem (item);
  g_assert_nonnull (strstr (said, pent_picture_item_get_picture (item)->file));
}

static void
set_parent (Fixture *self, int picture, int parent)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE pictures SET parent = %d WHERE id = %d", parent, picture);
  library_run (&self->library, sql);
}

static guint
count_relatives (Fixture *self, const char *name)
{
  GtkWidget *box = GTK_WIDGET (gtk_widget_get_template_child (child (self, "recipe"), PENT_TYPE_RECIPE_VIEW, name));
  guint n = 0;
  for (GtkWidget *at = gtk_widget_get_first_child (box); at != NULL; at = gtk_widget_get_next_sibling (at))
    n++;
  return n;
}

/* Up and down the tree, and to one of the family by a click. */
static void
test_family (Fixture *self, gconstpointer data)
{
  set_parent (self, 4, 1);
  set_parent (self, 5, 4);
  set_parent (self, 6, 4);
  pent_gallery_select (self->gallery, 4);
  hand_wait (count_relatives (self, "children") == 2);
  g_assert_cmpuint (count_relatives (self, "parents"), ==, 1);
  pent_gallery_select (self->gallery, 6);
  hand_wait (count_relatives (self, "parents") == 2);
  g_assert_cmpuint (count_relatives (self, "children"), ==, 0);

  GtkWidget *parents = GTK_WIDGET (gtk_widget_get_template_child (child (self, "recipe"), PENT_TYPE_RECIPE_VIEW, "parents"));
  GtkWidget *button = gtk_widget_get_first_child (gtk_widget_get_first_child (parents));
  g_signal_emit_by_name (button, "clicked");
  hand_wait (count_relatives (self, "children") == 1);
  g_autofree char *prompt = get_text (self, "prompt");
  g_assert_cmpstr (prompt, ==, "red sail number1");
}

/* By the starter model, in two steps. */
static void
paint_one (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRequest) request = pent_request_new ();
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentLibrary) library = library_open (&self->library);
  const PentJobListener listener = { 0 };
  const PentJobOrder order = { .request = request };

  g_free (request->prompt);
  request->prompt = g_strdup ("a lake");
  request->steps = 2;
  pent_job_run (&order, pipeline, library, &listener, NULL, &error);
  g_assert_no_error (error);
}

static void
change_pixels (const char *file, int n)
{
  g_autoptr (PentPictureFile) picture = pent_picture_file_read (file, NULL);

  for (int i = 0; i < n; i++)
    picture->image->pixels[i * 3] ^= 1;
  g_assert_true (pent_picture_write (file, picture->image, picture->texts, FALSE, NULL));
}

static void
run_again (Fixture *self)
{
  act (self, "run-again");
  g_assert_cmpstr (gtk_label_get_text (child (self, "rerun_label")), ==, "Running again…");
  hand_wait (!gtk_widget_get_visible (child (self, "rerun_progress")));
  g_assert_null (self->failure);
}

static void
test_run_again (Fixture *self, gconstpointer data)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());
  paint_one (self);
  pent_gallery_select (self->gallery, 2);
  hand_wait (gtk_revealer_get_reveal_child (child (self, "details")));
  PentPictureItem *item = get_read (self, 0);
  hand_settle ();

  run_again (self);
  g_assert_cmpstr (gtk_label_get_text (child (self, "rerun_label")), ==, "Identical: no pixel differs.");

  change_pixels (pent_picture_item_get_picture (item)->file, 5);
  run_again (self);
  g_assert_true (g_str_has_prefix (gtk_label_get_text (child (self, "rerun_label")),
                                   "5 of 65536 pixels differ, by 1 of 255 at most"));
  g_signal_emit_by_name (child (self, "rerun_button"), "clicked");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (PENT_IS_COMPARE_WINDOW (window))
        gtk_window_destroy (window);
    }

  act (self, "run-again");
  g_signal_emit_by_name (child (self, "rerun_button"), "clicked");
  g_assert_false (gtk_revealer_get_reveal_child (child (self, "rerun_revealer")));
}

/* The window goes while everything is under way: nothing is kept, and all ends
 * in this thread. */
static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autofree char *target = g_build_filename (self->library.folder.path, "exported", NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  paint_one (self);
  pent_gallery_select (self->gallery, 2);
  hand_wait (gtk_revealer_get_reveal_child (child (self, "details")));
  g_ptr_array_add (files, g_strdup (pent_picture_item_get_picture (get_read (self, 0))->file));
  hand_settle ();

  act (self, "copy");
  act (self, "run-again");
  pent_gallery_export_files (self->gallery, files, target, FALSE, "png", TRUE);
  gtk_selection_model_select_all (gtk_grid_view_get_model (child (self, "grid")));
  act (self, "compare");
}

static void
test_words (Fixture *self, gconstpointer data)
{
  const PentComparison same = { .same_size = TRUE, .n_pixels = 100 };
  const PentComparison other = { .same_size = TRUE, .n_pixels = 100, .n_different = 7, .largest = 3, .psnr = 51.26 };
  g_autofree char *identical = pent_comparison_words (&same, NULL);
  g_autofree char *different = pent_comparison_words (&other, "another device");

  g_assert_cmpstr (identical, ==, "Identical: no pixel differs.");
  g_assert_cmpstr (different, ==, "7 of 100 pixels differ, by 3 of 255 at most (51.3 dB). "
                                  "The likely reason: another device.");
}

#define ADD(path, n, test) g_test_add (path, Fixture, GINT_TO_POINTER (n), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("pentimento-home-XXXXXX", NULL);
  g_autofree char *cache = g_build_filename (home, "cache", NULL);
  g_autofree char *own = g_build_filename (home, "data", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("XDG_DATA_HOME", own, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/gallery/search", 6, test_search);
  ADD ("/gallery/empty", 0, test_empty);
  ADD ("/gallery/recipe", 6, test_recipe);
  ADD ("/gallery/favourite", 6, test_favourite);
  ADD ("/gallery/delete", 6, test_delete);
  ADD ("/gallery/compare", 6, test_compare);
  ADD ("/gallery/missing", 2, test_missing);
  ADD ("/gallery/family", 6, test_family);
  ADD ("/gallery/run-again", 1, test_run_again);
  ADD ("/gallery/closed", 1, test_closed);
  ADD ("/gallery/words", 1, test_words);
  int status = g_test_run ();
  Folder folder = { .path = g_steal_pointer (&home) };
  folder_tear_down (&folder, NULL);
  return status;
}
