/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <math.h>

#include "pent-canvas-private.h"

/* Margins are whole latent cells, so nothing is painted that is cut off. */
#define MARGIN_STEP 8

/* Points of a lasso nearer than this are one. Pixels of the widget. */
#define LASSO_STEP 2.0

/* How far an arrow key pans, pixels of the widget. */
#define KEY_STEP 48

static gboolean
may_paint (PentCanvas *self)
{
  return self->document != NULL && pent_document_get_picture (self->document) != NULL;
}

void
pent_canvas_update_cursor (PentCanvas *self)
{
  static const char *const resize[PENT_N_SIDES] = { "w-resize", "n-resize", "e-resize", "s-resize" };
  static const char *const names[PENT_N_TOOLS] = { "none", "none", "crosshair", "crosshair", "grab" };
  PentSide side;
  const char *name = "default";

  if (self->grip == PENT_GRIP_PAN)
    name = "grabbing";
  else if (self->space)
    name = "grab";
  else if (self->grip == PENT_GRIP_HANDLE)
    name = resize[self->side];
  else if (self->document != NULL && pent_canvas_find_handle (self, self->last_x, self->last_y, &side))
    name = resize[side];
  else if (may_paint (self) || self->tool == PENT_TOOL_PAN)
    name = names[self->tool];
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
add_to_outline (PentCanvas *self, double x, double y)
{
  PentPoint point;

  pent_canvas_to_document (self, x, y, &point.x, &point.y);
  g_array_append_val (self->outline, point);
}

/* Four corners, at whole pixels. */
static void
set_rectangle (PentCanvas *self, double x, double y)
{
  double x0, y0, x1, y1;

  pent_canvas_to_document (self, self->start_x, self->start_y, &x0, &y0);
  pent_canvas_to_document (self, x, y, &x1, &y1);
  const PentPoint corners[] = { { round (x0), round (y0) }, { round (x1), round (y0) },
                                { round (x1), round (y1) }, { round (x0), round (y1) } };
  g_array_set_size (self->outline, 0);
  g_array_append_vals (self->outline, corners, G_N_ELEMENTS (corners));
}

static PentGrip
choose_grip (PentCanvas *self, double x, double y)
{
  static const PentGrip grips[PENT_N_TOOLS] = { PENT_GRIP_STROKE, PENT_GRIP_STROKE, PENT_GRIP_RECTANGLE,
                                                PENT_GRIP_LASSO, PENT_GRIP_PAN };

  if (self->space || self->tool == PENT_TOOL_PAN)
    return PENT_GRIP_PAN;
  if (pent_canvas_find_handle (self, x, y, &self->side))
    return PENT_GRIP_HANDLE;
  return may_paint (self) ? grips[self->tool] : PENT_GRIP_NONE;
}

static void
begin (PentCanvas *self, PentGrip grip, double x, double y, double pressure)
{
  double document_x, document_y;

  self->grip = grip;
  self->start_x = self->last_x = x;
  self->start_y = self->last_y = y;
  pent_canvas_to_document (self, x, y, &document_x, &document_y);
  if (grip == PENT_GRIP_STROKE)
    {
      PentBrush brush = self->brush;
      brush.erase = self->tool == PENT_TOOL_ERASER;
      pent_document_begin_stroke (self->document, &brush, document_x, document_y, pressure);
    }
  else if (grip == PENT_GRIP_LASSO)
    add_to_outline (self, x, y);
  else if (grip == PENT_GRIP_HANDLE)
    {
      pent_document_get_margins (self->document, self->start_margins);
      self->n_drags++;
    }
  pent_canvas_update_cursor (self);
}

static void
drag_handle (PentCanvas *self, double x, double y)
{
  double scale = self->viewport.scale / gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double outwards[PENT_N_SIDES] = { self->start_x - x, self->start_y - y, x - self->start_x, y - self->start_y };
  int margins[PENT_N_SIDES];

  pent_document_get_margins (self->document, margins);
  double margin = self->start_margins[self->side] + outwards[self->side] / scale;
  margins[self->side] = MAX (0, round (margin / MARGIN_STEP)) * MARGIN_STEP;
  pent_document_set_margins (self->document, margins, self->n_drags);
}

static void
go_on (PentCanvas *self, double x, double y, double pressure)
{
  double document_x, document_y;

  pent_canvas_to_document (self, x, y, &document_x, &document_y);
  switch (self->grip)
    {
    case PENT_GRIP_STROKE:
      pent_document_stroke_to (self->document, document_x, document_y, pressure);
      break;
    case PENT_GRIP_RECTANGLE:
      set_rectangle (self, x, y);
      break;
    case PENT_GRIP_LASSO:
      if (hypot (x - self->last_x, y - self->last_y) < LASSO_STEP)
        return;
      add_to_outline (self, x, y);
      break;
    case PENT_GRIP_PAN:
      pent_canvas_pan (self, x - self->last_x, y - self->last_y);
      break;
    case PENT_GRIP_HANDLE:
      drag_handle (self, x, y);
      break;
    case PENT_GRIP_NONE:
      return;
    }
  self->last_x = x;
  self->last_y = y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* With Control held, shapes take away. */
static void
fill_outline (PentCanvas *self, GdkModifierType modifiers)
{
  PentEdit edit = self->grip == PENT_GRIP_RECTANGLE ? PENT_EDIT_RECTANGLE : PENT_EDIT_LASSO;

  pent_document_fill_shape (self->document, edit, (const PentPoint *) (gpointer) self->outline->data,
                            self->outline->len, self->brush.opacity, (modifiers & GDK_CONTROL_MASK) != 0);
}

static void
end (PentCanvas *self, gboolean cancelled, GdkModifierType modifiers)
{
  if (self->grip == PENT_GRIP_STROKE && cancelled)
    pent_document_cancel_stroke (self->document);
  else if (self->grip == PENT_GRIP_STROKE)
    pent_document_end_stroke (self->document);
  else if (self->outline->len > 2 && !cancelled)
    fill_outline (self, modifiers);
  gboolean was_handle = self->grip == PENT_GRIP_HANDLE;
  g_array_set_size (self->outline, 0);
  self->grip = PENT_GRIP_NONE;
  if (was_handle && self->viewport.fits)
    pent_canvas_zoom_to_fit (self);
  pent_canvas_update_cursor (self);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, PentCanvas *self)
{
  gboolean middle = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture)) == GDK_BUTTON_MIDDLE;
  PentGrip grip = middle ? PENT_GRIP_PAN : choose_grip (self, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (grip == PENT_GRIP_NONE || self->grip != PENT_GRIP_NONE)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  begin (self, grip, x, y, 1);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, PentCanvas *self)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (gesture, &x, &y))
    go_on (self, x + dx, y + dy, 1);
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, PentCanvas *self)
{
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  end (self, FALSE, modifiers);
}

