/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <string.h>

#include "pent-banner.h"
#include "pent-join-bar.h"

/* The starter model paints for these tests, smaller than it paints best. */
#define SIDE 128

static void
open_small (Fixture *fixture, gconstpointer application)
{
  fixture_open (fixture, (gpointer) application, NULL);
  gtk_spin_button_set_value (fixture_spin (fixture, "width"), SIDE);
  gtk_spin_button_set_value (fixture_spin (fixture, "height"), SIDE);
}

/* How many previews differ from each other. */
static void
previewed_cb (PentDocument *document, GHashTable *seen)
{
  PentRect area;
  PentImage *preview = pent_document_get_preview (document, &area);

  if (preview != NULL)
    g_hash_table_add (seen, g_compute_checksum_for_data (G_CHECKSUM_SHA256, preview->pixels,
                                                         preview->stride * preview->height));
}

/* Generate, wherever the focus is: previews, a picture, and it is stored. */
static void
test_generate (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();
  g_autoptr (GHashTable) previews = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  open_small (&fixture, application);
  PentDocument *document = pent_window_get_document (fixture.window);
  g_signal_connect (document, "preview-changed", G_CALLBACK (previewed_cb), previews);
  g_assert_null (pent_document_get_picture (document));
  g_assert_false (gtk_widget_get_visible (fixture_child (&fixture, "cancel_button")));
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 40);
  hand_key (GDK_KEY_Return, GDK_CONTROL_MASK);
  g_assert_true (fixture_is_busy (&fixture));
  /* Escape closes what is open, and nothing else. */
  hand_key (GDK_KEY_j, GDK_CONTROL_MASK);
  hand_key (GDK_KEY_Escape, 0);
  g_assert_false (gtk_widget_get_visible (fixture_child (&fixture, "queue_popover")));

  fixture_wait (&fixture);
  PentImage *picture = pent_document_get_picture (document);
  g_assert_nonnull (picture);
  g_assert_cmpint (picture->width, ==, SIDE);
  g_assert_cmpint (g_hash_table_size (previews), >=, 5);
  g_assert_cmpint (fixture_count_stored (), ==, n_stored + 1);
  g_assert_false (fixture_shows_error (&fixture));
  g_assert_false (gtk_widget_get_visible (fixture_child (&fixture, "cancel_button")));
  fixture_close (&fixture);
}

static void
act_once (PentDocument *document, Fixture *fixture, const char *action)
{
  PentRect area;

  if (pent_document_get_preview (document, &area) == NULL)
    return;
  g_assert_true (gtk_widget_get_visible (fixture_child (fixture, "cancel_button")));
  fixture_act (fixture, action);
}

static void
cancel_cb (PentDocument *document, Fixture *fixture)
{
  act_once (document, fixture, "cancel");
}

static void
keep_cb (PentDocument *document, Fixture *fixture)
{
  act_once (document, fixture, "keep");
}

static void
test_cancel (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();

  open_small (&fixture, application);
  PentDocument *document = pent_window_get_document (fixture.window);
  g_signal_connect (document, "preview-changed", G_CALLBACK (cancel_cb), &fixture);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 150);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  g_assert_null (pent_document_get_picture (document));
  g_assert_cmpint (fixture_count_stored (), ==, n_stored);
  g_assert_false (fixture_shows_error (&fixture));
  g_signal_handlers_disconnect_by_data (document, &fixture);
  fixture_close (&fixture);
}

/* Escape, wherever the focus is. */
static void
test_escape (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();

  open_small (&fixture, application);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 150);
  g_assert_true (fixture_act (&fixture, "generate"));
  while (pent_queue_get_running (fixture.queue) == NULL)
    g_main_context_iteration (NULL, TRUE);
  hand_key (GDK_KEY_Escape, 0);
  fixture_wait (&fixture);
  g_assert_cmpint (fixture_count_stored (), ==, n_stored);
  g_assert_false (fixture_shows_error (&fixture));
  fixture_close (&fixture);
}

