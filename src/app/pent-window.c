/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-window.h"

/**
 * PentWindow:
 *
 * One prompt and the picture it becomes.
 */
struct _PentWindow
{
  AdwApplicationWindow parent_instance;

  PentPainter *painter;

  GtkWidget   *generate_button;
  GtkWidget   *cancel_button;
  GtkRevealer *error_revealer;
  GtkLabel    *error_label;
  GtkStack    *stack;
  GtkPicture  *picture;
  GtkRevealer *progress_revealer;
  GtkEditable *prompt;
};

enum
{
  PROP_PAINTER = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentWindow, pent_window, ADW_TYPE_APPLICATION_WINDOW)

static void
generate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  PentWindow *self = PENT_WINDOW (widget);

  g_autoptr (PentRequest) request = pent_request_new ();
  g_free (request->prompt);
  request->prompt = g_strdup (gtk_editable_get_text (self->prompt));
  request->seed = ((gint64) (g_random_int () >> 1) << 32) | g_random_int ();
  pent_painter_start (self->painter, request);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  pent_painter_cancel (PENT_WINDOW (widget)->painter);
}

static void
busy_changed_cb (PentWindow *self)
{
  gboolean busy = pent_painter_get_busy (self->painter);
  gboolean had_focus = gtk_widget_has_focus (busy ? self->generate_button : self->cancel_button);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.generate", !busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.cancel", busy);
  gtk_widget_set_visible (self->generate_button, !busy);
  gtk_widget_set_visible (self->cancel_button, busy);
  gtk_revealer_set_reveal_child (self->progress_revealer, busy);
  if (had_focus)
    gtk_widget_grab_focus (busy ? self->cancel_button : self->generate_button);
}

static void
error_changed_cb (PentWindow *self)
{
  const char *error = pent_painter_get_error (self->painter);

  /* The old sentence stays in its label while the bar slides away. */
  if (error != NULL)
    gtk_label_set_text (self->error_label, error);
  gtk_revealer_set_reveal_child (self->error_revealer, error != NULL);
}

static void
texture_changed_cb (PentWindow *self)
{
  GdkTexture *texture = pent_painter_get_texture (self->painter);

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_stack_set_visible_child_name (self->stack, texture != NULL ? "picture" : "welcome");
}

static void
prompt_activated_cb (GtkEntry *entry, PentWindow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.generate", NULL);
}

static void
pent_window_constructed (GObject *object)
{
  PentWindow *self = PENT_WINDOW (object);

  G_OBJECT_CLASS (pent_window_parent_class)->constructed (object);

  g_signal_connect_object (self->painter, "notify::busy", G_CALLBACK (busy_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painter, "notify::error", G_CALLBACK (error_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painter, "notify::texture", G_CALLBACK (texture_changed_cb), self,
                           G_CONNECT_SWAPPED);
  busy_changed_cb (self);
  error_changed_cb (self);
  texture_changed_cb (self);
}

static void
pent_window_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  if (property == PROP_PAINTER)
    g_value_set_object (value, PENT_WINDOW (object)->painter);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_window_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  if (property == PROP_PAINTER)
    PENT_WINDOW (object)->painter = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_window_dispose (GObject *object)
{
  g_clear_object (&PENT_WINDOW (object)->painter);

  G_OBJECT_CLASS (pent_window_parent_class)->dispose (object);
}

static void
pent_window_class_init (PentWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = pent_window_constructed;
  object_class->get_property = pent_window_get_property;
  object_class->set_property = pent_window_set_property;
  object_class->dispose = pent_window_dispose;

  properties[PROP_PAINTER] =
    g_param_spec_object ("painter", NULL, NULL, PENT_TYPE_PAINTER,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/window.ui");
  gtk_widget_class_bind_template_child (widget_class, PentWindow, generate_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, error_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, picture);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, progress_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, prompt);
  gtk_widget_class_bind_template_callback (widget_class, prompt_activated_cb);
  gtk_widget_class_install_action (widget_class, "win.generate", NULL, generate_action);
  gtk_widget_class_install_action (widget_class, "win.cancel", NULL, cancel_action);
}

static void
pent_window_init (PentWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_window_new:
 * @painter: what paints for this window
 *
 * Returns: (transfer floating): the window, with a prompt that works
 */
PentWindow *
pent_window_new (GtkApplication *application, PentPainter *painter)
{
  return g_object_new (PENT_TYPE_WINDOW, "application", application, "painter", painter, NULL);
}
