/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-document.h"

#include <string.h>

#define WIDTH  230
#define HEIGHT 170

static PentImage *
new_picture (int width, int height, guint8 value)
{
  PentImage *image = pent_image_new (width, height, 3, 8, NULL);

  memset (image->pixels, value, image->stride * image->height);
  return image;
}

static PentDocument *
new_document (void)
{
  PentDocument *document = pent_document_new (64, 64);
  g_autoptr (PentImage) picture = new_picture (WIDTH, HEIGHT, 90);

  pent_document_open_picture (document, picture);
  return document;
}

static GVariant *
new_settings (const char *prompt)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "prompt", "s", prompt);
  return g_variant_dict_end (&dict);
}

static const char *
prompt_of (PentDocument *document)
{
  const char *prompt = NULL;
  GVariant *settings = pent_document_get_settings (document);

  if (settings != NULL)
    g_variant_lookup (settings, "prompt", "&s", &prompt);
  return prompt;
}

static void
paint (PentDocument *document, GRand *random)
{
  PentBrush brush = { .size = g_rand_double_range (random, 1, 80), .hardness = g_rand_double (random),
                      .opacity = g_rand_double_range (random, 0.1, 1), .erase = g_rand_boolean (random) };

  pent_document_begin_stroke (document, &brush, g_rand_double_range (random, 0, WIDTH),
                              g_rand_double_range (random, 0, HEIGHT), 1);
  for (int i = 0; i < 4; i++)
    pent_document_stroke_to (document, g_rand_double_range (random, -20, WIDTH + 20),
                             g_rand_double_range (random, -20, HEIGHT + 20), g_rand_double (random));
  pent_document_end_stroke (document);
}

static void
edit (PentDocument *document, GRand *random)
{
  const PentPoint points[] = { { 10, 10 }, { g_rand_double_range (random, 20, WIDTH), 30 }, { 40, HEIGHT } };
  const int margins[PENT_N_SIDES] = { g_rand_int_range (random, 0, 99), 8, 0, 3 };
  g_autofree char *prompt = g_strdup_printf ("prompt %u", g_rand_int (random));

  switch (g_rand_int_range (random, 0, 9))
    {
    case 0:
      pent_document_invert_mask (document);
      break;
    case 1:
      pent_document_grow_mask (document, g_rand_int_range (random, -9, 9));
      break;
    case 2:
      pent_document_fill_shape (document, PENT_EDIT_LASSO, points, 3, 0.7, g_rand_boolean (random));
      break;
    case 3:
      pent_document_set_margins (document, margins, 0);
      break;
    case 4:
      pent_document_set_settings (document, new_settings (prompt), 0);
      break;
    default:
      paint (document, random);
    }
}

static void
assert_same_bytes (PentCanvasState *a, PentCanvasState *b)
{
  g_autoptr (PentImage) mask_a = pent_tile_mask_to_image (a->mask, NULL);
  g_autoptr (PentImage) mask_b = pent_tile_mask_to_image (b->mask, NULL);

  g_assert_true (pent_canvas_state_equal (a, b));
  g_assert_cmpmem (mask_a->pixels, mask_a->stride * mask_a->height, mask_b->pixels, mask_b->stride * mask_b->height);
}

/* After random edits every state comes back byte for byte, on the way back, on
 * the way forth, and after zigzags. */
static void
test_undo_is_exact (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  PentDocument *document = new_document ();
  g_autoptr (GPtrArray) states = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_canvas_state_unref);

  g_ptr_array_add (states, pent_document_snapshot (document));
  while (states->len < 60)
    {
      g_autoptr (PentCanvasState) state = NULL;
      edit (document, random);
      state = pent_document_snapshot (document);
      if (!pent_canvas_state_equal (state, g_ptr_array_index (states, states->len - 1)))
        g_ptr_array_add (states, g_steal_pointer (&state));
    }
  int at = states->len - 1;
  for (int i = 0; i < 400; i++)
    {
      gboolean back = i < 70 || (i > 140 && g_rand_boolean (random));
      if (!back)
        pent_document_redo (document);
      else if (at > 0)
        pent_document_undo (document);
      at = CLAMP (at + (back ? -1 : 1), 0, (int) states->len - 1);
      g_autoptr (PentCanvasState) state = pent_document_snapshot (document);
      assert_same_bytes (state, g_ptr_array_index (states, at));
    }
  g_assert_finalize_object (document);
}

typedef struct
{
  PentRect area;
  int      n;
} Seen;

static void
mask_changed_cb (PentDocument *document, int x, int y, int width, int height, Seen *seen)
{
  PentRect area = { x, y, width, height };

  seen->area = pent_rect_unite (&seen->area, &area);
  seen->n++;
}

