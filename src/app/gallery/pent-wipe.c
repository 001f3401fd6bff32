/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-wipe.h"

#include <glib/gi18n.h>
#include <math.h>

#define STEP      0.02
#define PAGE      0.1
#define HANDLE    9.0

/**
 * PentWipe:
 *
 * Two pictures in one place: the first on the left of a line that is dragged or
 * moved with the arrow keys, the second on its right.
 */
struct _PentWipe
{
  GtkWidget parent_instance;

  GdkPaintable *first;
  GdkPaintable *second;
  double        position;   /* of the line, 0 to 1 of the picture's width */
  double        start;      /* of a drag, pixels of the widget */
};

enum
{
  PROP_POSITION = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentWipe, pent_wipe, GTK_TYPE_WIDGET)

/* Where the pictures are: both fill the same place, the first one's
 * proportions in the middle of the widget. */
static graphene_rect_t
get_place (PentWipe *self)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double ratio = self->first != NULL ? gdk_paintable_get_intrinsic_aspect_ratio (self->first) : 1;
  double w = MIN (width, height * (ratio > 0 ? ratio : 1)), h = ratio > 0 ? w / ratio : height;

  return GRAPHENE_RECT_INIT (floor ((width - w) / 2), floor ((height - h) / 2), w, h);
}

static void
append_picture (GtkSnapshot *snapshot, GdkPaintable *picture, const graphene_rect_t *place, const graphene_rect_t *shown)
{
  if (picture == NULL)
    return;
  gtk_snapshot_push_clip (snapshot, shown);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &place->origin);
  gdk_paintable_snapshot (picture, snapshot, place->size.width, place->size.height);
  gtk_snapshot_restore (snapshot);
  gtk_snapshot_pop (snapshot);
}

/* White in a dark frame is seen on every picture. */
static void
append_line (GtkSnapshot *snapshot, const graphene_rect_t *place, double x)
{
  const GdkRGBA dark = { 0, 0, 0, 0.55 }, light = { 1, 1, 1, 1 };
  double middle = place->origin.y + place->size.height / 2;
  GskRoundedRect handle;

  gtk_snapshot_append_color (snapshot, &dark,
                             &GRAPHENE_RECT_INIT (x - 2, place->origin.y, 4, place->size.height));
  gtk_snapshot_append_color (snapshot, &light,
                             &GRAPHENE_RECT_INIT (x - 1, place->origin.y, 2, place->size.height));
  gsk_rounded_rect_init_from_rect (&handle, &GRAPHENE_RECT_INIT (x - HANDLE, middle - HANDLE, 2 * HANDLE, 2 * HANDLE),
                                   HANDLE);
  gtk_snapshot_push_rounded_clip (snapshot, &handle);
  gtk_snapshot_append_color (snapshot, &light, &handle.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &handle, (float[4]) { 2, 2, 2, 2 }, (GdkRGBA[4]) { dark, dark, dark, dark });
}

static void
pent_wipe_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  PentWipe *self = PENT_WIPE (widget);
  graphene_rect_t place = get_place (self);
  double x = place.origin.x + place.size.width * self->position;
  graphene_rect_t left = GRAPHENE_RECT_INIT (place.origin.x, place.origin.y, x - place.origin.x, place.size.height);
  graphene_rect_t right = GRAPHENE_RECT_INIT (x, place.origin.y, place.origin.x + place.size.width - x,
                                              place.size.height);

  append_picture (snapshot, self->first, &place, &left);
  append_picture (snapshot, self->second, &place, &right);
  if (self->first != NULL && self->second != NULL)
    append_line (snapshot, &place, round (x));
}

static void
pent_wipe_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                   int *minimum_baseline, int *natural_baseline)
{
  PentWipe *self = PENT_WIPE (widget);
  int size = self->first == NULL ? 0
    : orientation == GTK_ORIENTATION_HORIZONTAL ? gdk_paintable_get_intrinsic_width (self->first)
                                                : gdk_paintable_get_intrinsic_height (self->first);

  *minimum = 64;
  *natural = MAX (size, 64);
  *minimum_baseline = *natural_baseline = -1;
}

static void
move_to (PentWipe *self, double x)
{
  graphene_rect_t place = get_place (self);

  if (place.size.width > 0)
    pent_wipe_set_position (self, (x - place.origin.x) / place.size.width);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, PentWipe *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->start = x;
  move_to (self, x);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double x, double y, PentWipe *self)
{
  move_to (self, self->start + x);
}

static gboolean
key_cb (GtkWidget *widget, GVariant *step, gpointer data)
{
  PentWipe *self = PENT_WIPE (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  double by = g_variant_get_double (step);

  pent_wipe_set_position (self, self->position + (mirrored && fabs (by) < 1 ? -by : by));
  return TRUE;
}

static void
pent_wipe_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  if (property == PROP_POSITION)
    g_value_set_double (value, PENT_WIPE (object)->position);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_wipe_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  if (property == PROP_POSITION)
    pent_wipe_set_position (PENT_WIPE (object), g_value_get_double (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_wipe_dispose (GObject *object)
{
  PentWipe *self = PENT_WIPE (object);

  g_clear_object (&self->first);
  g_clear_object (&self->second);
  G_OBJECT_CLASS (pent_wipe_parent_class)->dispose (object);
}

static void
pent_wipe_class_init (PentWipeClass *klass)
{
  static const struct { guint key; double step; } keys[] = {
    { GDK_KEY_Left, -STEP },    { GDK_KEY_Right, STEP },   { GDK_KEY_KP_Left, -STEP }, { GDK_KEY_KP_Right, STEP },
    { GDK_KEY_Page_Up, -PAGE }, { GDK_KEY_Page_Down, PAGE }, { GDK_KEY_Home, -1 },     { GDK_KEY_End, 1 },
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = pent_wipe_get_property;
  object_class->set_property = pent_wipe_set_property;
  object_class->dispose = pent_wipe_dispose;
  widget_class->snapshot = pent_wipe_snapshot;
  widget_class->measure = pent_wipe_measure;
  gtk_widget_class_set_css_name (widget_class, "wipe");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding (widget_class, keys[i].key, 0, key_cb, "d", keys[i].step);

  properties[PROP_POSITION] = g_param_spec_double ("position", NULL, NULL, 0, 1, 0.5,
                                                   G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
pent_wipe_init (PentWipe *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->position = 0.5;
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "ew-resize");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Comparison"),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 0.5, -1);
}

GtkWidget *
pent_wipe_new (void)
{
  return g_object_new (PENT_TYPE_WIPE, NULL);
}

/**
 * pent_wipe_set_pictures:
 * @first: (nullable): is seen on the left
 * @second: (nullable): is seen on the right, and brought to the first one's size
 */
void
pent_wipe_set_pictures (PentWipe *self, GdkPaintable *first, GdkPaintable *second)
{
  g_return_if_fail (PENT_IS_WIPE (self));
  g_set_object (&self->first, first);
  g_set_object (&self->second, second);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

double
pent_wipe_get_position (PentWipe *self)
{
  g_return_val_if_fail (PENT_IS_WIPE (self), 0);
  return self->position;
}

/**
 * pent_wipe_set_position:
 * @position: how much of the width shows the first picture; beyond 0 and 1 it
 *   is 0 and 1
 */
void
pent_wipe_set_position (PentWipe *self, double position)
{
  g_return_if_fail (PENT_IS_WIPE (self));
  position = CLAMP (position, 0, 1);
  if (self->position == position)
    return;
  self->position = position;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, position, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}
