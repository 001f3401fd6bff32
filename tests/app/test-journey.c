/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "library-fixture.h"
#include "pent-banner.h"
#include "pent-compare-window.h"
#include "pent-gallery-private.h"
#include "pent-picture-tile.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

/* A day's work in one go, in the program as it is, with a pointer and keys: what
 * one step leaves behind is what the next begins with. Then the program is
 * started again, as another process, and everything is as it was left. */

#define SIDE       PENT_STARTER_SIDE
#define N_PREVIEWS 5
#define MANY_STEPS 150
#define LARGE      512   /* at this size a run with many steps is not over before it is stopped */

/* What the first process leaves and the second one finds. */
#define GROUP "left"

typedef struct
{
  Fixture      fixture;
  PentDocument *document;
  PentGallery  *gallery;
  GHashTable   *previews;   /* sums of those that differ */
  const char   *folder;
  int           n_stored;
} Journey;

/* --- what is looked at and touched --- */

static gpointer
gallery_child (Journey *self, const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (self->gallery), PENT_TYPE_GALLERY, name);
}

static GtkWidget *
find_button (GtkWidget *under, const char *action)
{
  if (GTK_IS_ACTIONABLE (under) && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (under)), action) == 0)
    return under;
  for (GtkWidget *at = gtk_widget_get_first_child (under); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_button (at, action);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
collect_tiles (GtkWidget *under, GPtrArray *tiles)
{
  if (PENT_IS_PICTURE_TILE (under) && gtk_widget_get_mapped (under)
      && pent_picture_tile_get_item (PENT_PICTURE_TILE (under)) != NULL)
    g_ptr_array_add (tiles, under);
  for (GtkWidget *at = gtk_widget_get_first_child (under); at != NULL; at = gtk_widget_get_next_sibling (at))
    collect_tiles (at, tiles);
}

static GtkTextBuffer *
get_prompt_buffer (Journey *self)
{
  GtkWidget *pane = fixture_child (&self->fixture, "prompt_pane");

  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (gtk_widget_get_template_child (pane, PENT_TYPE_PROMPT_PANE, "prompt")));
}

static char *
get_prompt (Journey *self)
{
  char *text = NULL;

  g_object_get (get_prompt_buffer (self), "text", &text, NULL);
  return text;
}

static char *
sum_picture (PentImage *picture)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (int y = 0; y < picture->height; y++)
    g_checksum_update (sum, picture->pixels + y * picture->stride, picture->width * picture->channels);
  return g_strdup (g_checksum_get_string (sum));
}

static char *
sum_mask (Journey *self)
{
  const PentTileMask *mask = pent_document_get_mask (self->document);
  int width = pent_document_get_width (self->document), height = pent_document_get_height (self->document);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 value = pent_tile_mask_get (mask, x, y);
        g_checksum_update (sum, &value, 1);
      }
  return g_strdup (g_checksum_get_string (sum));
}

static void
previewed_cb (PentDocument *document, Journey *self)
{
  PentRect area;
  PentImage *preview = pent_document_get_preview (document, &area);

  if (preview != NULL)
    g_hash_table_add (self->previews, sum_picture (preview));
}

static void
set_steps (Journey *self, int steps)
{
  gtk_spin_button_set_value (fixture_spin (&self->fixture, "steps"), steps);
}

static void
set_side (Journey *self, int side)
{
  gtk_spin_button_set_value (fixture_spin (&self->fixture, "width"), side);
  gtk_spin_button_set_value (fixture_spin (&self->fixture, "height"), side);
}

/* Nothing is painted any more, and nothing went wrong. */
static void
wait_until_painted (Journey *self)
{
  fixture_wait (&self->fixture);
  g_assert_false (fixture_shows_error (&self->fixture));
}

static void
assert_stored (Journey *self, int n_more)
{
  self->n_stored += n_more;
  g_assert_cmpint (fixture_count_stored (), ==, self->n_stored);
}

/* --- the steps --- */

static void
write_prompt (Journey *self, const char *words)
{
  hand_key (GDK_KEY_l, GDK_CONTROL_MASK);
  hand_key (GDK_KEY_a, GDK_CONTROL_MASK);
  hand_type (words);
  g_autofree char *prompt = get_prompt (self);
  g_assert_cmpstr (prompt, ==, words);
}

/* Many previews, and then the picture as it is predicted by then. */
static void
keep_early (Journey *self)
{
  write_prompt (self, "a red boat");
  set_steps (self, MANY_STEPS);
  hand_click_widget (fixture_child (&self->fixture, "generate_button"));
  g_assert_true (fixture_is_busy (&self->fixture));
  hand_wait (g_hash_table_size (self->previews) >= N_PREVIEWS);
  g_assert_null (pent_document_get_picture (self->document));
  hand_key (GDK_KEY_k, GDK_CONTROL_MASK);
  wait_until_painted (self);
  g_assert_cmpint (pent_document_get_width (self->document), ==, SIDE);
  g_assert_nonnull (pent_document_get_picture (self->document));
  assert_stored (self, 1);
}

