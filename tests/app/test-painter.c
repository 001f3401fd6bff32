/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-painter.h"

/* The starter model paints for these tests: few steps, small pictures. */

typedef struct
{
  int    busy;
  int    previews;
  int    pictures;
  int    width;       /* of the newest picture */
  int    errors;
  double fraction;
} Seen;

static void
busy_cb (GObject *painter, GParamSpec *pspec, Seen *seen)
{
  seen->busy++;
}

static void
previewed_cb (PentPainter *painter, Seen *seen)
{
  PentRect area;

  if (pent_painter_get_preview (painter, &area) == NULL)
    return;
  g_assert_cmpint (area.width, ==, 64);
  seen->previews++;
}

static void
painted_cb (PentPainter *painter, PentImage *picture, PentRequest *request, Seen *seen)
{
  g_assert_cmpint (picture->height, ==, 64);
  g_assert_true (request == pent_painter_get_request (painter));
  seen->pictures++;
  seen->width = picture->width;
}

static void
error_cb (GObject *painter, GParamSpec *pspec, Seen *seen)
{
  seen->errors++;
}

static void
fraction_cb (PentPainter *painter, GParamSpec *pspec, Seen *seen)
{
  double fraction = pent_painter_get_fraction (painter);
  g_assert_cmpfloat (fraction, >=, seen->fraction);
  g_assert_cmpfloat (fraction, <=, 1);
  seen->fraction = fraction;
}

static PentPainter *
new_painter (Seen *seen)
{
  PentPainter *painter = pent_painter_new ();
  *seen = (Seen) { 0 };
  g_signal_connect (painter, "notify::busy", G_CALLBACK (busy_cb), seen);
  g_signal_connect (painter, "previewed", G_CALLBACK (previewed_cb), seen);
  g_signal_connect (painter, "painted", G_CALLBACK (painted_cb), seen);
  g_signal_connect (painter, "notify::error", G_CALLBACK (error_cb), seen);
  g_signal_connect (painter, "notify::fraction", G_CALLBACK (fraction_cb), seen);
  return painter;
}

static PentRequest *
new_request (int steps)
{
  PentRequest *request = pent_request_new ();
  request->steps = steps;
  request->seed = 7;
  request->width = 64;
  request->height = 64;
  g_free (request->device);
  request->device = g_strdup ("cpu");
  return request;
}

static void
wait_until_idle (PentPainter *painter)
{
  while (pent_painter_get_busy (painter))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_paints (void)
{
  Seen seen;
  g_autoptr (PentRequest) request = new_request (3);
  PentPainter *painter = new_painter (&seen);

  g_assert_false (pent_painter_get_busy (painter));
  pent_painter_start (painter, request);
  g_assert_true (pent_painter_get_busy (painter));
  wait_until_idle (painter);

  PentRect area;
  g_assert_null (pent_painter_get_preview (painter, &area));
  g_assert_cmpint (seen.pictures, ==, 1);
  g_assert_cmpint (seen.width, ==, 64);
  g_assert_cmpint (seen.busy, ==, 2);
  g_assert_cmpint (seen.errors, ==, 0);
  g_assert_cmpint (seen.previews, >=, 1);
  g_assert_cmpfloat (pent_painter_get_fraction (painter), ==, 1);
  g_assert_nonnull (strstr (pent_painter_get_message (painter), "seed 7"));
  g_assert_finalize_object (painter);
}

static void
cancel_cb (PentPainter *painter, gpointer data)
{
  pent_painter_cancel (painter);
}

static void
test_cancel (void)
{
  Seen seen;
  g_autoptr (PentRequest) request = new_request (10000);
  PentPainter *painter = new_painter (&seen);

  g_signal_connect (painter, "previewed", G_CALLBACK (cancel_cb), NULL);
  pent_painter_start (painter, request);
  wait_until_idle (painter);
  g_assert_null (pent_painter_get_error (painter));
  g_assert_cmpstr (pent_painter_get_message (painter), ==, "Cancelled");
  g_assert_cmpint (seen.busy, ==, 2);
  g_assert_finalize_object (painter);
}

static void
test_error_then_picture (void)
{
  Seen seen;
  g_autoptr (PentRequest) wrong = new_request (3);
  g_autoptr (PentRequest) right = new_request (1);
  PentPainter *painter = new_painter (&seen);

  g_free (wrong->model);
  wrong->model = g_strdup ("/no/such/model.safetensors");
  pent_painter_start (painter, wrong);
  wait_until_idle (painter);
  g_assert_nonnull (strstr (pent_painter_get_error (painter), "/no/such/model.safetensors"));
  g_assert_cmpint (seen.pictures, ==, 0);

  seen.fraction = 0;
  pent_painter_start (painter, right);
  wait_until_idle (painter);
  g_assert_null (pent_painter_get_error (painter));
  g_assert_cmpint (seen.pictures, ==, 1);
  g_assert_cmpint (seen.errors, ==, 2);
  g_assert_cmpint (seen.busy, ==, 4);
  g_assert_finalize_object (painter);
}

/* Dropped in mid-run, with news on the way: the worker is joined and its last
 * words reach nobody. */
static void
test_drop (void)
{
  Seen seen;
  g_autoptr (PentRequest) request = new_request (10000);
  PentPainter *painter = new_painter (&seen);

  pent_painter_start (painter, request);
  while (seen.previews == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (painter);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (seen.busy, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/painter/paints", test_paints);
  g_test_add_func ("/painter/cancel", test_cancel);
  g_test_add_func ("/painter/error-then-picture", test_error_then_picture);
  g_test_add_func ("/painter/drop", test_drop);
  return g_test_run ();
}