/* What is predicted after a few steps is kept, as a picture like any other. */
static void
test_keep (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();

  open_small (&fixture, application);
  PentDocument *document = pent_window_get_document (fixture.window);
  g_signal_connect (document, "preview-changed", G_CALLBACK (keep_cb), &fixture);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 150);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  g_assert_nonnull (pent_document_get_picture (document));
  g_assert_cmpint (fixture_count_stored (), ==, n_stored + 1);
  g_assert_false (fixture_shows_error (&fixture));
  g_signal_handlers_disconnect_by_data (document, &fixture);
  fixture_close (&fixture);
}

/* Generate never waits: three requests, of which the last goes first and one is
 * given up. */
static void
test_queue (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();

  open_small (&fixture, application);
  GListModel *model = G_LIST_MODEL (fixture.queue);
  fixture_few_steps (&fixture);
  g_action_group_change_action_state (G_ACTION_GROUP (fixture.window), "pause", g_variant_new_boolean (TRUE));
  g_assert_true (pent_queue_get_paused (fixture.queue));
  for (int i = 0; i < 3; i++)
    g_assert_true (fixture_act (&fixture, "generate"));
  g_assert_cmpint (g_list_model_get_n_items (model), ==, 3);
  g_assert_cmpstr (gtk_label_get_text (fixture_child (&fixture, "queue_count")), ==, "3");

  g_autoptr (PentJob) last = g_list_model_get_item (model, 2);
  gint64 id = pent_job_get_id (last);
  g_action_group_activate_action (G_ACTION_GROUP (fixture.window), "move-job", g_variant_new ("(xi)", id, -1));
  g_autoptr (PentJob) middle = g_list_model_get_item (model, 1);
  g_assert_true (middle == last);
  g_action_group_activate_action (G_ACTION_GROUP (fixture.window), "cancel-job", g_variant_new_int64 (id));
  g_assert_cmpint (g_list_model_get_n_items (model), ==, 2);
  g_action_group_change_action_state (G_ACTION_GROUP (fixture.window), "pause", g_variant_new_boolean (FALSE));
  fixture_wait (&fixture);
  g_assert_cmpint (fixture_count_stored (), ==, n_stored + 2);
  fixture_close (&fixture);
}

/* A model that is gone is a sentence in the window, and the job waits to be
 * tried again. */
static void
test_error (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (PentRequest) request = pent_request_new ();

  open_small (&fixture, application);
  request->model = g_strdup ("/no/such/model.safetensors");
  pent_window_submit (fixture.window, request);
  fixture_wait (&fixture);
  g_assert_true (fixture_shows_error (&fixture));
  g_assert_cmpint (g_list_model_get_n_items (G_LIST_MODEL (fixture.queue)), ==, 1);
  g_autoptr (PentJob) job = g_list_model_get_item (G_LIST_MODEL (fixture.queue), 0);
  g_assert_cmpstr (pent_banner_get_message (fixture_child (&fixture, "banner")), ==, pent_job_get_error (job));
  g_action_group_activate_action (G_ACTION_GROUP (fixture.window), "cancel-job",
                                  g_variant_new_int64 (pent_job_get_id (job)));
  g_assert_cmpint (g_list_model_get_n_items (G_LIST_MODEL (fixture.queue)), ==, 0);
  fixture_close (&fixture);
}

/* What is not masked comes back byte for byte; the mask stays. */
static void
test_repaint (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 128, 128);
  fixture_few_steps (&fixture);
  PentDocument *document = pent_window_get_document (fixture.window);
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (document));
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 30);
  fixture_drag (&fixture, 40, 60, 90, 60);
  g_assert_cmpstr (gtk_button_get_label (fixture_child (&fixture, "generate_button")), ==, "_Repaint");
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);

  PentImage *after = pent_document_get_picture (document);
  const PentTileMask *mask = pent_document_get_mask (document);
  int n_changed = 0;
  g_assert_true (after != before);
  for (int y = 0; y < 128; y++)
    for (int x = 0; x < 128; x++)
      {
        gboolean same = memcmp (before->pixels + y * before->stride + x * 3, after->pixels + y * after->stride + x * 3, 3) == 0;
        n_changed += !same;
        if (pent_tile_mask_get (mask, x, y) == 0)
          g_assert_true (same);
      }
  g_assert_cmpint (n_changed, >, 200);
  fixture_act (&fixture, "undo");
  g_assert_true (pent_document_get_picture (document) == before);
  fixture_close (&fixture);
}