static void
drag_cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, PentCanvas *self)
{
  end (self, TRUE, 0);
}

static double
get_pressure (GtkGestureStylus *gesture)
{
  double pressure = 1;

  if (!gtk_gesture_stylus_get_axis (gesture, GDK_AXIS_PRESSURE, &pressure))
    return 1;
  return pressure;
}

static void
stylus_down_cb (GtkGestureStylus *gesture, double x, double y, PentCanvas *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  PentGrip grip = choose_grip (self, x, y);
  if (grip == PENT_GRIP_NONE)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  begin (self, grip, x, y, get_pressure (gesture));
}

/* A pen reports more often than the display draws. */
static void
stylus_motion_cb (GtkGestureStylus *gesture, double x, double y, PentCanvas *self)
{
  GdkTimeCoord *backlog = NULL;
  guint n = 0;

  if (self->grip == PENT_GRIP_STROKE && gtk_gesture_stylus_get_backlog (gesture, &backlog, &n))
    for (guint i = 0; i < n; i++)
      {
        gboolean presses = (backlog[i].flags & GDK_AXIS_FLAG_PRESSURE) != 0;
        go_on (self, backlog[i].axes[GDK_AXIS_X], backlog[i].axes[GDK_AXIS_Y],
               presses ? backlog[i].axes[GDK_AXIS_PRESSURE] : 1);
      }
  g_free (backlog);
  go_on (self, x, y, get_pressure (gesture));
}

