/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-draft.h"

#include <glib/gstdio.h>
#include <string.h>

#include "pent-document.h"
#include "pent-error.h"

static char *
new_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("pentimento-draft-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static int
empty_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  int n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_unlink (path);
      n++;
    }
  return n;
}

static PentCanvasState *
new_state (guint8 value)
{
  PentCanvasState *state = pent_canvas_state_new (90, 70);
  const PentPoint points[] = { { 5, 5 }, { 80, 20 }, { 30, 65 } };

  state->picture = pent_image_new (90, 70, 3, 8, NULL);
  memset (state->picture->pixels, value, state->picture->stride * 70);
  pent_mask_shape_fill (state->mask, points, 3, value / 255.0, FALSE);
  state->margins[PENT_SIDE_RIGHT] = 64;
  state->settings = g_variant_ref_sink (g_variant_new_parsed ("{'prompt': <'caf\303\251 \"at\" noon'>, 'seed': <int64 12>}"));
  return state;
}

static void
assert_same (PentCanvasState *a, PentCanvasState *b)
{
  g_assert_true (pent_tile_mask_equal (a->mask, b->mask));
  g_assert_cmpmem (a->margins, sizeof a->margins, b->margins, sizeof b->margins);
  g_assert_true (g_variant_equal (a->settings, b->settings));
  g_assert_cmpmem (a->picture->pixels, a->picture->stride * a->picture->height,
                   b->picture->pixels, b->picture->stride * b->picture->height);
}

static void
test_round_trip (void)
{
  g_autofree char *parent = new_folder ();
  g_autofree char *folder = g_build_filename (parent, "deep", "draft", NULL);
  g_autoptr (PentDraft) draft = pent_draft_new (folder);
  g_autoptr (PentCanvasState) nothing = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (pent_draft_load (draft, &nothing, &error));
  g_assert_null (nothing);
  for (int i = 1; i < 4; i++)
    {
      g_autoptr (PentCanvasState) state = new_state (80 * i);
      g_autoptr (PentCanvasState) back = NULL;
      g_autoptr (PentDraft) later = pent_draft_new (folder);
      g_assert_true (pent_draft_save (draft, state, &error));
      g_assert_no_error (error);
      g_assert_true (pent_draft_load (later, &back, &error));
      g_assert_no_error (error);
      assert_same (state, back);
    }
  /* What earlier states needed is gone. */
  g_assert_cmpint (empty_folder (folder), ==, 3);
}

static void
test_empty_canvas (void)
{
  g_autofree char *folder = new_folder ();
  g_autoptr (PentDraft) draft = pent_draft_new (folder);
  g_autoptr (PentCanvasState) state = pent_canvas_state_new (640, 512);
  g_autoptr (PentCanvasState) back = NULL;

  g_assert_true (pent_draft_save (draft, state, NULL));
  g_assert_true (pent_draft_load (draft, &back, NULL));
  g_assert_true (pent_canvas_state_equal (state, back));
  g_assert_cmpint (empty_folder (folder), ==, 1);
}

/* Whatever stands in the index: an error that names it, or a state. */
static void
test_damage (void)
{
  static const char *const texts[] = {
    "", "[]", "{", "null", "{}", "{\"width\": 0, \"height\": 10}", "{\"width\": 99999999999, \"height\": 10}",
    "{\"width\": \"x\", \"height\": []}", "{\"width\": 64, \"height\": 64, \"picture\": \"../../etc/passwd\"}",
    "{\"width\": 64, \"height\": 64, \"settings\": \"{\"}", "{\"width\": 64, \"height\": 64, \"settings\": \"5\"}",
    "{\"width\": 64, \"height\": 64, \"mask\": \"mask-none.png\"}",
  };
  g_autofree char *folder = new_folder ();
  g_autofree char *path = g_build_filename (folder, "draft.json", NULL);
  g_autoptr (PentDraft) draft = pent_draft_new (folder);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PentCanvasState) state = NULL;
      g_autoptr (GError) error = NULL;
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      g_assert_false (pent_draft_load (draft, &state, &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
      g_assert_nonnull (strstr (error->message, folder));
    }
  empty_folder (folder);
}

/* A picture that lost its size: nothing of it is taken over. */
static void
test_other_picture (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *path = g_build_filename (folder, "draft.json", NULL);
  g_autoptr (PentDraft) draft = pent_draft_new (folder);
  g_autoptr (PentCanvasState) state = new_state (80);
  g_autoptr (PentCanvasState) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (pent_draft_save (draft, state, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  char *width = strstr (text, "90");
  g_assert_nonnull (width);
  width[0] = '8';
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_false (pent_draft_load (draft, &back, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  empty_folder (folder);
}

/* Where nothing can be written, the old state stays. */
static void
test_no_folder (void)
{
  g_autofree char *folder = new_folder ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "draft", NULL);
  g_autoptr (PentDraft) draft = pent_draft_new (below);
  g_autoptr (PentCanvasState) state = new_state (80);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_false (pent_draft_save (draft, state, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  empty_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft/round-trip", test_round_trip);
  g_test_add_func ("/draft/empty-canvas", test_empty_canvas);
  g_test_add_func ("/draft/damage", test_damage);
  g_test_add_func ("/draft/other-picture", test_other_picture);
  g_test_add_func ("/draft/no-folder", test_no_folder);
  return g_test_run ();
}