static void
wait_for_picture (Fixture *fixture, PentImage *old)
{
  while (pent_document_get_picture (pent_window_get_document (fixture->window)) == old)
    g_main_context_iteration (NULL, TRUE);
}

/* After an edit its joining can still be chosen: one more edit of the document,
 * which is stored when it is asked for. */
static void
test_join (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 128, 128);
  fixture_few_steps (&fixture);
  PentDocument *document = pent_window_get_document (fixture.window);
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 40);
  fixture_drag (&fixture, 40, 60, 90, 60);
  g_assert_false (gtk_revealer_get_reveal_child (fixture_child (&fixture, "join_revealer")));
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  g_assert_true (gtk_revealer_get_reveal_child (fixture_child (&fixture, "join_revealer")));

  g_autoptr (PentImage) result = pent_image_ref (pent_document_get_picture (document));
  GtkWidget *bar = fixture_child (&fixture, "join_bar");
  GtkRange *feather = GTK_RANGE (gtk_widget_get_template_child (bar, PENT_TYPE_JOIN_BAR, "feather"));
  gtk_range_set_value (feather, gtk_range_get_value (feather) + 9);
  wait_for_picture (&fixture, result);
  g_autoptr (PentImage) joined = pent_image_ref (pent_document_get_picture (document));
  g_assert_cmpint (memcmp (result->pixels, joined->pixels, result->stride * 128), !=, 0);
  int n_stored = fixture_count_stored ();
  g_assert_true (fixture_act (&fixture, "store-joined"));
  while (fixture_count_stored () == n_stored)
    g_main_context_iteration (NULL, TRUE);
  fixture_act (&fixture, "undo");
  g_assert_true (pent_document_get_picture (document) == result);
  g_assert_false (gtk_revealer_get_reveal_child (fixture_child (&fixture, "join_revealer")));
  fixture_close (&fixture);
}

/* A handle is dragged, the picture extended, and what was there is still
 * there. */
static void
test_extend (gconstpointer application)
{
  Fixture fixture;
  int margins[PENT_N_SIDES];

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 128, 128);
  fixture_few_steps (&fixture);
  PentDocument *document = pent_window_get_document (fixture.window);
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (document));
  double gap = 9 / pent_canvas_get_zoom (fixture.canvas);
  fixture_drag (&fixture, 128 + gap, 64, 128 + gap + 14, 64);
  pent_document_get_margins (document, margins);
  g_assert_cmpint (margins[PENT_SIDE_RIGHT], ==, 16);
  g_assert_cmpint (margins[PENT_SIDE_LEFT], ==, 0);
  g_assert_cmpfloat (gtk_spin_button_get_value (fixture_spin (&fixture, "margin_right")), ==, 16);
  g_assert_cmpint (pent_document_get_undo (document), ==, PENT_EDIT_EXTEND);

  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  g_assert_false (fixture_shows_error (&fixture));
  g_assert_cmpint (pent_document_get_width (document), ==, 144);
  PentImage *after = pent_document_get_picture (document);
  for (int y = 0; y < 128; y++)
    g_assert_cmpmem (before->pixels + y * before->stride, 128 * 3, after->pixels + y * after->stride, 128 * 3);
  pent_document_get_margins (document, margins);
  g_assert_cmpint (margins[PENT_SIDE_RIGHT], ==, 0);
  fixture_close (&fixture);
}