static void
stylus_up_cb (GtkGestureStylus *gesture, double x, double y, PentCanvas *self)
{
  end (self, FALSE, gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)));
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, PentCanvas *self)
{
  self->pointer_inside = TRUE;
  if (self->grip != PENT_GRIP_NONE)
    return;
  self->last_x = x;
  self->last_y = y;
  pent_canvas_update_cursor (self);
}

static void
leave_cb (GtkEventControllerMotion *controller, PentCanvas *self)
{
  self->pointer_inside = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* A wheel zooms at the pointer; a touchpad pans, and zooms with Control. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, PentCanvas *self)
{
  GtkEventController *event_controller = GTK_EVENT_CONTROLLER (controller);
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (event_controller);
  GdkDevice *device = gtk_event_controller_get_current_event_device (event_controller);
  gboolean touchpad = device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHPAD;

  if (modifiers & GDK_SHIFT_MASK)
    pent_canvas_pan (self, -(dx + dy) * KEY_STEP, 0);
  else if (touchpad && !(modifiers & GDK_CONTROL_MASK))
    pent_canvas_pan (self, -dx * 12, -dy * 12);
  else
    pent_canvas_zoom_at (self, self->viewport.scale * exp2 (-dy / 4), self->last_x, self->last_y);
  return TRUE;
}

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, PentCanvas *self)
{
  if (self->grip != PENT_GRIP_NONE)
    end (self, TRUE, 0);
  self->start_zoom = self->viewport.scale;
}

static void
pinch_cb (GtkGestureZoom *gesture, double factor, PentCanvas *self)
{
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    pent_canvas_zoom_at (self, self->start_zoom * factor, x, y);
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers, PentCanvas *self)
{
  if (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return FALSE;
  switch (key)
    {
    case GDK_KEY_space:
      self->space = TRUE;
      pent_canvas_update_cursor (self);
      return TRUE;
    case GDK_KEY_Left:
      pent_canvas_pan (self, KEY_STEP, 0);
      return TRUE;
    case GDK_KEY_Right:
      pent_canvas_pan (self, -KEY_STEP, 0);
      return TRUE;
    case GDK_KEY_Up:
      pent_canvas_pan (self, 0, KEY_STEP);
      return TRUE;
    case GDK_KEY_Down:
      pent_canvas_pan (self, 0, -KEY_STEP);
      return TRUE;
    case GDK_KEY_Escape:
      if (self->grip == PENT_GRIP_NONE)
        return FALSE;
      end (self, TRUE, 0);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
key_released_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers, PentCanvas *self)
{
  if (key != GDK_KEY_space)
    return;
  self->space = FALSE;
  pent_canvas_update_cursor (self);
}

static void
focus_lost_cb (GtkEventControllerFocus *controller, PentCanvas *self)
{
  self->space = FALSE;
  pent_canvas_update_cursor (self);
}

static void
add_drag (PentCanvas *self, guint button)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

static void
add_pointers (PentCanvas *self)
{
  GtkGesture *stylus = gtk_gesture_stylus_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  add_drag (self, GDK_BUTTON_PRIMARY);
  add_drag (self, GDK_BUTTON_MIDDLE);
  /* Added last, it is asked first: a pen does not drag as well. */
  g_signal_connect (stylus, "down", G_CALLBACK (stylus_down_cb), self);
  g_signal_connect (stylus, "motion", G_CALLBACK (stylus_motion_cb), self);
  g_signal_connect (stylus, "up", G_CALLBACK (stylus_up_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (stylus));
}

void
pent_canvas_init_input (PentCanvas *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  add_pointers (self);
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (key, "key-released", G_CALLBACK (key_released_cb), self);
  g_signal_connect (focus, "leave", G_CALLBACK (focus_lost_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}
