/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-prompt-pane-private.h"

#include <glib/gi18n.h>

#include "pent-data-dir.h"
#include "pent-estimate.h"
#include "pent-prompt-slots.h"
#include "pent-prompt.h"
#include "pent-sampler-info.h"
#include "pent-shipped-model.h"
#include "pent-template.h"

/* How long typing may pause and still be one edit. */
#define PAUSE_SECONDS 1.5

/**
 * PentPromptPane:
 *
 * What is to be painted, and how. All that is entered here takes part in the
 * document's history and in its draft.
 */

enum
{
  PROP_MODEL = 1,
  PROP_TEMPLATE_NAME,
  PROP_TEMPLATE_TEXT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentPromptPane, pent_prompt_pane, ADW_TYPE_BIN)

/* What a control holds: the property of an object that stands for it. */
typedef struct
{
  const char *name;       /* in the settings */
  gsize       offset;     /* of the control; 0: the pane itself */
  const char *property;
} Field;

#define FIELD(member, property) { #member, G_STRUCT_OFFSET (PentPromptPane, member), property }

static const Field fields[] = {
  FIELD (prompt, "text"), FIELD (negative, "text"), FIELD (width, "value"), FIELD (height, "value"),
  FIELD (count, "value"), FIELD (seed, "text"), FIELD (seed_locked, "active"), FIELD (from_picture, "active"),
  FIELD (strength, "value"), FIELD (fill, "selected"), FIELD (region, "selected"), FIELD (grow, "value"),
  FIELD (feather, "value"), FIELD (steps, "value"), FIELD (cfg, "value"), FIELD (sampler, "selected"),
  FIELD (schedule, "selected"), { "model", 0, "model" }, { "template_name", 0, "template-name" },
  { "template_text", 0, "template-text" },
};

static GObject *
get_control (PentPromptPane *self, const Field *field)
{
  if (field->offset == 0)
    return G_OBJECT (self);
  GtkWidget *control = G_STRUCT_MEMBER (GtkWidget *, self, field->offset);
  return GTK_IS_TEXT_VIEW (control) ? G_OBJECT (gtk_text_view_get_buffer (GTK_TEXT_VIEW (control)))
                                    : G_OBJECT (control);
}

static GVariant *
read_control (PentPromptPane *self, const Field *field)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (get_control (self, field), field->property, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    return g_variant_new_string (g_value_get_string (&value));
  if (G_VALUE_HOLDS_DOUBLE (&value))
    return g_variant_new_double (g_value_get_double (&value));
  if (G_VALUE_HOLDS_BOOLEAN (&value))
    return g_variant_new_boolean (g_value_get_boolean (&value));
  return g_variant_new_uint32 (g_value_get_uint (&value));
}

/* What a draft holds may be of another version: what does not fit is left. */
static void
write_control (PentPromptPane *self, const Field *field, GVariant *variant)
{
  g_autoptr (GVariant) now = g_variant_ref_sink (read_control (self, field));
  g_auto (GValue) value = G_VALUE_INIT;

  if (!g_variant_is_of_type (variant, g_variant_get_type (now)) || g_variant_equal (variant, now))
    return;
  g_dbus_gvariant_to_gvalue (variant, &value);
  g_object_set_property (get_control (self, field), field->property, &value);
}

GVariant *
pent_prompt_pane_read_settings (PentPromptPane *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    g_variant_dict_insert_value (&dict, fields[i].name, read_control (self, &fields[i]));
  return g_variant_dict_end (&dict);
}

/* Changes of one control without a pause are one edit. */
static guint
find_merge (PentPromptPane *self, const char *name)
{
  gint64 now = g_get_monotonic_time ();

  if (g_strcmp0 (name, self->last_edit) != 0 || now - self->last_time > PAUSE_SECONDS * G_USEC_PER_SEC)
    self->merge++;
  self->last_edit = name;
  self->last_time = now;
  return self->merge;
}