static void
paint_mask_and_undo (Journey *self)
{
  const PentTileMask *mask;

  gtk_range_set_value (fixture_child (&self->fixture, "brush_size"), 30);
  fixture_drag (&self->fixture, 40, 60, 90, 60);
  mask = pent_document_get_mask (self->document);
  g_assert_cmpint (pent_tile_mask_get (mask, 64, 60), ==, 255);
  hand_key (GDK_KEY_z, GDK_CONTROL_MASK);
  g_assert_true (pent_tile_mask_is_empty (pent_document_get_mask (self->document)));
}

static void
generate (Journey *self)
{
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (self->document));

  set_steps (self, 4);
  hand_key (GDK_KEY_n, GDK_CONTROL_MASK);
  g_assert_null (pent_document_get_picture (self->document));
  hand_key (GDK_KEY_Return, GDK_CONTROL_MASK);
  wait_until_painted (self);
  g_assert_nonnull (pent_document_get_picture (self->document));
  g_assert_true (pent_document_get_picture (self->document) != before);
  assert_stored (self, 1);
}

/* The picture stays as it was, and nothing is stored. */
static void
cancel (Journey *self)
{
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (self->document));

  set_side (self, LARGE);
  set_steps (self, MANY_STEPS);
  g_hash_table_remove_all (self->previews);
  hand_key (GDK_KEY_Return, GDK_CONTROL_MASK);
  hand_wait (g_hash_table_size (self->previews) > 0);
  hand_click_widget (fixture_child (&self->fixture, "cancel_button"));
  wait_until_painted (self);
  g_assert_true (pent_document_get_picture (self->document) == before);
  assert_stored (self, 0);
  set_side (self, SIDE);
}

static void
inpaint (Journey *self)
{
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (self->document));
  int n_changed = 0;

  set_steps (self, 4);
  fixture_drag (&self->fixture, 40, 60, 90, 60);
  g_assert_cmpint (pent_prompt_pane_get_task (fixture_child (&self->fixture, "prompt_pane")), ==, PENT_TASK_REPAINT);
  hand_click_widget (fixture_child (&self->fixture, "generate_button"));
  wait_until_painted (self);
  PentImage *after = pent_document_get_picture (self->document);
  const PentTileMask *mask = pent_document_get_mask (self->document);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        gboolean same = memcmp (before->pixels + y * before->stride + x * 3, after->pixels + y * after->stride + x * 3, 3) == 0;
        n_changed += !same;
        g_assert_true (same || pent_tile_mask_get (mask, x, y) > 0);
      }
  g_assert_cmpint (n_changed, >, 200);
  assert_stored (self, 1);
}

static void
extend (Journey *self)
{
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (self->document));

  g_assert_true (fixture_act (&self->fixture, "mask-clear"));
  write_prompt (self, "a green hill");
  hand_wait_still (GTK_WIDGET (self->fixture.canvas));
  double gap = 9 / pent_canvas_get_zoom (self->fixture.canvas);
  fixture_drag (&self->fixture, SIDE + gap, SIDE / 2, SIDE + gap + 16, SIDE / 2);
  g_assert_cmpint (pent_prompt_pane_get_task (fixture_child (&self->fixture, "prompt_pane")), ==, PENT_TASK_EXTEND);
  hand_key (GDK_KEY_Return, GDK_CONTROL_MASK);
  wait_until_painted (self);
  PentImage *after = pent_document_get_picture (self->document);
  g_assert_cmpint (after->width, ==, SIDE + 16);
  for (int y = 0; y < SIDE; y++)
    g_assert_cmpmem (before->pixels + y * before->stride, SIDE * 3, after->pixels + y * after->stride, SIDE * 3);
  assert_stored (self, 1);
}

static guint
count_found (Journey *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (pent_gallery_get_list (self->gallery)));
}

/* The tiles that are on the screen, when there are as many as were found. */
static GPtrArray *
search (Journey *self, const char *words, guint n)
{
  g_autoptr (GPtrArray) tiles = g_ptr_array_new ();

  hand_key (GDK_KEY_f, GDK_CONTROL_MASK);
  hand_key (GDK_KEY_a, GDK_CONTROL_MASK);
  hand_type (words);
  hand_wait (count_found (self) == n);
  while (tiles->len != n)
    {
      hand_wait_for_frame (GTK_WIDGET (self->gallery));
      g_ptr_array_set_size (tiles, 0);
      collect_tiles (gallery_child (self, "grid"), tiles);
    }
  return g_steal_pointer (&tiles);
}

