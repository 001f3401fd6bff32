/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-preferences.h"

#include <glib/gi18n.h>

/**
 * PentPreferences:
 *
 * What is chosen once and for all.
 */
struct _PentPreferences
{
  AdwPreferencesWindow parent_instance;

  GtkWidget *mask_colour;
  GtkScale  *mask_opacity;
  GtkScale  *pen_softness;
  GtkWidget *device;
};

G_DEFINE_FINAL_TYPE (PentPreferences, pent_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const char *const devices[] = { "auto", "cpu", "vulkan" };

static gboolean
text_to_colour (GValue *value, GVariant *variant, gpointer data)
{
  GdkRGBA colour;

  if (!gdk_rgba_parse (&colour, g_variant_get_string (variant, NULL)))
    return FALSE;
  g_value_set_boxed (value, &colour);
  return TRUE;
}

static GVariant *
colour_to_text (const GValue *value, const GVariantType *type, gpointer data)
{
  g_autofree char *text = gdk_rgba_to_string (g_value_get_boxed (value));

  return g_variant_new_string (text);
}

static gboolean
name_to_index (GValue *value, GVariant *variant, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    if (g_str_has_prefix (g_variant_get_string (variant, NULL), devices[i]))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
index_to_name (const GValue *value, const GVariantType *type, gpointer data)
{
  guint index = g_value_get_uint (value);

  return index < G_N_ELEMENTS (devices) ? g_variant_new_string (devices[index]) : NULL;
}

static void
pent_preferences_class_init (PentPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, PentPreferences, mask_colour);
  gtk_widget_class_bind_template_child (widget_class, PentPreferences, mask_opacity);
  gtk_widget_class_bind_template_child (widget_class, PentPreferences, pen_softness);
  gtk_widget_class_bind_template_child (widget_class, PentPreferences, device);
}

/* What takes the focus in a colour button is a button inside it, without a
 * name. */
static void
name_colour_button (GtkWidget *colour_button)
{
  GtkWidget *button = gtk_widget_get_first_child (colour_button);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Colour of the mask"), -1);
}

static void
pent_preferences_init (PentPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_colour_button (self->mask_colour);
}

PentPreferences *
pent_preferences_new (GSettings *settings)
{
  PentPreferences *self = g_object_new (PENT_TYPE_PREFERENCES, NULL);

  g_settings_bind_with_mapping (settings, "mask-colour", self->mask_colour, "rgba", G_SETTINGS_BIND_DEFAULT,
                                text_to_colour, colour_to_text, NULL, NULL);
  g_settings_bind (settings, "mask-opacity", gtk_range_get_adjustment (GTK_RANGE (self->mask_opacity)), "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "pen-softness", gtk_range_get_adjustment (GTK_RANGE (self->pen_softness)), "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, "device", self->device, "selected", G_SETTINGS_BIND_DEFAULT,
                                name_to_index, index_to_name, NULL, NULL);
  return self;
}