static void
show_count (PentPromptPane *self, GtkWidget *view, GtkWidget *label)
{
  g_autofree char *prompt = NULL;
  int n = 0, places = 0;

  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &prompt, NULL);
  gboolean known = *prompt != '\0' && pent_token_counter_count (self->counter, prompt, &n, &places);
  g_autofree char *text = known ? g_strdup_printf ("%d/%d", n, places) : g_strdup ("");
  gtk_label_set_text (GTK_LABEL (label), text);
}

static void
show_counts (PentPromptPane *self)
{
  show_count (self, self->prompt, self->prompt_count);
  show_count (self, self->negative, self->negative_count);
}

static char *
describe_estimate (const PentEstimate *estimate)
{
  g_autofree char *size = g_format_size (estimate->bytes);
  int minutes = estimate->seconds / 60 + 0.5;

  /* Translators: for so many pictures; the second is a size, like 12 MB. */
  if (estimate->seconds < 90)
    return g_strdup_printf (_("About %d seconds and %s"), MAX (1, (int) (estimate->seconds + 0.5)), size);
  if (minutes < 90)
    return g_strdup_printf (_("About %d minutes and %s"), minutes, size);
  return g_strdup_printf (_("About %d hours and %s"), (minutes + 30) / 60, size);
}

/* Before many pictures are painted: how long it will take, and how much space. */
static void
show_estimate (PentPromptPane *self)
{
  PentImage *picture = self->document != NULL ? pent_document_get_picture (self->document) : NULL;
  gboolean edits = picture != NULL && pent_prompt_pane_get_task (self) != PENT_TASK_NEW;
  int width = edits ? picture->width : gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->width));
  int height = edits ? picture->height : gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->height));
  int count = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->count));
  PentEstimate estimate;
  g_autofree char *text = NULL;

  if (count > 1 && self->figures != NULL && pent_estimate (self->figures, self->model, width, height, count, &estimate))
    text = describe_estimate (&estimate);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->count_row), text != NULL ? text : "");
}

/* What will be taken out of a prompt or changed, while it is written; told once. */
static void
show_warning (PentPromptPane *self, GtkTextBuffer *buffer)
{
  g_autofree char *text = NULL;
  gsize start, end;

  g_object_get (buffer, "text", &text, NULL);
  g_autoptr (PentPrompt) prompt = pent_prompt_parse (text);
  const char *warning = prompt->warnings->len > 0 ? g_ptr_array_index (prompt->warnings, 0) : NULL;
  if (g_strcmp0 (warning, self->warning) == 0)
    return;
  g_free (self->warning);
  self->warning = g_strdup (warning);
  if (warning == NULL)
    {
      pent_banner_hide (self->banner);
      return;
    }
  pent_banner_show (self->banner, warning);
  if (pent_prompt_find_network (text, 0, &start, &end))
    pent_banner_add_answer (self->banner, _("_Delete"), "prompt.delete-networks");
}

static void
delete_networks (GtkWidget *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  g_autofree char *text = NULL;
  g_autoptr (GString) rest = NULL;
  gsize start, end;

  g_object_get (buffer, "text", &text, NULL);
  rest = g_string_new (text);
  while (pent_prompt_find_network (rest->str, 0, &start, &end))
    g_string_erase (rest, start, end - start);
  if (!g_str_equal (rest->str, text))
    gtk_text_buffer_set_text (buffer, rest->str, -1);
}

static void
delete_networks_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  PentPromptPane *self = PENT_PROMPT_PANE (widget);

  self->last_edit = NULL;
  delete_networks (self->prompt);
  delete_networks (self->negative);
  pent_banner_hide (self->banner);
}

