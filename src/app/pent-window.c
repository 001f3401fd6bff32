/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-preferences.h"
#include "pent-settings.h"
#include "pent-window-private.h"

/**
 * PentWindow:
 *
 * The prompt, the canvas, and what happens between them.
 */

enum
{
  PROP_QUEUE = 1,
  PROP_DRAFT_FOLDER,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentWindow, pent_window, ADW_TYPE_APPLICATION_WINDOW)

/**
 * pent_window_show_toast:
 * @message: a few words that go away by themselves
 */
void
pent_window_show_toast (PentWindow *self, const char *message)
{
  g_autofree char *markup = g_markup_escape_text (message, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}

/**
 * pent_window_show_error:
 * @message: one sentence, to stay until it is dismissed; it does not push away
 *   one that something can be done about
 */
void
pent_window_show_error (PentWindow *self, const char *message)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  if (pent_banner_has_answer (self->banner))
    pent_window_show_toast (self, message);
  else
    pent_banner_show (self->banner, message);
}

/**
 * pent_window_weaken:
 *
 * For work in another thread, which must not keep a closed window alive: a task
 * may drop its last reference there, and widgets end in the main thread alone.
 *
 * Returns: (transfer full): for pent_window_strengthen()
 */
gpointer
pent_window_weaken (PentWindow *self)
{
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  return weak;
}

/**
 * pent_window_strengthen:
 * @weak: (transfer full): of pent_window_weaken()
 *
 * Returns: (nullable) (transfer full): the window, if it is still there
 */
PentWindow *
pent_window_strengthen (gpointer weak)
{
  PentWindow *self = g_weak_ref_get (weak);

  g_weak_ref_clear (weak);
  g_free (weak);
  return self;
}

void
pent_window_enable (PentWindow *self, const char *action, gboolean enabled)
{
  GAction *found = g_action_map_lookup_action (G_ACTION_MAP (self), action);

  if (found != NULL)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (found), enabled);
}

static void
show_prompt_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  adw_flap_set_reveal_flap (((PentWindow *) data)->flap, g_variant_get_boolean (state));
}

static void
show_queue_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (((PentWindow *) data)->queue_button));
}

static void
focus_prompt_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  adw_flap_set_reveal_flap (self->flap, TRUE);
  pent_prompt_pane_focus_prompt (self->prompt_pane);
}

static void
focus_canvas_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_widget_grab_focus (GTK_WIDGET (((PentWindow *) data)->canvas));
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

