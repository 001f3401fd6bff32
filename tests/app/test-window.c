/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-window.h"

/* The real window on a display of its own, painting with the starter model. */

static void
iterate_until_idle (PentPainter *painter)
{
  while (pent_painter_get_busy (painter))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gpointer
child (PentWindow *window, const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (window), PENT_TYPE_WINDOW, name);
}

static const char *
visible_page (PentWindow *window)
{
  return gtk_stack_get_visible_child_name (child (window, "stack"));
}

static PentWindow *
new_window (PentPainter *painter)
{
  PentWindow *window = pent_window_new (NULL, painter);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_widget_get_mapped (GTK_WIDGET (window)))
    g_main_context_iteration (NULL, TRUE);
  return window;
}

static void
destroy_window (PentWindow *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_generate (void)
{
  PentPainter *painter = pent_painter_new ();
  PentWindow *window = new_window (painter);

  g_assert_cmpstr (visible_page (window), ==, "welcome");
  g_assert_true (gtk_widget_get_visible (child (window, "generate_button")));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.generate", NULL));
  g_assert_true (pent_painter_get_busy (painter));
  g_assert_false (gtk_widget_get_visible (child (window, "generate_button")));
  g_assert_true (gtk_widget_get_visible (child (window, "cancel_button")));

  iterate_until_idle (painter);
  g_assert_null (pent_painter_get_error (painter));
  g_assert_cmpstr (visible_page (window), ==, "picture");
  GdkPaintable *paintable = gtk_picture_get_paintable (child (window, "picture"));
  g_assert_true (paintable == GDK_PAINTABLE (pent_painter_get_texture (painter)));
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (paintable), ==, 128);
  g_assert_true (gtk_widget_get_visible (child (window, "generate_button")));
  g_assert_false (gtk_widget_get_visible (child (window, "cancel_button")));

  destroy_window (window);
  g_assert_finalize_object (painter);
}

static void
cancel_cb (PentPainter *painter, GParamSpec *pspec, PentWindow *window)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.cancel", NULL);
}

static void
test_cancel (void)
{
  PentPainter *painter = pent_painter_new ();
  PentWindow *window = new_window (painter);

  g_signal_connect (painter, "notify::texture", G_CALLBACK (cancel_cb), window);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.generate", NULL);
  iterate_until_idle (painter);
  g_assert_cmpstr (pent_painter_get_message (painter), ==, "Cancelled");
  g_assert_false (gtk_revealer_get_reveal_child (child (window, "error_revealer")));
  g_assert_true (gtk_widget_get_visible (child (window, "generate_button")));

  destroy_window (window);
  g_assert_finalize_object (painter);
}

static void
test_error (void)
{
  g_autoptr (PentRequest) request = pent_request_new ();
  PentPainter *painter = pent_painter_new ();
  PentWindow *window = new_window (painter);

  request->model = g_strdup ("/no/such/model.safetensors");
  pent_painter_start (painter, request);
  iterate_until_idle (painter);
  g_assert_true (gtk_revealer_get_reveal_child (child (window, "error_revealer")));
  g_assert_cmpstr (gtk_label_get_text (child (window, "error_label")), ==, pent_painter_get_error (painter));
  g_assert_cmpstr (visible_page (window), ==, "welcome");

  /* Trying again takes the old sentence away. */
  g_autoptr (PentRequest) second = pent_request_new ();
  second->steps = 1;
  pent_painter_start (painter, second);
  g_assert_false (gtk_revealer_get_reveal_child (child (window, "error_revealer")));
  iterate_until_idle (painter);
  g_assert_cmpstr (visible_page (window), ==, "picture");

  destroy_window (window);
  g_assert_finalize_object (painter);
}

static void
test_close_while_painting (void)
{
  PentPainter *painter = pent_painter_new ();
  PentWindow *window = new_window (painter);

  gtk_widget_activate_action (GTK_WIDGET (window), "win.generate", NULL);
  destroy_window (window);
  g_assert_finalize_object (painter);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/window/generate", test_generate);
  g_test_add_func ("/window/cancel", test_cancel);
  g_test_add_func ("/window/error", test_error);
  g_test_add_func ("/window/close-while-painting", test_close_while_painting);
  return g_test_run ();
}