static void
control_changed_cb (GObject *control, GParamSpec *pspec, PentPromptPane *self)
{
  const char *name = NULL;

  if (GTK_IS_TEXT_BUFFER (control))
    show_warning (self, GTK_TEXT_BUFFER (control));
  show_counts (self);
  show_estimate (self);
  if (self->restoring || self->document == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (get_control (self, &fields[i]) == control && g_str_equal (fields[i].property, pspec->name))
      name = fields[i].name;
  /* Who chooses a seed wants it. */
  if (control == G_OBJECT (self->seed))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->seed_locked), TRUE);
  pent_document_set_settings (self->document, pent_prompt_pane_read_settings (self), find_merge (self, name));

  /* An empty page has the size that will be painted. */
  if ((control == G_OBJECT (self->width) || control == G_OBJECT (self->height))
      && pent_document_get_picture (self->document) == NULL)
    pent_document_close (self->document, gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->width)),
                         gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->height)));
}

static void
settings_changed_cb (PentPromptPane *self)
{
  GVariant *settings = pent_document_get_settings (self->document);

  if (settings == NULL)
    return;
  self->restoring = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (settings, fields[i].name, NULL);
      if (value != NULL)
        write_control (self, &fields[i], value);
    }
  self->restoring = FALSE;
  self->last_edit = NULL;
}

static void
picture_changed_cb (PentPromptPane *self)
{
  gboolean has_picture = pent_document_get_picture (self->document) != NULL;

  gtk_widget_set_visible (self->edit_group, has_picture);
  gtk_widget_set_visible (self->extend_group, has_picture);
}

static void
get_margin_controls (PentPromptPane *self, GtkSpinButton *controls[PENT_N_SIDES])
{
  controls[PENT_SIDE_LEFT] = GTK_SPIN_BUTTON (self->margin_left);
  controls[PENT_SIDE_TOP] = GTK_SPIN_BUTTON (self->margin_top);
  controls[PENT_SIDE_RIGHT] = GTK_SPIN_BUTTON (self->margin_right);
  controls[PENT_SIDE_BOTTOM] = GTK_SPIN_BUTTON (self->margin_bottom);
}

static void
margins_changed_cb (PentPromptPane *self)
{
  GtkSpinButton *controls[PENT_N_SIDES];
  int margins[PENT_N_SIDES];

  get_margin_controls (self, controls);
  pent_document_get_margins (self->document, margins);
  self->restoring = TRUE;
  for (int i = 0; i < PENT_N_SIDES; i++)
    gtk_spin_button_set_value (controls[i], margins[i]);
  self->restoring = FALSE;
}

static void
margin_edited_cb (GtkSpinButton *control, GParamSpec *pspec, PentPromptPane *self)
{
  GtkSpinButton *controls[PENT_N_SIDES];
  int margins[PENT_N_SIDES];

  if (self->restoring || self->document == NULL)
    return;
  get_margin_controls (self, controls);
  for (int i = 0; i < PENT_N_SIDES; i++)
    margins[i] = gtk_spin_button_get_value_as_int (controls[i]) / 8 * 8;
  pent_document_set_margins (self->document, margins, find_merge (self, "margins"));
}

static gint64
random_seed (void)
{
  return g_random_int ();
}

static void
set_seed (PentPromptPane *self, gint64 seed)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, seed);

  gtk_editable_set_text (GTK_EDITABLE (self->seed), text);
}

/* What the dice gave is no edit of the user's. */
static void
show_seed (PentPromptPane *self, gint64 seed)
{
  self->restoring = TRUE;
  set_seed (self, seed);
  self->restoring = FALSE;
}

static void
throw_dice_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  set_seed (PENT_PROMPT_PANE (widget), random_seed ());
}

static void
random_seed_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  PentPromptPane *self = PENT_PROMPT_PANE (widget);

  pent_banner_hide (self->banner);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->seed_locked), FALSE);
}

static void
fill_slot_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  PentPromptPane *self = PENT_PROMPT_PANE (widget);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->prompt));
  GtkTextIter begin;

  pent_banner_hide (self->banner);
  pent_prompt_pane_focus_prompt (self);
  gtk_text_buffer_get_start_iter (buffer, &begin);
  gtk_text_buffer_place_cursor (buffer, &begin);
  pent_prompt_slots_select (GTK_TEXT_VIEW (self->prompt), TRUE);
}