/* A screen reader says the label without the mark of its mnemonic. */
static void
set_label (GtkWidget *button, const char *label, const char *narrow_icon)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", -1);
  g_autofree char *name = g_strjoinv ("", parts);

  if (narrow_icon != NULL)
    gtk_button_set_icon_name (GTK_BUTTON (button), narrow_icon);
  else
    gtk_button_set_label (GTK_BUTTON (button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Where there is little room, the header bar has pictures in place of words. */
static gboolean
fold_cb (gpointer data)
{
  PentWindow *self = data;
  gboolean narrow = adw_flap_get_folded (self->flap);

  self->fold_source = 0;
  gtk_widget_set_visible (GTK_WIDGET (self->title), !narrow);
  set_label (self->keep_button, _("_Keep This"), narrow ? "object-select-symbolic" : NULL);
  set_label (self->cancel_button, _("_Cancel"), narrow ? "process-stop-symbolic" : NULL);
  return G_SOURCE_REMOVE;
}

/* Told while GTK gives out sizes, when none may change. */
static void
folded_cb (PentWindow *self)
{
  if (self->fold_source == 0)
    self->fold_source = g_idle_add_full (G_PRIORITY_DEFAULT, fold_cb, self, NULL);
}

/* The button says what it does. */
static void
task_changed_cb (PentWindow *self)
{
  static const char *const labels[] = { N_("_Generate"), N_("_Paint Over"), N_("_Repaint"), N_("_Extend") };

  set_label (self->generate_button, _(labels[pent_prompt_pane_get_task (self->prompt_pane)]), NULL);
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
    { self->document, "changed", G_CALLBACK (task_changed_cb) },
    { self->flap, "notify::reveal-flap", G_CALLBACK (flap_changed_cb) },
    { self->flap, "notify::folded", G_CALLBACK (folded_cb) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (connections); i++)
    g_signal_connect_object (connections[i].object, connections[i].signal, connections[i].callback, self,
                             G_CONNECT_SWAPPED);
}

static void
pent_window_constructed (GObject *object)
{
  PentWindow *self = PENT_WINDOW (object);

  G_OBJECT_CLASS (pent_window_parent_class)->constructed (object);

  pent_window_init_files (self);
  pent_window_init_transfer (self);
  pent_window_init_canvas (self);
  pent_window_init_library (self);
  pent_window_init_templates (self);
  pent_window_init_device (self);
  pent_window_init_join (self);
  pent_window_init_run (self);
  connect_all (self);
  restore_draft (self);
  pent_prompt_pane_set_document (self->prompt_pane, self->document);
  bind_window (self);
  flap_changed_cb (self);
  task_changed_cb (self);
  pent_prompt_pane_focus_prompt (self->prompt_pane);
}

static void
pent_window_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  if (property == PROP_QUEUE)
    g_value_set_object (value, PENT_WINDOW (object)->queue);
  else if (property == PROP_DRAFT_FOLDER)
    g_value_set_string (value, PENT_WINDOW (object)->draft_folder);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_window_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  if (property == PROP_QUEUE)
    PENT_WINDOW (object)->queue = g_value_dup_object (value);
  else if (property == PROP_DRAFT_FOLDER)
    PENT_WINDOW (object)->draft_folder = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

/* What was painted is written down before the window is gone. */
static void
save_draft (PentWindow *self)
{
  g_autoptr (GError) error = NULL;

  pent_document_end_stroke (self->document);
  if (self->keeper != NULL && !pent_draft_keeper_flush (self->keeper, &error))
    g_message ("%s", error->message);
}

static void
ask_how_to_close (PentWindow *self)
{
  self->asked = TRUE;
  pent_banner_show (self->question, _("Something is still being painted. What is not finished is offered at the next start."));
  pent_banner_add_answer (self->question, _("_Stop and Close"), "win.stop-and-close");
  pent_banner_add_answer (self->question, _("_Finish in the Background"), "win.go-to-background");
}

/* Asks once: who closes again means it. */
static gboolean
pent_window_close_request (GtkWindow *window)
{
  PentWindow *self = PENT_WINDOW (window);

  save_draft (self);
  if (pent_window_is_painting (self) && !self->asked)
    {
      ask_how_to_close (self);
      return GDK_EVENT_STOP;
    }
  return GTK_WINDOW_CLASS (pent_window_parent_class)->close_request (window);
}

static void
stop_and_close_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_close (GTK_WINDOW (data));
}

/* The application lives as long as it has a window, and this one is only
 * hidden. */
static void
go_to_background_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  if (!pent_window_is_painting (self))
    return;
  pent_banner_hide (self->question);
  save_draft (self);
  self->in_background = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/* All is painted, and nobody has come back. */
void
pent_window_leave_background (PentWindow *self)
{
  self->in_background = FALSE;
  gtk_window_close (GTK_WINDOW (self));
}

static void
pent_window_show (GtkWidget *widget)
{
  PentWindow *self = PENT_WINDOW (widget);

  self->in_background = FALSE;
  self->asked = FALSE;
  GTK_WIDGET_CLASS (pent_window_parent_class)->show (widget);
}

static void
pent_window_dispose (GObject *object)
{
  PentWindow *self = PENT_WINDOW (object);

  if (self->prompt_pane != NULL)
    pent_prompt_pane_set_document (self->prompt_pane, NULL);
  if (self->canvas != NULL)
    pent_canvas_set_document (self->canvas, NULL);
  if (self->queue != NULL)
    pent_window_end_run (self);
  g_clear_object (&self->keeper);
  g_clear_object (&self->desk);
  pent_window_end_device (self);
  g_clear_handle_id (&self->fold_source, g_source_remove);
  g_clear_pointer (&self->opened, pent_request_unref);
  g_clear_pointer (&self->origin_image, pent_image_unref);
  g_clear_pointer (&self->origin_path, g_free);
  g_clear_object (&self->document);
  g_clear_object (&self->queue);
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
  gtk_widget_class_bind_template_child (widget_class, PentWindow, keep_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, queue_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, queue_popover);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, queue_count);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, question);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, gallery_flap);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, gallery_slot);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, gallery_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, model_slot);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, prompt_pane);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, canvas);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, progress_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, hint);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, join_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, join_bar);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, progress_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, brush_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, size_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, copy_button);
  gtk_widget_class_bind_template_child (widget_class, PentWindow, mask_button);
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
  widget_class->show = pent_window_show;
  GTK_WINDOW_CLASS (klass)->close_request = pent_window_close_request;

  properties[PROP_QUEUE] =
    g_param_spec_object ("queue", NULL, NULL, PENT_TYPE_QUEUE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DRAFT_FOLDER] =
    g_param_spec_string ("draft-folder", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (PENT_TYPE_BANNER);
  g_type_ensure (PENT_TYPE_CANVAS);
  g_type_ensure (PENT_TYPE_JOIN_BAR);
  g_type_ensure (PENT_TYPE_PROMPT_PANE);
  g_type_ensure (PENT_TYPE_QUEUE_POPOVER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/window.ui");
  bind_children (widget_class);
}

static void
pent_window_init (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "show-prompt", .state = "true", .change_state = show_prompt_action },
    { .name = "show-queue", .activate = show_queue_action },
    { .name = "focus-prompt", .activate = focus_prompt_action },
    { .name = "focus-canvas", .activate = focus_canvas_action },
    { .name = "preferences", .activate = preferences_action },
    { .name = "go-to-background", .activate = go_to_background_action },
    { .name = "stop-and-close", .activate = stop_and_close_action },
  };

  self->document = pent_document_new (PENT_STARTER_SIDE, PENT_STARTER_SIDE);
  self->settings = pent_settings_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_window_new:
 * @application: (nullable): which it belongs to
 * @queue: what paints for this window
 * @draft_folder: (nullable): where the work is kept between two starts; %NULL
 *   keeps nothing
 *
 * Returns: (transfer floating): the window, as it was left
 */
PentWindow *
pent_window_new (GtkApplication *application, PentQueue *queue, const char *draft_folder)
{
  return g_object_new (PENT_TYPE_WINDOW, "application", application, "queue", queue, "draft-folder", draft_folder,
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
