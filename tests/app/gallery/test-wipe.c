/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-wipe.h"

#include "hand.h"

static GdkTexture *
plain_texture (guint32 colour)
{
  guint32 *pixels = g_new (guint32, 64 * 32);
  for (int i = 0; i < 64 * 32; i++)
    pixels[i] = colour;
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, 64 * 32 * 4);
  return gdk_memory_texture_new (64, 32, GDK_MEMORY_DEFAULT, bytes, 64 * 4);
}

static GtkWindow *
show_wipe (PentWipe **wipe)
{
  g_autoptr (GdkTexture) red = plain_texture (0xffff0000);
  g_autoptr (GdkTexture) blue = plain_texture (0xff0000ff);
  GtkWidget *window = gtk_window_new ();

  *wipe = PENT_WIPE (pent_wipe_new ());
  gtk_widget_set_size_request (GTK_WIDGET (*wipe), 400, 300);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (*wipe));
  pent_wipe_set_pictures (*wipe, GDK_PAINTABLE (red), GDK_PAINTABLE (blue));
  hand_show (GTK_WINDOW (window));
  return GTK_WINDOW (window);
}

static void
count_cb (int *count)
{
  (*count)++;
}

/* What is seen at a place of the widget, 0xaarrggbb. */
static guint32
get_pixel (PentWipe *wipe, int x, int y)
{
  int width = gtk_widget_get_width (GTK_WIDGET (wipe)), height = gtk_widget_get_height (GTK_WIDGET (wipe));
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GTK_WIDGET_GET_CLASS (wipe)->snapshot (GTK_WIDGET (wipe), snapshot);
  GskRenderNode *node = gtk_snapshot_free_to_node (snapshot);
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (GTK_WIDGET (wipe)));
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (renderer, node,
                                                                &GRAPHENE_RECT_INIT (0, 0, width, height));
  g_autofree guint32 *pixels = g_new (guint32, width * height);
  gdk_texture_download (texture, (guchar *) pixels, width * 4);
  gsk_render_node_unref (node);
  return pixels[y * width + x];
}

/* The first picture is left of the line, the second right of it, and nothing
 * above them. */
static void
test_shown (void)
{
  PentWipe *wipe;
  GtkWindow *window = show_wipe (&wipe);

  pent_wipe_set_position (wipe, 0.25);
  g_assert_cmphex (get_pixel (wipe, 50, 60), ==, 0xffff0000);
  g_assert_cmphex (get_pixel (wipe, 150, 60), ==, 0xff0000ff);
  g_assert_cmphex (get_pixel (wipe, 50, 20), ==, 0);
  pent_wipe_set_position (wipe, 0.75);
  g_assert_cmphex (get_pixel (wipe, 150, 60), ==, 0xffff0000);
  gtk_window_destroy (window);
}

static void
test_drag (void)
{
  PentWipe *wipe;
  int n = 0;
  GtkWindow *window = show_wipe (&wipe);

  g_signal_connect_swapped (wipe, "notify::position", G_CALLBACK (count_cb), &n);
  hand_drag (GTK_WIDGET (wipe), 200, 150, 300, 150);
  g_assert_cmpfloat_with_epsilon (pent_wipe_get_position (wipe), 0.75, 0.01);
  g_assert_cmpint (n, >, 0);
  hand_drag (GTK_WIDGET (wipe), 300, 150, 399, 20);
  hand_drag (GTK_WIDGET (wipe), 399, 150, 1, 150);
  g_assert_cmpfloat_with_epsilon (pent_wipe_get_position (wipe), 0, 0.01);
  gtk_window_destroy (window);
}

static void
test_keys (void)
{
  PentWipe *wipe;
  GtkWindow *window = show_wipe (&wipe);

  gtk_widget_grab_focus (GTK_WIDGET (wipe));
  hand_key (GDK_KEY_Right, 0);
  g_assert_cmpfloat_with_epsilon (pent_wipe_get_position (wipe), 0.52, 1e-9);
  hand_key (GDK_KEY_Left, 0);
  hand_key (GDK_KEY_Left, 0);
  g_assert_cmpfloat_with_epsilon (pent_wipe_get_position (wipe), 0.48, 1e-9);
  hand_key (GDK_KEY_End, 0);
  g_assert_cmpfloat (pent_wipe_get_position (wipe), ==, 1);
  hand_key (GDK_KEY_Home, 0);
  g_assert_cmpfloat (pent_wipe_get_position (wipe), ==, 0);
  gtk_test_accessible_assert_role (wipe, GTK_ACCESSIBLE_ROLE_SLIDER);
  gtk_test_accessible_assert_property (wipe, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 0.0);
  gtk_window_destroy (window);
}

static void
test_empty (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *wipe = g_object_ref_sink (pent_wipe_new ());

  gtk_window_set_child (GTK_WINDOW (window), wipe);
  hand_show (GTK_WINDOW (window));
  hand_drag (wipe, 10, 10, 40, 10);
  gtk_window_destroy (GTK_WINDOW (window));
  hand_settle ();
  g_assert_finalize_object (wipe);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wipe/shown", test_shown);
  g_test_add_func ("/wipe/drag", test_drag);
  g_test_add_func ("/wipe/keys", test_keys);
  g_test_add_func ("/wipe/empty", test_empty);
  return g_test_run ();
}