/* A string list of what the command line calls them in the window's words. */
static void
fill_choices (PentPromptPane *self)
{
  g_autoptr (GtkStringList) samplers = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) schedules = gtk_string_list_new (NULL);

  for (int i = 0; i < PENT_N_SAMPLERS; i++)
    gtk_string_list_append (samplers, pent_sampler_get_info (i)->display_name);
  for (int i = 0; i < PENT_N_SCHEDULES; i++)
    gtk_string_list_append (schedules, pent_schedule_type_display_name (i));
  adw_combo_row_set_model (ADW_COMBO_ROW (self->sampler), G_LIST_MODEL (samplers));
  adw_combo_row_set_model (ADW_COMBO_ROW (self->schedule), G_LIST_MODEL (schedules));
  PentSampler sampler = 0;
  if (pent_sampler_from_name ("dpmpp-2m", &sampler))
    adw_combo_row_set_selected (ADW_COMBO_ROW (self->sampler), sampler);
  PentScheduleType schedule = 0;
  if (pent_schedule_type_from_name ("automatic", &schedule))
    adw_combo_row_set_selected (ADW_COMBO_ROW (self->schedule), schedule);
}

static void
set_first_prompt (PentPromptPane *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->prompt));

  /* Translators: a prompt in English, which is what models know best. */
  gtk_text_buffer_set_text (buffer, _("a lighthouse on the right by the sea, sunset"), -1);
}

static void
pent_prompt_pane_dispose (GObject *object)
{
  pent_prompt_pane_set_document (PENT_PROMPT_PANE (object), NULL);

  G_OBJECT_CLASS (pent_prompt_pane_parent_class)->dispose (object);
}

static void
pent_prompt_pane_finalize (GObject *object)
{
  PentPromptPane *self = PENT_PROMPT_PANE (object);

  g_free (self->model);
  g_free (self->template_name);
  g_free (self->template_text);
  g_free (self->warning);
  g_object_unref (self->counter);
  g_clear_pointer (&self->figures, g_ptr_array_unref);

  G_OBJECT_CLASS (pent_prompt_pane_parent_class)->finalize (object);
}

