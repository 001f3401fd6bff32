/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-banner.h"

/**
 * PentBanner:
 *
 * One sentence above what it is about, with what can be done about it. It does
 * not take the focus and nothing waits for it.
 */
struct _PentBanner
{
  AdwBin parent_instance;

  GtkRevealer *revealer;
  GtkWidget   *icon;
  GtkLabel    *label;
  GtkBox      *answers;
};

enum
{
  PROP_ICON_NAME = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentBanner, pent_banner, ADW_TYPE_BIN)

static void
dismiss_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  pent_banner_hide (PENT_BANNER (widget));
}

static void
pent_banner_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentBanner *self = PENT_BANNER (object);

  if (property == PROP_ICON_NAME)
    g_value_set_string (value, gtk_image_get_icon_name (GTK_IMAGE (self->icon)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_banner_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  PentBanner *self = PENT_BANNER (object);

  if (property == PROP_ICON_NAME)
    gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_banner_class_init (PentBannerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = pent_banner_get_property;
  object_class->set_property = pent_banner_set_property;
  properties[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL,
                                                    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/banner.ui");
  gtk_widget_class_bind_template_child (widget_class, PentBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, PentBanner, icon);
  gtk_widget_class_bind_template_child (widget_class, PentBanner, label);
  gtk_widget_class_bind_template_child (widget_class, PentBanner, answers);
  gtk_widget_class_install_action (widget_class, "banner.dismiss", NULL, dismiss_action);
}

static void
pent_banner_init (PentBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_banner_show:
 * @message: one sentence, shown in place of the one before and its answers
 */
void
pent_banner_show (PentBanner *self, const char *message)
{
  GtkWidget *answer;

  g_return_if_fail (PENT_IS_BANNER (self));
  while ((answer = gtk_widget_get_first_child (GTK_WIDGET (self->answers))) != NULL)
    gtk_box_remove (self->answers, answer);
  gtk_label_set_text (self->label, message);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

/**
 * pent_banner_add_answer:
 * @label: what can be done, with a mnemonic
 * @detailed_action: the action that does it
 */
void
pent_banner_add_answer (PentBanner *self, const char *label, const char *detailed_action)
{
  g_return_if_fail (PENT_IS_BANNER (self));

  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), detailed_action);
  gtk_box_append (self->answers, button);
}

/**
 * pent_banner_has_answer:
 *
 * Returns: whether the banner is shown with something that can be done
 */
gboolean
pent_banner_has_answer (PentBanner *self)
{
  return pent_banner_is_shown (self) && gtk_widget_get_first_child (GTK_WIDGET (self->answers)) != NULL;
}

/* The old sentence stays in its label while the banner slides away. */
void
pent_banner_hide (PentBanner *self)
{
  g_return_if_fail (PENT_IS_BANNER (self));
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

gboolean
pent_banner_is_shown (PentBanner *self)
{
  g_return_val_if_fail (PENT_IS_BANNER (self), FALSE);
  return gtk_revealer_get_reveal_child (self->revealer);
}

const char *
pent_banner_get_message (PentBanner *self)
{
  g_return_val_if_fail (PENT_IS_BANNER (self), NULL);
  return gtk_label_get_text (self->label);
}
