/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-preferences.h"
#include "pent-settings.h"
#include "pent-window-private.h"

/* Of the page before there is a picture: what the starter model paints best. */
#define FIRST_SIDE 128

/**
 * PentWindow:
 *
 * The prompt, the canvas, and what happens between them.
 */

enum
{
  PROP_PAINTER = 1,
  PROP_DRAFT_FOLDER,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentWindow, pent_window, ADW_TYPE_APPLICATION_WINDOW)

void
pent_window_show_error (PentWindow *self, const char *message)
{
  gtk_label_set_text (self->error_label, message);
  gtk_revealer_set_reveal_child (self->error_revealer, TRUE);
}

void
pent_window_show_toast (PentWindow *self, const char *message)
{
  g_autofree char *markup = g_markup_escape_text (message, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}

void
pent_window_enable (PentWindow *self, const char *action, gboolean enabled)
{
  GAction *found = g_action_map_lookup_action (G_ACTION_MAP (self), action);

  if (found != NULL)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (found), enabled);
}

static void
generate_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRequest) request = pent_prompt_pane_make_request (self->prompt_pane, &error);

  gtk_revealer_set_reveal_child (self->error_revealer, FALSE);
  if (request == NULL)
    {
      pent_window_show_error (self, error->message);
      return;
    }
  if (self->settings != NULL)
    {
      g_free (request->device);
      request->device = g_settings_get_string (self->settings, "device");
    }
  pent_window_submit (self, request);
}

/**
 * pent_window_submit:
 * @request: is painted for this window
 */
void
pent_window_submit (PentWindow *self, PentRequest *request)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  if (!pent_painter_get_busy (self->painter))
    pent_painter_start (self->painter, request);
}

static void
cancel_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_painter_cancel (((PentWindow *) data)->painter);
}

static void
dismiss_error_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_revealer_set_reveal_child (((PentWindow *) data)->error_revealer, FALSE);
}

static void
show_prompt_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  adw_flap_set_reveal_flap (((PentWindow *) data)->flap, g_variant_get_boolean (state));
}

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  if (self->settings == NULL)
    return;
  PentPreferences *preferences = pent_preferences_new (self->settings);
  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (preferences));
}

/* The flap may be swiped away as well. */
static void
flap_changed_cb (PentWindow *self)
{
  gboolean shown = adw_flap_get_reveal_flap (self->flap);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "show-prompt");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (shown));
}

/* The button says what it does. */
static void
task_changed_cb (PentWindow *self)
{
  static const char *const labels[] = { N_("_Generate"), N_("_Paint Over"), N_("_Repaint"), N_("_Extend") };
  PentTask task = pent_prompt_pane_get_task (self->prompt_pane);

  gtk_button_set_label (GTK_BUTTON (self->generate_button), _(labels[task]));
}

/* While it paints, the machine stays awake. */
static void
inhibit (PentWindow *self, gboolean busy)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application == NULL)
    return;
  if (busy && self->inhibited == 0)
    self->inhibited = gtk_application_inhibit (application, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND,
                                               _("A picture is being painted"));
  else if (!busy && self->inhibited != 0)
    {
      gtk_application_uninhibit (application, self->inhibited);
      self->inhibited = 0;
    }
}

static void
busy_changed_cb (PentWindow *self)
{
  gboolean busy = pent_painter_get_busy (self->painter);
  gboolean had_focus = gtk_widget_has_focus (busy ? self->generate_button : self->cancel_button);

  pent_window_enable (self, "generate", !busy);
  pent_window_enable (self, "cancel", busy);
  gtk_widget_set_visible (self->generate_button, !busy);
  gtk_widget_set_visible (self->cancel_button, busy);
  gtk_revealer_set_reveal_child (self->progress_revealer, busy);
  inhibit (self, busy);
  if (had_focus)
    gtk_widget_grab_focus (busy ? self->cancel_button : self->generate_button);
}

static void
message_changed_cb (PentWindow *self)
{
  const char *message = pent_painter_get_message (self->painter);

  if (!pent_painter_get_busy (self->painter))
    adw_window_title_set_subtitle (self->title, message != NULL ? message : "");
}

static void
error_changed_cb (PentWindow *self)
{
  const char *error = pent_painter_get_error (self->painter);

  /* The old sentence stays in its label while the bar slides away. */
  if (error != NULL)
    pent_window_show_error (self, error);
  else
    gtk_revealer_set_reveal_child (self->error_revealer, FALSE);
}

/* A result begins where its margins do; the canvas where its picture does. */
static void
previewed_cb (PentWindow *self)
{
  PentRequest *request = pent_painter_get_request (self->painter);
  PentRect area;
  PentImage *preview = pent_painter_get_preview (self->painter, &area);

  if (request != NULL)
    {
      area.x -= request->outpaint[PENT_SIDE_LEFT];
      area.y -= request->outpaint[PENT_SIDE_TOP];
    }
  pent_document_set_preview (self->document, preview, &area);
}

static void
notify_user (PentWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autoptr (GNotification) notification = g_notification_new (_("The picture is painted"));

  if (application != NULL && !gtk_window_is_active (GTK_WINDOW (self)))
    g_application_send_notification (G_APPLICATION (application), "painted", notification);
}

static void
painted_cb (PentPainter *painter, PentImage *picture, PentRequest *request, PentWindow *self)
{
  pent_document_take_result (self->document, picture, request->outpaint[PENT_SIDE_LEFT],
                             request->outpaint[PENT_SIDE_TOP]);
  notify_user (self);
}