static void
pent_prompt_pane_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentPromptPane *self = PENT_PROMPT_PANE (object);

  if (property == PROP_MODEL)
    g_value_set_string (value, self->model);
  else if (property == PROP_TEMPLATE_NAME)
    g_value_set_string (value, self->template_name);
  else if (property == PROP_TEMPLATE_TEXT)
    g_value_set_string (value, self->template_text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
set_model (PentPromptPane *self, const char *model)
{
  if (g_str_equal (self->model, model))
    return;
  g_free (self->model);
  self->model = g_strdup (model);
  pent_token_counter_set_model (self->counter, model);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}

static void
set_string (PentPromptPane *self, char **field, const GValue *value, GParamSpec *pspec)
{
  if (g_str_equal (*field, g_value_get_string (value)))
    return;
  g_free (*field);
  *field = g_value_dup_string (value);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
pent_prompt_pane_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  PentPromptPane *self = PENT_PROMPT_PANE (object);

  if (property == PROP_MODEL)
    set_model (self, g_value_get_string (value));
  else if (property == PROP_TEMPLATE_NAME)
    set_string (self, &self->template_name, value, pspec);
  else if (property == PROP_TEMPLATE_TEXT)
    set_string (self, &self->template_text, value, pspec);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  static const struct { const char *name; gsize offset; } others[] = {
    { "banner", G_STRUCT_OFFSET (PentPromptPane, banner) },
    { "count_row", G_STRUCT_OFFSET (PentPromptPane, count_row) },
    { "prompt_count", G_STRUCT_OFFSET (PentPromptPane, prompt_count) },
    { "negative_count", G_STRUCT_OFFSET (PentPromptPane, negative_count) },
    { "edit_group", G_STRUCT_OFFSET (PentPromptPane, edit_group) },
    { "extend_group", G_STRUCT_OFFSET (PentPromptPane, extend_group) },
    { "margin_left", G_STRUCT_OFFSET (PentPromptPane, margin_left) },
    { "margin_top", G_STRUCT_OFFSET (PentPromptPane, margin_top) },
    { "margin_right", G_STRUCT_OFFSET (PentPromptPane, margin_right) },
    { "margin_bottom", G_STRUCT_OFFSET (PentPromptPane, margin_bottom) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].offset != 0)
      gtk_widget_class_bind_template_child_full (widget_class, fields[i].name, FALSE, fields[i].offset);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    gtk_widget_class_bind_template_child_full (widget_class, others[i].name, FALSE, others[i].offset);
}

static GParamSpec *
new_string (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, "",
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
pent_prompt_pane_class_init (PentPromptPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = pent_prompt_pane_dispose;
  object_class->finalize = pent_prompt_pane_finalize;
  object_class->get_property = pent_prompt_pane_get_property;
  object_class->set_property = pent_prompt_pane_set_property;
  /* The path of the model that paints; "": the starter model. */
  properties[PROP_MODEL] = new_string ("model");
  /* "NAME@VERSION" of the template that was used last, and its text. */
  properties[PROP_TEMPLATE_NAME] = new_string ("template-name");
  properties[PROP_TEMPLATE_TEXT] = new_string ("template-text");
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (PENT_TYPE_BANNER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/prompt-pane.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "prompt.throw-dice", NULL, throw_dice_action);
  gtk_widget_class_install_action (widget_class, "prompt.random-seed", NULL, random_seed_action);
  gtk_widget_class_install_action (widget_class, "prompt.fill-slot", NULL, fill_slot_action);
  gtk_widget_class_install_action (widget_class, "prompt.delete-networks", NULL, delete_networks_action);
}

static void
pent_prompt_pane_init (PentPromptPane *self)
{
  GtkSpinButton *margins[PENT_N_SIDES];

  self->model = g_strdup ("");
  self->template_name = g_strdup ("");
  self->template_text = g_strdup ("");
  self->counter = pent_token_counter_new ();
  self->native_side = PENT_STARTER_SIDE;
  gtk_widget_init_template (GTK_WIDGET (self));
  pent_prompt_slots_attach (GTK_TEXT_VIEW (self->prompt));
  fill_choices (self);
  set_first_prompt (self);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", fields[i].property, NULL);
      g_signal_connect_object (get_control (self, &fields[i]), signal, G_CALLBACK (control_changed_cb), self, 0);
    }
  get_margin_controls (self, margins);
  for (int i = 0; i < PENT_N_SIDES; i++)
    g_signal_connect_object (margins[i], "notify::value", G_CALLBACK (margin_edited_cb), self, 0);
  g_signal_connect_object (self->counter, "changed", G_CALLBACK (show_counts), self, G_CONNECT_SWAPPED);
  pent_token_counter_set_model (self->counter, self->model);
}

/* The first entered words can be undone: the history begins with what is
 * shown now. */
static void
begin_history (PentPromptPane *self)
{
  g_autoptr (PentCanvasState) state = pent_document_snapshot (self->document);

  state->settings = g_variant_ref_sink (pent_prompt_pane_read_settings (self));
  pent_document_restore (self->document, state);
}

/**
 * pent_prompt_pane_set_document:
 * @document: (nullable): what is painted on; its settings are shown, or where
 *   it has none, it gets those that are shown
 */
void
pent_prompt_pane_set_document (PentPromptPane *self, PentDocument *document)
{
  g_return_if_fail (PENT_IS_PROMPT_PANE (self));
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_set_object (&self->document, document);
  if (document == NULL)
    return;
  g_signal_connect_swapped (document, "settings-changed", G_CALLBACK (settings_changed_cb), self);
  g_signal_connect_swapped (document, "picture-changed", G_CALLBACK (picture_changed_cb), self);
  g_signal_connect_swapped (document, "margins-changed", G_CALLBACK (margins_changed_cb), self);
  if (pent_document_get_settings (document) == NULL)
    begin_history (self);
  settings_changed_cb (self);
  picture_changed_cb (self);
  margins_changed_cb (self);
}

/**
 * pent_prompt_pane_get_task:
 *
 * Returns: what Generate would do now
 */
PentTask
pent_prompt_pane_get_task (PentPromptPane *self)
{
  int margins[PENT_N_SIDES];

  g_return_val_if_fail (PENT_IS_PROMPT_PANE (self), PENT_TASK_NEW);
  if (self->document == NULL || pent_document_get_picture (self->document) == NULL)
    return PENT_TASK_NEW;
  pent_document_get_margins (self->document, margins);
  if (margins[0] + margins[1] + margins[2] + margins[3] > 0)
    return PENT_TASK_EXTEND;
  if (!pent_tile_mask_is_empty (pent_document_get_mask (self->document)))
    return PENT_TASK_REPAINT;
  return gtk_switch_get_active (GTK_SWITCH (self->from_picture)) ? PENT_TASK_OVER : PENT_TASK_NEW;
}

static void
take_string (char **field, const char *text)
{
  g_free (*field);
  *field = g_strdup (text);
}

static void
take_text (char **field, GtkWidget *view)
{
  g_autofree char *text = NULL;

  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &text, NULL);
  take_string (field, text);
}