/* What a view redraws is all that has changed, whatever was done. */
static void
test_areas (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  PentDocument *document = new_document ();
  Seen seen;

  g_signal_connect (document, "mask-changed", G_CALLBACK (mask_changed_cb), &seen);
  for (int i = 0; i < 120; i++)
    {
      g_autoptr (PentCanvasState) before = pent_document_snapshot (document);
      seen = (Seen) { 0 };
      switch (g_rand_int_range (random, 0, 4))
        {
        case 0:
          if (pent_document_get_undo (document) != PENT_EDIT_PICTURE)
            pent_document_undo (document);
          break;
        case 1:
          pent_document_redo (document);
          break;
        default:
          edit (document, random);
        }
      const PentTileMask *mask = pent_document_get_mask (document);
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          {
            PentRect pixel = { x, y, 1, 1 };
            if (pent_tile_mask_get (mask, x, y) != pent_tile_mask_get (before->mask, x, y))
              g_assert_true (pent_rect_contains (&seen.area, &pixel));
          }
    }
  g_assert_finalize_object (document);
}

static void
test_cancelled_stroke (void)
{
  PentDocument *document = new_document ();
  const PentBrush brush = { .size = 50, .hardness = 1, .opacity = 1 };
  Seen seen = { 0 };

  g_signal_connect (document, "mask-changed", G_CALLBACK (mask_changed_cb), &seen);
  g_assert_true (pent_document_begin_stroke (document, &brush, 50, 50, 1));
  pent_document_stroke_to (document, 150, 100, 1);
  g_assert_false (pent_tile_mask_is_empty (pent_document_get_mask (document)));
  pent_document_cancel_stroke (document);
  g_assert_true (pent_tile_mask_is_empty (pent_document_get_mask (document)));
  g_assert_cmpint (pent_document_get_undo (document), ==, PENT_EDIT_PICTURE);
  pent_document_stroke_to (document, 10, 10, 1);
  pent_document_end_stroke (document);
  g_assert_true (pent_tile_mask_is_empty (pent_document_get_mask (document)));
  g_assert_cmpint (seen.n, ==, 3);
  g_assert_finalize_object (document);
}

/* What changes nothing can not be undone, and without a picture nothing is
 * masked. */
static void
test_no_edits (void)
{
  g_autoptr (PentDocument) empty = pent_document_new (64, 64);
  g_autoptr (PentDocument) document = new_document ();
  const PentBrush eraser = { .size = 50, .hardness = 1, .opacity = 1, .erase = TRUE };
  const int margins[PENT_N_SIDES] = { 0 };

  g_assert_false (pent_document_begin_stroke (empty, &eraser, 5, 5, 1));
  pent_document_fill_mask (empty);
  g_assert_true (pent_tile_mask_is_empty (pent_document_get_mask (empty)));
  g_assert_cmpint (pent_document_get_undo (empty), ==, PENT_EDIT_NONE);

  pent_document_begin_stroke (document, &eraser, 50, 50, 1);
  pent_document_end_stroke (document);
  pent_document_clear_mask (document);
  pent_document_grow_mask (document, 5);
  pent_document_set_margins (document, margins, 0);
  g_assert_cmpint (pent_document_get_undo (document), ==, PENT_EDIT_PICTURE);
}

/* Typing is one edit until the writer stops; then another. */
static void
test_merging (void)
{
  g_autoptr (PentDocument) document = new_document ();

  pent_document_set_settings (document, new_settings ("a"), 0);
  pent_document_set_settings (document, new_settings ("a b"), 1);
  pent_document_set_settings (document, new_settings ("a boat"), 1);
  pent_document_set_settings (document, new_settings ("a boat at sea"), 2);
  pent_document_fill_mask (document);
  pent_document_undo (document);
  g_assert_cmpstr (prompt_of (document), ==, "a boat at sea");
  pent_document_undo (document);
  g_assert_cmpstr (prompt_of (document), ==, "a boat");
  pent_document_undo (document);
  g_assert_cmpstr (prompt_of (document), ==, "a");
  pent_document_redo (document);
  g_assert_cmpstr (prompt_of (document), ==, "a boat");

  /* Something new takes the place of what was undone. */
  pent_document_set_settings (document, new_settings ("a house"), 0);
  g_assert_cmpint (pent_document_get_redo (document), ==, PENT_EDIT_NONE);
  g_assert_cmpint (pent_document_get_undo (document), ==, PENT_EDIT_SETTINGS);
}

