/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-brush.h"
#include "pent-window-private.h"

/* What the window does to its canvas: tools, brush, mask, view, history. */

static void
tool_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  PentWindow *self = data;
  PentTool tool;

  if (!pent_tool_from_name (g_variant_get_string (state, NULL), &tool))
    return;
  pent_canvas_set_tool (self->canvas, tool);
  g_simple_action_set_state (action, state);
}

/* Between the brush and the eraser, as a pen is turned round. */
static void
swap_tool_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  gboolean paints = pent_canvas_get_tool (self->canvas) == PENT_TOOL_BRUSH;

  g_action_group_change_action_state (G_ACTION_GROUP (self), "tool",
                                      g_variant_new_string (paints ? "eraser" : "brush"));
}

static void
brush_smaller_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  gtk_range_set_value (self->brush_size, pent_brush_step (gtk_range_get_value (self->brush_size), -1));
}

static void
brush_larger_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  gtk_range_set_value (self->brush_size, pent_brush_step (gtk_range_get_value (self->brush_size), 1));
}

static void
brush_changed_cb (PentWindow *self)
{
  PentBrush brush = {
    .size = gtk_range_get_value (self->brush_size),
    .hardness = gtk_range_get_value (self->brush_hardness),
    .opacity = gtk_range_get_value (self->brush_opacity),
    .pressure_size = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->pressure_size)),
    .pressure_opacity = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->pressure_opacity)),
    .softness = self->settings != NULL ? g_settings_get_double (self->settings, "pen-softness") : 0,
  };
  /* Translators: the diameter of the brush in pixels. */
  g_autofree char *label = g_strdup_printf (_("%.0f px"), brush.size);

  pent_canvas_set_brush (self->canvas, &brush);
  gtk_label_set_text (self->brush_label, label);
}

static void
mask_fill_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_document_fill_mask (((PentWindow *) data)->document);
}

static void
mask_clear_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_document_clear_mask (((PentWindow *) data)->document);
}

static void
mask_invert_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_document_invert_mask (((PentWindow *) data)->document);
}

static void
mask_grow_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_document_grow_mask (((PentWindow *) data)->document, g_variant_get_int32 (parameter));
}

static void
mask_visible_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  pent_canvas_set_mask_visible (((PentWindow *) data)->canvas, g_variant_get_boolean (state));
  g_simple_action_set_state (action, state);
}

static void
undo_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_document_undo (((PentWindow *) data)->document);
}

static void
redo_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_document_redo (((PentWindow *) data)->document);
}

static void
zoom_in_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_canvas_step_zoom (((PentWindow *) data)->canvas, 1);
}

static void
zoom_out_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_canvas_step_zoom (((PentWindow *) data)->canvas, -1);
}

static void
zoom_fit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_canvas_zoom_to_fit (((PentWindow *) data)->canvas);
}

static void
zoom_original_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_canvas_set_zoom (((PentWindow *) data)->canvas, 1);
}

static void
zoom_changed_cb (PentWindow *self)
{
  /* Translators: how large the picture is shown, per cent. */
  g_autofree char *label = g_strdup_printf (_("%.0f %%"), pent_canvas_get_zoom (self->canvas) * 100);

  gtk_label_set_text (self->zoom_label, label);
}

static void
history_changed_cb (PentWindow *self)
{
  pent_window_enable (self, "undo", pent_document_get_undo (self->document) != PENT_EDIT_NONE);
  pent_window_enable (self, "redo", pent_document_get_redo (self->document) != PENT_EDIT_NONE);
}

static void
picture_changed_cb (PentWindow *self)
{
  static const char *const actions[] = { "mask-fill", "mask-clear", "mask-invert", "mask-grow", "mask-load",
                                         "mask-paste", "mask-save", "save", "copy", "close-picture" };
  g_autofree char *size = g_strdup_printf ("%d × %d", pent_document_get_width (self->document),
                                           pent_document_get_height (self->document));
  gboolean has_picture = pent_document_get_picture (self->document) != NULL;

  gtk_label_set_text (self->size_label, size);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    pent_window_enable (self, actions[i], has_picture);
}

static void
colour_changed_cb (PentWindow *self)
{
  g_autofree char *text = g_settings_get_string (self->settings, "mask-colour");
  GdkRGBA colour;

  if (!gdk_rgba_parse (&colour, text))
    return;
  colour.alpha = g_settings_get_double (self->settings, "mask-opacity");
  pent_canvas_set_mask_colour (self->canvas, &colour);
}