static void
wait_until_enabled (Journey *self, const char *action)
{
  hand_wait (g_action_group_get_action_enabled (G_ACTION_GROUP (self->gallery->actions), action));
}

/* The pictures that it was painted from, which are looked up when it is
 * selected. */
static guint
count_parents (Journey *self)
{
  GtkWidget *recipe = gallery_child (self, "recipe");
  GtkWidget *parents = GTK_WIDGET (gtk_widget_get_template_child (recipe, PENT_TYPE_RECIPE_VIEW, "parents"));
  guint n = 0;

  for (GtkWidget *at = gtk_widget_get_first_child (parents); at != NULL; at = gtk_widget_get_next_sibling (at))
    n++;
  return n;
}

static void
run_again (Journey *self)
{
  g_autoptr (GPtrArray) tiles = search (self, "hill", 1);

  hand_click_widget (tiles->pdata[0]);
  hand_wait (count_parents (self) == 2);
  wait_until_enabled (self, "run-again");
  hand_click_widget (find_button (GTK_WIDGET (self->gallery), "gallery.run-again"));
  hand_wait (self->gallery->comparison != NULL);
  g_assert_cmpstr (gtk_label_get_text (gallery_child (self, "rerun_label")), ==, "Identical: no pixel differs.");
  assert_stored (self, 0);
}

static GtkWidget *
find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
      if (G_TYPE_CHECK_INSTANCE_TYPE (window, type))
        return window;
    }
  return NULL;
}

/* The picture that was generated, and what was made of it under the mask. */
static void
compare (Journey *self)
{
  g_autoptr (GPtrArray) tiles = search (self, "boat", 3);
  GtkWidget *window;

  hand_click_widget (tiles->pdata[0]);
  hand_click (tiles->pdata[1], 20, 20, GDK_CONTROL_MASK);
  wait_until_enabled (self, "compare");
  hand_click_widget (find_button (GTK_WIDGET (self->gallery), "gallery.compare"));
  hand_wait ((window = find_window (PENT_TYPE_COMPARE_WINDOW)) != NULL);
  hand_show (GTK_WINDOW (window));
  const char *verdict = pent_compare_window_get_verdict (PENT_COMPARE_WINDOW (window));
  g_autofree char *differing = g_strdup_printf (" of %d pixels differ", SIDE * SIDE);
  g_assert_nonnull (strstr (verdict, differing));
  PentWipe *wipe = pent_compare_window_get_wipe (PENT_COMPARE_WINDOW (window));
  double before = pent_wipe_get_position (wipe);
  int y = gtk_widget_get_height (GTK_WIDGET (wipe)) / 2, width = gtk_widget_get_width (GTK_WIDGET (wipe));
  hand_drag (GTK_WIDGET (wipe), width / 2.0, y, width / 2.0 + 60, y);
  g_assert_cmpfloat (pent_wipe_get_position (wipe), >, before);
  gtk_window_close (GTK_WINDOW (window));
  hand_show (GTK_WINDOW (self->fixture.window));
}

/* The dialog is GTK's: a name is typed, and Return saves. What it leaks is that
 * of a library it uses. */