/* The mask survives a run; margins are painted and gone; both come back. */
static void
test_results (void)
{
  g_autoptr (PentDocument) document = new_document ();
  g_autoptr (PentImage) same = new_picture (WIDTH, HEIGHT, 1);
  g_autoptr (PentImage) wider = new_picture (WIDTH + 40, HEIGHT + 8, 2);
  g_autoptr (PentImage) other = new_picture (32, 32, 3);
  const PentBrush brush = { .size = 10, .hardness = 1, .opacity = 1 };
  const int margins[PENT_N_SIDES] = { 40, 8, 0, 0 };

  pent_document_set_settings (document, new_settings ("kept"), 0);
  pent_document_begin_stroke (document, &brush, 20, 30, 1);
  pent_document_end_stroke (document);
  g_assert_true (pent_document_take_result (document, same, 0, 0));
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 20, 30), ==, 255);

  pent_document_set_margins (document, margins, 0);
  PentRect extent = pent_document_get_extent (document);
  g_assert_cmpint (extent.x, ==, -40);
  g_assert_cmpint (extent.width, ==, WIDTH + 40);
  g_assert_true (pent_document_take_result (document, wider, 40, 8));
  g_assert_cmpint (pent_document_get_width (document), ==, WIDTH + 40);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 60, 38), ==, 255);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 20, 30), ==, 0);
  extent = pent_document_get_extent (document);
  g_assert_cmpint (extent.x, ==, 0);

  g_assert_false (pent_document_take_result (document, other, 0, 0));
  g_assert_true (pent_tile_mask_is_empty (pent_document_get_mask (document)));
  g_assert_cmpstr (prompt_of (document), ==, "kept");
  pent_document_undo (document);
  pent_document_undo (document);
  g_assert_true (pent_document_get_picture (document) == same);
  extent = pent_document_get_extent (document);
  g_assert_cmpint (extent.x, ==, -40);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 20, 30), ==, 255);
}

static void
test_preview (void)
{
  g_autoptr (PentDocument) document = new_document ();
  g_autoptr (PentImage) preview = new_picture (16, 16, 1);
  PentRect area = { 8, 8, 64, 64 };

  pent_document_set_preview (document, preview, &area);
  g_assert_true (pent_document_get_preview (document, &area) == preview);
  g_assert_cmpint (area.width, ==, 64);
  g_assert_cmpint (pent_document_get_undo (document), ==, PENT_EDIT_PICTURE);
  pent_document_close (document, 128, 64);
  g_assert_null (pent_document_get_preview (document, &area));

  /* What it lies on goes with it. */
  int x, y;
  pent_document_set_backdrop (document, preview, -8, -16);
  g_assert_true (pent_document_get_backdrop (document, &x, &y) == preview);
  g_assert_cmpint (x, ==, -8);
  g_assert_cmpint (y, ==, -16);
  pent_document_set_preview (document, NULL, NULL);
  g_assert_null (pent_document_get_backdrop (document, &x, &y));
  g_assert_null (pent_document_get_picture (document));
  pent_document_undo (document);
  g_assert_nonnull (pent_document_get_picture (document));
}

/* The history keeps within its memory, forgets the oldest first, and one step
 * back is always there. */
static void
test_limit (void)
{
  g_autoptr (PentCanvasState) first = pent_canvas_state_new (512, 512);
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  gsize limit = 1 << 20;
  PentHistory *history = pent_history_new (first, limit);
  PentCanvasState *newest = pent_canvas_state_ref (first);

  for (int i = 0; i < 600; i++)
    {
      PentCanvasState *state = pent_canvas_state_copy (newest);
      int n;
      pent_tile_mask_edit_row (state->mask, g_rand_int_range (random, 0, 512), g_rand_int_range (random, 0, 512), &n)[0]++;
      pent_history_push (history, state, PENT_EDIT_PAINT, 0);
      g_assert_cmpuint (pent_history_measure (history), <=, limit);
      pent_canvas_state_unref (newest);
      newest = state;
    }
  int n_back = 0;
  while (pent_history_undo (history) != NULL)
    n_back++;
  g_assert_cmpint (n_back, >, 50);
  g_assert_cmpint (n_back, <, 600);
  while (pent_history_redo (history) != NULL)
    n_back--;
  g_assert_cmpint (n_back, ==, 0);
  pent_history_free (history);

  history = pent_history_new (first, 1);
  pent_history_push (history, newest, PENT_EDIT_PAINT, 0);
  g_assert_true (pent_history_undo (history) == first);
  pent_history_free (history);
  pent_canvas_state_unref (newest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document/undo-is-exact", test_undo_is_exact);
  g_test_add_func ("/document/areas", test_areas);
  g_test_add_func ("/document/cancelled-stroke", test_cancelled_stroke);
  g_test_add_func ("/document/no-edits", test_no_edits);
  g_test_add_func ("/document/merging", test_merging);
  g_test_add_func ("/document/results", test_results);
  g_test_add_func ("/document/preview", test_preview);
  g_test_add_func ("/document/limit", test_limit);
  return g_test_run ();
}
