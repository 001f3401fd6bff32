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

/* What the display was told has come back as events when a round trip is
 * made, and those are handled. */
void
hand_settle (void)
{
  for (int i = 0; i < 3; i++)
    {
      XSync (get_display (), False);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
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

/* In the upper left corner, with the keyboard: there is no window manager. */
void
hand_show (GtkWindow *window)
{
  gtk_window_present (window);
  hand_wait (gtk_widget_get_mapped (GTK_WIDGET (window)));
  hand_wait_for_frame (GTK_WIDGET (window));
  XMoveWindow (get_display (), get_xid (GTK_NATIVE (window)), 0, 0);
  XSetInputFocus (get_display (), get_xid (GTK_NATIVE (window)), RevertToParent, CurrentTime);
  hand_settle ();
  hand_wait_for_frame (GTK_WIDGET (window));
}

void
hand_move (GtkWidget *widget, double x, double y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  double window_x, window_y, offset_x, offset_y;

  g_assert_true (gtk_widget_translate_coordinates (widget, GTK_WIDGET (native), x, y, &window_x, &window_y));
  gtk_native_get_surface_transform (native, &offset_x, &offset_y);
  XTestFakeMotionEvent (get_display (), -1, window_x + offset_x, window_y + offset_y, CurrentTime);
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

void
hand_press (GtkWidget *widget, double x, double y)
{
  hand_move (widget, x, y);
  XTestFakeButtonEvent (get_display (), 1, True, CurrentTime);
  hand_settle ();
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