static void
bind_settings (PentWindow *self)
{
  const struct { const char *key; gpointer object; const char *property; } bindings[] = {
    { "brush-size", gtk_range_get_adjustment (self->brush_size), "value" },
    { "brush-hardness", gtk_range_get_adjustment (self->brush_hardness), "value" },
    { "brush-opacity", gtk_range_get_adjustment (self->brush_opacity), "value" },
    { "pressure-size", self->pressure_size, "active" },
    { "pressure-opacity", self->pressure_opacity, "active" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bindings); i++)
    {
      g_settings_bind (self->settings, bindings[i].key, bindings[i].object, bindings[i].property,
                       G_SETTINGS_BIND_DEFAULT);
      g_autofree char *signal = g_strconcat ("notify::", bindings[i].property, NULL);
      g_signal_connect_object (bindings[i].object, signal, G_CALLBACK (brush_changed_cb), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (self->settings, "changed::pen-softness", G_CALLBACK (brush_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::mask-colour", G_CALLBACK (colour_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::mask-opacity", G_CALLBACK (colour_changed_cb), self,
                           G_CONNECT_SWAPPED);
  colour_changed_cb (self);
}

/* Keys that mean something else where somebody types: they come last, after
 * the widget that has the focus. */
static void
add_keys (PentWindow *self)
{
  static const struct { const char *key; const char *action; const char *target; } keys[] = {
    { "Escape", "win.cancel", NULL },
    { "b", "win.tool", "brush" },         { "e", "win.tool", "eraser" },  { "r", "win.tool", "rectangle" },
    { "l", "win.tool", "lasso" },         { "h", "win.tool", "pan" },     { "x", "win.swap-tool", NULL },
    { "bracketleft", "win.brush-smaller", NULL }, { "bracketright", "win.brush-larger", NULL },
    { "0", "win.zoom-fit", NULL },        { "1", "win.zoom-original", NULL },
    { "KP_0", "win.zoom-fit", NULL },     { "KP_1", "win.zoom-original", NULL },
    { "plus", "win.zoom-in", NULL },      { "KP_Add", "win.zoom-in", NULL },
    { "equal", "win.zoom-in", NULL },
    { "minus", "win.zoom-out", NULL },    { "KP_Subtract", "win.zoom-out", NULL },
    { "<Control>c", "win.copy", NULL },   { "<Control>v", "win.paste", NULL },
    { "<Control>a", "win.mask-fill", NULL }, { "<Control><Shift>a", "win.mask-clear", NULL },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GtkShortcut *shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys[i].key),
                                                gtk_named_action_new (keys[i].action));
      if (keys[i].target != NULL)
        gtk_shortcut_set_arguments (shortcut, g_variant_new_string (keys[i].target));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
    }
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_BUBBLE);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

void
pent_window_init_canvas (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "tool", .parameter_type = "s", .state = "'brush'", .change_state = tool_action },
    { .name = "swap-tool", .activate = swap_tool_action },
    { .name = "brush-smaller", .activate = brush_smaller_action },
    { .name = "brush-larger", .activate = brush_larger_action },
    { .name = "mask-fill", .activate = mask_fill_action },
    { .name = "mask-clear", .activate = mask_clear_action },
    { .name = "mask-invert", .activate = mask_invert_action },
    { .name = "mask-grow", .parameter_type = "i", .activate = mask_grow_action },
    { .name = "mask-visible", .state = "true", .change_state = mask_visible_action },
    { .name = "undo", .activate = undo_action },
    { .name = "redo", .activate = redo_action },
    { .name = "zoom-in", .activate = zoom_in_action },
    { .name = "zoom-out", .activate = zoom_out_action },
    { .name = "zoom-fit", .activate = zoom_fit_action },
    { .name = "zoom-original", .activate = zoom_original_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  if (self->settings != NULL)
    bind_settings (self);
  add_keys (self);
  pent_canvas_set_document (self->canvas, self->document);
  g_signal_connect_object (self->canvas, "notify::zoom", G_CALLBACK (zoom_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "history-changed", G_CALLBACK (history_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "picture-changed", G_CALLBACK (picture_changed_cb), self,
                           G_CONNECT_SWAPPED);
  brush_changed_cb (self);
  zoom_changed_cb (self);
  history_changed_cb (self);
  picture_changed_cb (self);
}