/* What the starter model paints, its sibling repaints: it is told what lies
 * around the mask. */
static void
take_model (PentPromptPane *self, PentRequest *request, PentTask task)
{
  if (*self->model != '\0')
    {
      take_string (&request->model, self->model);
      return;
    }
  g_autofree char *sibling = pent_data_path (PENT_STARTER_INPAINT, NULL);
  if ((task == PENT_TASK_REPAINT || task == PENT_TASK_EXTEND) && sibling != NULL)
    take_string (&request->model, sibling);
}

static double
get_number (GtkWidget *spin)
{
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  return gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin));
}

/* One sentence, and what can be done about it. */
static void
show_problem (PentPromptPane *self, const char *message, const char *label, const char *action)
{
  pent_banner_show (self->banner, message);
  pent_banner_add_answer (self->banner, label, action);
}

static gboolean
take_seed (PentPromptPane *self, PentRequest *request)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->seed));
  gboolean locked = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->seed_locked));
  guint64 seed = 0;

  if (!locked || *text == '\0')
    seed = random_seed ();
  else if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &seed, NULL))
    {
      g_autofree char *message = g_strdup_printf (_("“%s” is no seed: enter a whole number, 0 or more."), text);
      show_problem (self, message, _("Take _Any"), "prompt.random-seed");
      return FALSE;
    }
  request->seed = seed;
  if (!locked)
    show_seed (self, seed);
  return TRUE;
}

/* Which template the prompt was made from, if it still is. */
static gboolean
take_template (PentPromptPane *self, PentRequest *request)
{
  gsize start, end;

  if (*self->template_name == '\0' || !pent_slots_were_filled (self->template_text, request->prompt))
    return TRUE;
  if (pent_slot_find (request->prompt, 0, &start, &end))
    {
      /* Translators: a slot of a template, with its braces. */
      g_autofree char *message = g_strdup_printf (_("%.*s is still to be filled: write what it stands for."),
                                                  (int) (end - start), request->prompt + start);
      show_problem (self, message, _("_Fill It"), "prompt.fill-slot");
      return FALSE;
    }
  take_string (&request->template_name, self->template_name);
  return TRUE;
}

