/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <string.h>

#include "pent-picture.h"

/* Pictures that come and go: the clipboard, and what is dragged and dropped. */

#define PARAMETERS "a red fox\nSteps: 7, Sampler: Euler a, CFG scale: 5, Seed: 42, Size: 64x48, Model: other"

static PentPromptPane *
get_pane (Fixture *fixture)
{
  return fixture_child (fixture, "prompt_pane");
}

static GBytes *
make_png (guint8 level, const char *parameters)
{
  g_autoptr (PentImage) image = pent_image_new (64, 48, 3, 8, NULL);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();

  memset (image->pixels, level, image->stride * image->height);
  if (parameters != NULL)
    pent_text_fields_add (texts, PENT_FIELD_PARAMETERS, parameters);
  return pent_picture_encode (image, PENT_PICTURE_PNG, texts, NULL);
}

static void
put (Fixture *fixture, const char *mime_type, GBytes *bytes)
{
  g_autoptr (GdkContentProvider) provider = gdk_content_provider_new_for_bytes (mime_type, bytes);

  g_assert_true (gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (fixture->window)), provider));
}

/* Until another picture is on the canvas than @before. */
static PentImage *
wait_for_picture (Fixture *fixture, PentImage *before)
{
  PentDocument *document = pent_window_get_document (fixture->window);

  while (pent_document_get_picture (document) == before)
    g_main_context_iteration (NULL, TRUE);
  hand_settle ();
  return pent_document_get_picture (document);
}

static void
wait_for_error (Fixture *fixture)
{
  while (!fixture_shows_error (fixture))
    g_main_context_iteration (NULL, TRUE);
}

/* What another program wrote into a file's bytes is offered, and taken over as
 * one edit. */
static void
test_paste_recipe (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (GBytes) png = make_png (90, PARAMETERS);
  g_autofree char *prompt = NULL, *undone = NULL;

  fixture_open (&fixture, (gpointer) application, NULL);
  put (&fixture, "image/png", png);
  g_assert_true (fixture_act (&fixture, "paste"));
  PentImage *picture = wait_for_picture (&fixture, NULL);
  g_assert_cmpint (picture->width, ==, 64);
  g_assert_cmpint (picture->pixels[0], ==, 90);
  fixture_act (&fixture, "use-opened");
  prompt = pent_prompt_pane_dup_prompt (get_pane (&fixture));
  g_assert_cmpstr (prompt, ==, "a red fox");
  g_assert_cmpfloat (gtk_spin_button_get_value (fixture_spin (&fixture, "steps")), ==, 7);
  fixture_act (&fixture, "undo");
  undone = pent_prompt_pane_dup_prompt (get_pane (&fixture));
  g_assert_cmpstr (undone, !=, "a red fox");
  fixture_close (&fixture);
}

/* What was painted keeps its recipe over the clipboard, and what is not from a
 * file has none. */
static void
test_copy_recipe (gconstpointer application)
{
  Fixture fixture;
  g_autofree char *painted = NULL, *used = NULL;

  fixture_open (&fixture, (gpointer) application, NULL);
  PentDocument *document = pent_window_get_document (fixture.window);
  painted = pent_prompt_pane_dup_prompt (get_pane (&fixture));
  fixture_few_steps (&fixture);
  g_assert_true (fixture_act (&fixture, "generate"));
  fixture_wait (&fixture);
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (document));
  g_assert_true (fixture_act (&fixture, "copy"));
  fixture_type (&fixture, "more");
  g_assert_true (fixture_act (&fixture, "paste"));
  PentImage *after = wait_for_picture (&fixture, before);
  g_assert_cmpmem (before->pixels, before->stride * before->height, after->pixels, after->stride * after->height);
  fixture_act (&fixture, "use-opened");
  used = pent_prompt_pane_dup_prompt (get_pane (&fixture));
  g_assert_cmpstr (used, ==, painted);
  fixture_close (&fixture);
}

static void
test_paste_mask (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (GBytes) png = make_png (255, NULL);

  fixture_open (&fixture, (gpointer) application, NULL);
  PentDocument *document = pent_window_get_document (fixture.window);
  fixture_open_picture (&fixture, 64, 48);
  put (&fixture, "image/png", png);
  g_assert_true (fixture_act (&fixture, "mask-paste"));
  while (pent_tile_mask_is_empty (pent_document_get_mask (document)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 30, 30), ==, 255);
  fixture_close (&fixture);
}

/* What is no picture is a sentence, and the canvas is as it was. */
static void
test_paste_bad (gconstpointer application)
{
  Fixture fixture;
  g_autoptr (GBytes) png = make_png (90, NULL);
  g_autoptr (GBytes) half = g_bytes_new_from_bytes (png, 0, g_bytes_get_size (png) / 2);

  fixture_open (&fixture, (gpointer) application, NULL);
  PentDocument *document = pent_window_get_document (fixture.window);
  fixture_open_picture (&fixture, 64, 48);
  PentImage *before = pent_document_get_picture (document);
  put (&fixture, "image/png", half);
  g_assert_true (fixture_act (&fixture, "paste"));
  wait_for_error (&fixture);
  g_assert_true (pent_document_get_picture (document) == before);

  put (&fixture, "text/uri-list", g_bytes_new_static ("http://example.com/x.png\r\n", 26));
  gtk_widget_activate_action (fixture_child (&fixture, "banner"), "banner.dismiss", NULL);
  g_assert_true (fixture_act (&fixture, "paste"));
  wait_for_error (&fixture);
  g_assert_true (pent_document_get_picture (document) == before);
  fixture_close (&fixture);
}

/* The pointer takes the picture from its button to the canvas, where it is
 * another one; and to the button with the mask, where it becomes that. */
static void
test_drag (gconstpointer application)
{
  Fixture fixture;

  fixture_open (&fixture, (gpointer) application, NULL);
  PentDocument *document = pent_window_get_document (fixture.window);
  fixture_open_picture (&fixture, 64, 48);
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (document));
  hand_carry (fixture_child (&fixture, "copy_button"), GTK_WIDGET (fixture.canvas));
  PentImage *after = wait_for_picture (&fixture, before);
  g_assert_cmpmem (before->pixels, before->stride * before->height, after->pixels, after->stride * after->height);
  hand_wait_for_frame (GTK_WIDGET (fixture.window));

  hand_carry (fixture_child (&fixture, "copy_button"), fixture_child (&fixture, "mask_button"));
  while (pent_tile_mask_is_empty (pent_document_get_mask (document)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (pent_document_get_picture (document) == after);
  fixture_close (&fixture);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; GTestDataFunc test; } tests[] = {
    { "/transfer/paste-recipe", test_paste_recipe }, { "/transfer/copy-recipe", test_copy_recipe },
    { "/transfer/paste-mask", test_paste_mask },     { "/transfer/paste-bad", test_paste_bad },
    { "/transfer/drag", test_drag },
  };
  g_autoptr (PentApplication) application = NULL;

  g_test_init (&argc, &argv, NULL);
  application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, application, tests[i].test);
  return g_test_run ();
}