static void
draft_failed_cb (PentDraftKeeper *keeper, const char *message, PentWindow *self)
{
  pent_window_show_error (self, message);
}

static void
restore_draft (PentWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (self->draft_folder == NULL)
    return;
  self->keeper = pent_draft_keeper_new (self->document, self->draft_folder);
  g_signal_connect_object (self->keeper, "failed", G_CALLBACK (draft_failed_cb), self, 0);
  if (!pent_draft_keeper_restore (self->keeper, &error))
    pent_window_show_error (self, error->message);
}

static void
bind_window (PentWindow *self)
{
  if (self->settings == NULL)
    return;
  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "show-prompt", self->flap, "reveal-flap", G_SETTINGS_BIND_DEFAULT);
}

static void
connect_all (PentWindow *self)
{
  const struct { gpointer object; const char *signal; GCallback callback; } connections[] = {
    { self->painter, "notify::busy", G_CALLBACK (busy_changed_cb) },
    { self->painter, "notify::busy", G_CALLBACK (message_changed_cb) },
    { self->painter, "notify::error", G_CALLBACK (error_changed_cb) },
    { self->painter, "previewed", G_CALLBACK (previewed_cb) },
    { self->document, "changed", G_CALLBACK (task_changed_cb) },
    { self->flap, "notify::reveal-flap", G_CALLBACK (flap_changed_cb) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (connections); i++)
    g_signal_connect_object (connections[i].object, connections[i].signal, connections[i].callback, self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painter, "painted", G_CALLBACK (painted_cb), self, 0);
}

static void
pent_window_constructed (GObject *object)
{
  PentWindow *self = PENT_WINDOW (object);

  G_OBJECT_CLASS (pent_window_parent_class)->constructed (object);

  pent_window_init_files (self);
  pent_window_init_canvas (self);
  pent_window_init_library (self);
  connect_all (self);
  restore_draft (self);
  pent_prompt_pane_set_document (self->prompt_pane, self->document);
  bind_window (self);
  flap_changed_cb (self);
  busy_changed_cb (self);
  task_changed_cb (self);
  pent_prompt_pane_focus_prompt (self->prompt_pane);
}

static void
pent_window_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  if (property == PROP_PAINTER)
    g_value_set_object (value, PENT_WINDOW (object)->painter);
  else if (property == PROP_DRAFT_FOLDER)
    g_value_set_string (value, PENT_WINDOW (object)->draft_folder);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_window_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  if (property == PROP_PAINTER)
    PENT_WINDOW (object)->painter = g_value_dup_object (value);
  else if (property == PROP_DRAFT_FOLDER)
    PENT_WINDOW (object)->draft_folder = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

/* What was painted is written down before the window is gone. */
static gboolean
pent_window_close_request (GtkWindow *window)
{
  PentWindow *self = PENT_WINDOW (window);
  g_autoptr (GError) error = NULL;

  pent_document_end_stroke (self->document);
  if (self->keeper != NULL && !pent_draft_keeper_flush (self->keeper, &error))
    g_message ("%s", error->message);
  return GTK_WINDOW_CLASS (pent_window_parent_class)->close_request (window);
}

static void
pent_window_dispose (GObject *object)
{
  PentWindow *self = PENT_WINDOW (object);

  if (self->prompt_pane != NULL)
    pent_prompt_pane_set_document (self->prompt_pane, NULL);
  if (self->canvas != NULL)
    pent_canvas_set_document (self->canvas, NULL);
  g_clear_object (&self->keeper);
  g_clear_object (&self->document);
  g_clear_object (&self->painter);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->draft_folder, g_free);

  G_OBJECT_CLASS (pent_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, PentWindow, title);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, generate_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, error_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, gallery_flap);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, gallery_slot);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, gallery_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, model_slot);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, prompt_pane);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, canvas);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, progress_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, brush_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, size_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, brush_size);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, brush_hardness);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, brush_opacity);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, pressure_size);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, pressure_opacity);
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
  GTK_WINDOW_CLASS (klass)->close_request = pent_window_close_request;

  properties[PROP_PAINTER] =
    g_param_spec_object ("painter", NULL, NULL, PENT_TYPE_PAINTER,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DRAFT_FOLDER] =
    g_param_spec_string ("draft-folder", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (PENT_TYPE_CANVAS);
  g_type_ensure (PENT_TYPE_PROMPT_PANE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/window.ui");
  bind_children (widget_class);
}

static void
pent_window_init (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "generate", .activate = generate_action },
    { .name = "cancel", .activate = cancel_action },
    { .name = "dismiss-error", .activate = dismiss_error_action },
    { .name = "show-prompt", .state = "true", .change_state = show_prompt_action },
    { .name = "preferences", .activate = preferences_action },
  };

  self->document = pent_document_new (FIRST_SIDE, FIRST_SIDE);
  self->settings = pent_settings_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_window_new:
 * @application: (nullable): which it belongs to
 * @painter: what paints for this window
 * @draft_folder: (nullable): where the work is kept between two starts; %NULL
 *   keeps nothing
 *
 * Returns: (transfer floating): the window, as it was left
 */
PentWindow *
pent_window_new (GtkApplication *application, PentPainter *painter, const char *draft_folder)
{
  return g_object_new (PENT_TYPE_WINDOW, "application", application, "painter", painter, "draft-folder", draft_folder,
                       NULL);
}

/**
 * pent_window_get_document:
 *
 * Returns: (transfer none): what is painted on
 */
PentDocument *
pent_window_get_document (PentWindow *self)
{
  g_return_val_if_fail (PENT_IS_WINDOW (self), NULL);
  return self->document;
}
