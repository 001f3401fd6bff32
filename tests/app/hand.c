/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hand.h"

#include <gdk/x11/gdkx.h>

#include <X11/extensions/XTest.h>

#define POINTS 12

static Display *
get_display (void)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  return gdk_x11_display_get_xdisplay (gdk_display_get_default ());
  G_GNUC_END_IGNORE_DEPRECATIONS
}

static Window
get_xid (GtkNative *native)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  return gdk_x11_surface_get_xid (gtk_native_get_surface (native));
  G_GNUC_END_IGNORE_DEPRECATIONS
}

static void
count_frame_cb (GdkFrameClock *clock, guint *n)
{
  ++*n;
}

/* Counts the frames of all windows, or does so no longer. */
static void
watch_frames (guint *n, gboolean on)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
      GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
      if (clock != NULL && on)
        g_signal_connect (clock, "after-paint", G_CALLBACK (count_frame_cb), n);
      else if (clock != NULL)
        g_signal_handlers_disconnect_by_data (clock, n);
    }
}

/* Frames after which what was done has had its effects: a window that is drawn
 * all the time, as in mid-run, never has nothing to do. */
#define MAX_FRAMES 8

/* What the display was told has come back as events when a round trip is made,
 * and those are handled. */
void
hand_settle (void)
{
  guint n_frames = 0;

  watch_frames (&n_frames, TRUE);
  for (int i = 0; i < 3; i++)
    {
      XSync (get_display (), False);
      while (g_main_context_iteration (NULL, FALSE) && n_frames < MAX_FRAMES)
        ;
    }
  watch_frames (&n_frames, FALSE);
}

/* Until there is nothing to do: for a window that is not drawn all the time. */
void
hand_rest (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
frame_cb (GdkFrameClock *clock, gboolean *drawn)
{
  *drawn = TRUE;
}

/* Until the widget has been drawn once more: sizes and places are final. */
void
hand_wait_for_frame (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  gboolean drawn = FALSE;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (frame_cb), &drawn);

  gtk_widget_queue_draw (widget);
  hand_wait (drawn);
  g_signal_handler_disconnect (clock, handler);
}

/* In the upper left corner, with the keyboard: there is no window manager. What
 * slides is where it is to be at once. */
void
hand_show (GtkWindow *window)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  gtk_window_present (window);
  hand_wait (gtk_widget_get_mapped (GTK_WIDGET (window)));
  hand_wait_for_frame (GTK_WIDGET (window));
  XMoveWindow (get_display (), get_xid (GTK_NATIVE (window)), 0, 0);
  XSetInputFocus (get_display (), get_xid (GTK_NATIVE (window)), RevertToParent, CurrentTime);
  hand_settle ();
  hand_wait_for_frame (GTK_WIDGET (window));
  hand_rest ();
}

/* The keyboard goes to no window. */
void
hand_look_away (GtkWindow *window)
{
  XSetInputFocus (get_display (), None, RevertToNone, CurrentTime);
  hand_wait (!gtk_window_is_active (window));
}

/* Without waiting for what comes of it. */
void
hand_glide (GtkWidget *widget, double x, double y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  double window_x, window_y, offset_x, offset_y;

  g_assert_true (gtk_widget_translate_coordinates (widget, GTK_WIDGET (native), x, y, &window_x, &window_y));
  gtk_native_get_surface_transform (native, &offset_x, &offset_y);
  XTestFakeMotionEvent (get_display (), -1, window_x + offset_x, window_y + offset_y, CurrentTime);
  XFlush (get_display ());
}

void
hand_move (GtkWidget *widget, double x, double y)
{
  hand_glide (widget, x, y);
  hand_settle ();
}

static void
press (guint key, gboolean down)
{
  XTestFakeKeyEvent (get_display (), XKeysymToKeycode (get_display (), key), down, CurrentTime);
}

static void
hold (GdkModifierType modifiers, gboolean down)
{
  if (modifiers & GDK_CONTROL_MASK)
    press (GDK_KEY_Control_L, down);
  if (modifiers & GDK_SHIFT_MASK)
    press (GDK_KEY_Shift_L, down);
}

void
hand_click (GtkWidget *widget, double x, double y, GdkModifierType modifiers)
{
  hand_move (widget, x, y);
  hold (modifiers, TRUE);
  XTestFakeButtonEvent (get_display (), 1, True, CurrentTime);
  hand_settle ();
  XTestFakeButtonEvent (get_display (), 1, False, CurrentTime);
  hold (modifiers, FALSE);
  hand_settle ();
}

/* Until the widget is where it is to stay. */
void
hand_wait_still (GtkWidget *widget)
{
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_native (widget));
  graphene_rect_t before, now = GRAPHENE_RECT_INIT (0, 0, 0, 0);

  do
    {
      before = now;
      hand_wait_for_frame (widget);
      g_assert_true (gtk_widget_compute_bounds (widget, window, &now));
    }
  while (now.size.width == 0 || !graphene_rect_equal (&before, &now));
}

/* In its middle. */
void
hand_click_widget (GtkWidget *widget)
{
  hand_wait_still (widget);
  hand_click (widget, gtk_widget_get_width (widget) / 2.0, gtk_widget_get_height (widget) / 2.0, 0);
}

void
hand_press (GtkWidget *widget, double x, double y)
{
  hand_move (widget, x, y);
  XTestFakeButtonEvent (get_display (), 1, True, CurrentTime);
  hand_settle ();
}

void
hand_release (void)
{
  XTestFakeButtonEvent (get_display (), 1, False, CurrentTime);
  hand_settle ();
}

/* What is dragged learns of its target frame by frame. */
void
hand_carry (GtkWidget *from, GtkWidget *to)
{
  hand_press (from, 12, 12);
  for (int i = 1; i <= 8; i++)
    {
      hand_move (to, gtk_widget_get_width (to) / 2.0 + i - 8, gtk_widget_get_height (to) / 2.0);
      hand_wait_for_frame (to);
    }
  hand_release ();
}

void
hand_drag (GtkWidget *widget, double from_x, double from_y, double to_x, double to_y)
{
  hand_press (widget, from_x, from_y);
  for (int i = 1; i <= POINTS; i++)
    hand_move (widget, from_x + (to_x - from_x) * i / POINTS, from_y + (to_y - from_y) * i / POINTS);
  XTestFakeButtonEvent (get_display (), 1, False, CurrentTime);
  hand_settle ();
}

void
hand_key (guint key, GdkModifierType modifiers)
{
  hold (modifiers, TRUE);
  press (key, TRUE);
  press (key, FALSE);
  hold (modifiers, FALSE);
  hand_settle ();
}

/* Lower-case letters and blanks. */
void
hand_type (const char *text)
{
  for (; *text != '\0'; text++)
    hand_key (gdk_unicode_to_keyval (*text), 0);
}
