/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-row.h"

#include <glib/gi18n.h>

/**
 * PentModelRow:
 *
 * A model in a list: its name, family and size, and why it cannot be used.
 */
struct _PentModelRow
{
  GtkBox parent_instance;

  PentModelEntry *entry;

  GtkLabel  *name;
  GtkLabel  *facts;
  GtkWidget *reason;
  GtkWidget *refused;
};

G_DEFINE_FINAL_TYPE (PentModelRow, pent_model_row, GTK_TYPE_BOX)

static void
pent_model_row_dispose (GObject *object)
{
  g_clear_object (&PENT_MODEL_ROW (object)->entry);
  G_OBJECT_CLASS (pent_model_row_parent_class)->dispose (object);
}

static void
pent_model_row_class_init (PentModelRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_model_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/models/model-row.ui");
  gtk_widget_class_bind_template_child (widget_class, PentModelRow, name);
  gtk_widget_class_bind_template_child (widget_class, PentModelRow, facts);
  gtk_widget_class_bind_template_child (widget_class, PentModelRow, reason);
  gtk_widget_class_bind_template_child (widget_class, PentModelRow, refused);
}

static void
pent_model_row_init (PentModelRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
pent_model_row_new (void)
{
  return g_object_new (PENT_TYPE_MODEL_ROW, NULL);
}

/* What a row is called by a screen reader is asked of the widget around it,
 * which holds the keyboard's focus. */
static void
name_row (PentModelRow *self, const char *facts, const char *reason)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *label = reason != NULL
    ? g_strdup_printf ("%s, %s, %s", pent_model_entry_get_name (self->entry), facts, reason)
    : g_strdup_printf ("%s, %s", pent_model_entry_get_name (self->entry), facts);

  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/**
 * pent_model_row_set_entry:
 * @whole: whether the family and the reason are shown as well
 */
void
pent_model_row_set_entry (PentModelRow *self, PentModelEntry *entry, gboolean whole)
{
  g_autofree char *facts = pent_model_entry_describe (entry);
  const char *reason = pent_model_entry_get_reason (entry);

  g_set_object (&self->entry, entry);
  gtk_label_set_text (self->name, pent_model_entry_get_name (entry));
  gtk_label_set_text (self->facts, facts);
  gtk_widget_set_visible (GTK_WIDGET (self->facts), whole);
  gtk_label_set_text (GTK_LABEL (self->reason), reason != NULL ? reason : "");
  gtk_widget_set_visible (self->reason, whole && reason != NULL);
  gtk_widget_set_visible (self->refused, reason != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), pent_model_entry_get_path (entry));
  name_row (self, facts, reason);
}

PentModelEntry *
pent_model_row_get_entry (PentModelRow *self)
{
  return self->entry;
}