static gboolean
take_edit (PentPromptPane *self, PentRequest *request, PentTask task)
{
  const PentTileMask *mask = pent_document_get_mask (self->document);

  request->init = pent_image_ref (pent_document_get_picture (self->document));
  request->strength = get_number (self->strength);
  if (task == PENT_TASK_OVER)
    return TRUE;
  request->fill = adw_combo_row_get_selected (ADW_COMBO_ROW (self->fill));
  request->region = adw_combo_row_get_selected (ADW_COMBO_ROW (self->region));
  request->grow = get_number (self->grow);
  request->feather = get_number (self->feather);
  pent_document_get_margins (self->document, request->outpaint);
  if (task == PENT_TASK_EXTEND)
    request->strength = PENT_UNSET;
  if (pent_tile_mask_is_empty (mask))
    return TRUE;
  g_autoptr (GError) error = NULL;
  request->mask = pent_tile_mask_to_image (mask, &error);
  if (request->mask == NULL)
    pent_banner_show (self->banner, error->message);
  return request->mask != NULL;
}

/**
 * pent_prompt_pane_make_request:
 *
 * Returns: (transfer full): what is to be painted now; %NULL where something
 *   entered makes no sense, which the pane says
 */
PentRequest *
pent_prompt_pane_make_request (PentPromptPane *self)
{
  g_return_val_if_fail (PENT_IS_PROMPT_PANE (self), NULL);

  g_autoptr (PentRequest) request = pent_request_new ();
  PentTask task = pent_prompt_pane_get_task (self);
  take_text (&request->prompt, self->prompt);
  take_text (&request->negative, self->negative);
  take_model (self, request, task);
  request->count = get_number (self->count);
  request->steps = get_number (self->steps);
  request->cfg = get_number (self->cfg);
  take_string (&request->sampler,
               pent_sampler_get_info (adw_combo_row_get_selected (ADW_COMBO_ROW (self->sampler)))->name);
  take_string (&request->schedule, pent_schedule_type_name (adw_combo_row_get_selected (ADW_COMBO_ROW (self->schedule))));
  pent_banner_hide (self->banner);
  if (!take_template (self, request) || !take_seed (self, request))
    return NULL;
  if (task == PENT_TASK_NEW)
    {
      request->width = (int) get_number (self->width) / 8 * 8;
      request->height = (int) get_number (self->height) / 8 * 8;
    }
  else if (!take_edit (self, request, task))
    return NULL;
  return g_steal_pointer (&request);
}

/**
 * pent_prompt_pane_dup_prompt:
 *
 * Returns: (transfer full): the prompt as it is now
 */
char *
pent_prompt_pane_dup_prompt (PentPromptPane *self)
{
  char *text = NULL;

  g_return_val_if_fail (PENT_IS_PROMPT_PANE (self), NULL);
  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->prompt)), "text", &text, NULL);
  return text;
}

void
pent_prompt_pane_focus_prompt (PentPromptPane *self)
{
  g_return_if_fail (PENT_IS_PROMPT_PANE (self));
  gtk_widget_grab_focus (self->prompt);
}

/**
 * pent_prompt_pane_choose_model:
 * @path: (nullable): of a file or folder; %NULL: the starter model
 * @side: of the pictures it paints best, pixels; 0: not known
 *
 * A size that nobody has changed follows the model.
 */
void
pent_prompt_pane_choose_model (PentPromptPane *self, const char *path, int side)
{
  g_return_if_fail (PENT_IS_PROMPT_PANE (self));

  gboolean native = get_number (self->width) == self->native_side && get_number (self->height) == self->native_side;
  set_model (self, path != NULL ? path : "");
  if (native && side > 0)
    {
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->width), side);
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->height), side);
    }
  self->native_side = side;
}

/**
 * pent_prompt_pane_set_figures:
 * @figures: (transfer full) (element-type PentLibraryFigures): how long pictures
 *   took so far
 */
void
pent_prompt_pane_set_figures (PentPromptPane *self, GPtrArray *figures)
{
  g_return_if_fail (PENT_IS_PROMPT_PANE (self));
  g_clear_pointer (&self->figures, g_ptr_array_unref);
  self->figures = figures;
  show_estimate (self);
}