static void
export (Journey *self)
{
  g_autoptr (GPtrArray) tiles = search (self, "hill", 1);
  g_autofree char *name = g_build_filename (self->folder, "saved.png", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  GtkWidget *dialog;

  hand_click_widget (tiles->pdata[0]);
  wait_until_enabled (self, "export");
  __lsan_disable ();
  hand_key (GDK_KEY_e, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  hand_wait ((dialog = find_window (GTK_TYPE_FILE_CHOOSER)) != NULL);
  hand_show (GTK_WINDOW (dialog));
  g_assert_true (gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL));
  hand_key (GDK_KEY_a, GDK_CONTROL_MASK);
  hand_type ("saved");
  hand_key (GDK_KEY_Return, 0);
  hand_wait (g_file_test (name, G_FILE_TEST_EXISTS));
  hand_wait (find_window (GTK_TYPE_FILE_CHOOSER) == NULL);
  __lsan_enable ();
  hand_show (GTK_WINDOW (self->fixture.window));
}

/* A mask, a prompt, and one pane less. */
static void
leave (Journey *self)
{
  g_autoptr (GKeyFile) left = g_key_file_new ();
  g_autofree char *file = g_build_filename (self->folder, "left", NULL);

  write_prompt (self, "a quiet lake");
  hand_key (GDK_KEY_e, GDK_CONTROL_MASK);
  fixture_drag (&self->fixture, 30, 90, 70, 100);
  hand_key (GDK_KEY_F9, GDK_CONTROL_MASK);
  g_assert_false (adw_flap_get_reveal_flap (fixture_child (&self->fixture, "gallery_flap")));
  g_autofree char *prompt = get_prompt (self);
  g_autofree char *picture = sum_picture (pent_document_get_picture (self->document));
  g_autofree char *mask = sum_mask (self);
  g_assert_cmpstr (prompt, ==, "a quiet lake");
  g_key_file_set_string (left, GROUP, "prompt", prompt);
  g_key_file_set_string (left, GROUP, "picture", picture);
  g_key_file_set_string (left, GROUP, "mask", mask);
  g_key_file_set_integer (left, GROUP, "stored", self->n_stored);
  g_assert_true (g_key_file_save_to_file (left, file, NULL));
}

static void
assert_left (GKeyFile *left, const char *key, const char *value)
{
  g_autofree char *before = g_key_file_get_string (left, GROUP, key, NULL);

  g_assert_cmpstr (before, ==, value);
}

static void
find_all_again (Journey *self)
{
  g_autoptr (GKeyFile) left = g_key_file_new ();
  g_autofree char *file = g_build_filename (self->folder, "left", NULL);

  g_assert_true (g_key_file_load_from_file (left, file, 0, NULL));
  g_assert_cmpint (pent_document_get_width (self->document), ==, SIDE + 16);
  g_autofree char *prompt = get_prompt (self);
  g_autofree char *picture = sum_picture (pent_document_get_picture (self->document));
  g_autofree char *mask = sum_mask (self);
  assert_left (left, "prompt", prompt);
  assert_left (left, "picture", picture);
  assert_left (left, "mask", mask);
  g_assert_false (pent_tile_mask_is_empty (pent_document_get_mask (self->document)));
  g_assert_true (adw_flap_get_reveal_flap (fixture_child (&self->fixture, "flap")));
  g_assert_false (adw_flap_get_reveal_flap (fixture_child (&self->fixture, "gallery_flap")));
  g_assert_false (pent_banner_is_shown (fixture_child (&self->fixture, "question")));
  hand_wait (count_found (self) == g_key_file_get_integer (left, GROUP, "stored", NULL));
}

/* --- the processes --- */

static void
go_first_way (Journey *self)
{
  keep_early (self);
  paint_mask_and_undo (self);
  generate (self);
  cancel (self);
  inpaint (self);
  extend (self);
  run_again (self);
  compare (self);
  export (self);
  leave (self);
}

/* In the program's own main loop, which ends with its window. */
static void
go (GApplication *application, void (*way) (Journey *self))
{
  Journey self = { .folder = g_getenv ("JOURNEY_FOLDER") };

  fixture_take (&self.fixture, GTK_APPLICATION (application));
  self.document = pent_window_get_document (self.fixture.window);
  self.gallery = PENT_GALLERY (adw_bin_get_child (fixture_child (&self.fixture, "gallery_slot")));
  self.previews = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gulong handler = g_signal_connect (self.document, "preview-changed", G_CALLBACK (previewed_cb), &self);
  way (&self);
  g_signal_handler_disconnect (self.document, handler);
  g_hash_table_unref (self.previews);
  hand_key (GDK_KEY_w, GDK_CONTROL_MASK);
}

static gboolean
first_cb (gpointer application)
{
  go (application, go_first_way);
  return G_SOURCE_REMOVE;
}

static gboolean
second_cb (gpointer application)
{
  go (application, find_all_again);
  return G_SOURCE_REMOVE;
}

static void
activated_cb (GApplication *application, GSourceFunc way)
{
  g_idle_add (way, application);
}

static int
run_studio (GSourceFunc way)
{
  g_autoptr (PentApplication) application = pent_application_new ();

  g_signal_connect_after (application, "activate", G_CALLBACK (activated_cb), way);
  return g_application_run (G_APPLICATION (application), 0, NULL);
}

static void
run_process (const char *program, const char *way, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  static const char *const places[][2] = {
    { "PENTIMENTO_DATA_DIR", "data" }, { "XDG_CONFIG_HOME", "config" }, { "XDG_CACHE_HOME", "cache" },
  };

  g_subprocess_launcher_setenv (launcher, "JOURNEY_FOLDER", folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "GSETTINGS_BACKEND", "keyfile", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *place = g_build_filename (folder, places[i][1], NULL);
      g_subprocess_launcher_setenv (launcher, places[i][0], place, TRUE);
    }
  g_autoptr (GSubprocess) child = g_subprocess_launcher_spawn (launcher, &error, program, way, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (child, NULL, &error);
  g_assert_no_error (error);
}

static void
test_journey (gconstpointer program)
{
  Folder folder;

  folder_set_up (&folder, NULL);
  run_process (program, "--first", folder.path);
  run_process (program, "--second", folder.path);
  folder_tear_down (&folder, NULL);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--first"))
    return run_studio (first_cb);
  if (argc == 2 && g_str_equal (argv[1], "--second"))
    return run_studio (second_cb);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/journey", argv[0], test_journey);
  return g_test_run ();
}