/* What lies under each preview, in the order of the run. */
static void
collect_backdrop_cb (PentDocument *document, GPtrArray *seen)
{
  int x, y;
  PentImage *backdrop = pent_document_get_backdrop (document, &x, &y);

  if (backdrop == NULL || (seen->len > 0 && backdrop == g_ptr_array_index (seen, seen->len - 1)))
    return;
  g_assert_cmpint (x, ==, -512);
  g_assert_cmpint (y, ==, 0);
  g_assert_cmpint (backdrop->width, ==, 512 + 256);
  g_ptr_array_add (seen, pent_image_ref (backdrop));
}

/* Much is extended part by part: what is painted already is seen while the next
 * part is. */
static void
test_parts (gconstpointer application)
{
  Fixture fixture;
  const int margins[PENT_N_SIDES] = { [PENT_SIDE_LEFT] = 512 };
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_image_unref);
  int x, y;

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 256, 256);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 8);
  PentDocument *document = pent_window_get_document (fixture.window);
  pent_document_set_margins (document, margins, 0);
  g_signal_connect (document, "preview-changed", G_CALLBACK (collect_backdrop_cb), seen);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  g_assert_false (fixture_shows_error (&fixture));
  g_assert_cmpint (seen->len, >=, 2);
  PentImage *first = g_ptr_array_index (seen, 0), *last = g_ptr_array_index (seen, seen->len - 1);
  g_assert_cmpint (memcmp (first->pixels, last->pixels, first->stride * first->height), !=, 0);
  g_assert_null (pent_document_get_backdrop (document, &x, &y));
  fixture_close (&fixture);
}

/* Who works on something else is not disturbed: the picture is offered. */
static void
test_elsewhere (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_few_steps (&fixture);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_open_picture (&fixture, 64, 64);
  fixture_wait (&fixture);
  g_assert_cmpint (fixture_count_stored (), ==, n_stored + 1);
  g_assert_cmpint (pent_document_get_width (pent_window_get_document (fixture.window)), ==, 64);
  fixture_close (&fixture);
}

/* The window asks once, and what was not finished is offered at the next
 * start. */
static void
test_close_while_painting (gconstpointer application)
{
  Fixture fixture;

  open_small (&fixture, application);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 150);
  g_assert_true (fixture_act (&fixture, "generate"));
  gtk_window_close (GTK_WINDOW (fixture.window));
  hand_settle ();
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture.window)));
  g_assert_true (pent_banner_is_shown (fixture_child (&fixture, "question")));
  fixture_close (&fixture);

  open_small (&fixture, application);
  while (!pent_banner_is_shown (fixture_child (&fixture, "question")))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_list_model_get_n_items (G_LIST_MODEL (fixture.queue)), ==, 1);
  g_assert_true (fixture_act (&fixture, "discard-offered"));
  g_assert_cmpint (g_list_model_get_n_items (G_LIST_MODEL (fixture.queue)), ==, 0);
  fixture_close (&fixture);
}

/* In the background it is finished, and then the window is gone. */
static void
test_background (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();

  open_small (&fixture, application);
  gpointer window = fixture.window;
  g_object_add_weak_pointer (G_OBJECT (fixture.window), &window);
  g_assert_true (fixture_act (&fixture, "generate"));
  gtk_window_close (GTK_WINDOW (fixture.window));
  g_assert_true (fixture_act (&fixture, "go-to-background"));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (fixture.window)));
  while (window != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (fixture_count_stored (), ==, n_stored + 1);
  g_assert_finalize_object (fixture.queue);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; GTestDataFunc test; } tests[] = {
    { "/runs/generate", test_generate },     { "/runs/cancel", test_cancel },
    { "/runs/keep", test_keep },             { "/runs/queue", test_queue },
    { "/runs/error", test_error },           { "/runs/repaint", test_repaint },
    { "/runs/extend", test_extend },         { "/runs/elsewhere", test_elsewhere },
    { "/runs/join", test_join },             { "/runs/escape", test_escape },
    { "/runs/parts", test_parts },
    { "/runs/background", test_background }, { "/runs/close-while-painting", test_close_while_painting },
  };
  g_autoptr (PentApplication) application = NULL;

  g_test_init (&argc, &argv, NULL);
  application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, application, tests[i].test);
  return g_test_run ();
}
