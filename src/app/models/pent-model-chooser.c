/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-chooser.h"

#include <glib/gi18n.h>
#include <string.h>

#include "pent-model-row.h"

/* A list of more is searched, not read. */
#define MAX_ROWS 400

/**
 * PentModelChooser:
 *
 * The model that paints, and the others that could, by family. Signal
 * "model-chosen" (a #PentModelEntry).
 */
struct _PentModelChooser
{
  AdwBin parent_instance;

  PentModelList *list;
  char          *model;      /* path of the one that paints; "": the starter model */

  GtkMenuButton *button;
  GtkLabel      *label;
  GtkPopover    *popover;
  GtkEditable   *search;
  GtkListBox    *rows;
};

enum
{
  MODEL_CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentModelChooser, pent_model_chooser, ADW_TYPE_BIN)

static PentModelEntry *
get_entry (GtkListBoxRow *row)
{
  return pent_model_row_get_entry (PENT_MODEL_ROW (gtk_list_box_row_get_child (row)));
}

static void
header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  g_autofree char *family = pent_model_entry_get_family (get_entry (row));
  g_autofree char *family_before = before != NULL ? pent_model_entry_get_family (get_entry (before)) : NULL;

  if (g_strcmp0 (family, family_before) == 0)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  GtkWidget *header = gtk_label_new (family);
  gtk_label_set_xalign (GTK_LABEL (header), 0);
  gtk_widget_add_css_class (header, "caption-heading");
  gtk_widget_add_css_class (header, "model-family");
  gtk_list_box_row_set_header (row, header);
}

static gboolean
matches (PentModelEntry *entry, const char *search)
{
  g_autofree char *name = g_utf8_casefold (pent_model_entry_get_name (entry), -1);
  g_autofree char *text = g_utf8_casefold (search, -1);

  return strstr (name, text) != NULL;
}

static void
add_row (PentModelChooser *self, PentModelEntry *entry)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *content = pent_model_row_new ();

  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), content);
  pent_model_row_set_entry (PENT_MODEL_ROW (content), entry, FALSE);
  gtk_list_box_append (self->rows, row);
  if (g_str_equal (pent_model_entry_get_path (entry), self->model))
    gtk_list_box_select_row (self->rows, GTK_LIST_BOX_ROW (row));
}

/* Those that can be used and match what is searched for. */
static void
fill (PentModelChooser *self)
{
  GListModel *entries = pent_model_list_get_entries (self->list);
  guint n_rows = 0;

  for (GtkListBoxRow *row; (row = gtk_list_box_get_row_at_index (self->rows, 0)) != NULL;)
    gtk_list_box_remove (self->rows, GTK_WIDGET (row));
  for (guint i = 0; i < g_list_model_get_n_items (entries) && n_rows < MAX_ROWS; i++)
    {
      g_autoptr (PentModelEntry) entry = g_list_model_get_item (entries, i);
      if (!pent_model_entry_get_usable (entry))
        break;
      if (!matches (entry, gtk_editable_get_text (self->search)))
        continue;
      add_row (self, entry);
      n_rows++;
    }
}

static char *
get_model_name (PentModelChooser *self)
{
  GListModel *entries = pent_model_list_get_entries (self->list);

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (PentModelEntry) entry = g_list_model_get_item (entries, i);
      if (g_str_equal (pent_model_entry_get_path (entry), self->model))
        return g_strdup (pent_model_entry_get_name (entry));
    }
  return *self->model != '\0' ? g_filename_display_basename (self->model) : g_strdup (_("Starter model"));
}

/* A model that was removed is still named, and said to be missing. */
static void
update_button (PentModelChooser *self)
{
  g_autofree char *name = get_model_name (self);
  gboolean missing = *self->model != '\0' && !g_file_test (self->model, G_FILE_TEST_EXISTS);
  /* Translators: a model's name. */
  g_autofree char *tooltip = g_strdup_printf (missing ? _("The model %s is missing: choose another one")
                                                      : _("Model: %s"), name);

  gtk_label_set_text (self->label, name);
  if (missing)
    gtk_widget_add_css_class (GTK_WIDGET (self->label), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->label), "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
}

static void
entries_changed_cb (PentModelChooser *self)
{
  update_button (self);
  if (gtk_widget_get_visible (GTK_WIDGET (self->popover)))
    fill (self);
}

static void
shown_cb (PentModelChooser *self)
{
  gtk_editable_set_text (self->search, "");
  fill (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
activated_cb (PentModelChooser *self, GtkListBoxRow *row)
{
  g_autoptr (PentModelEntry) entry = g_object_ref (get_entry (row));

  gtk_popover_popdown (self->popover);
  g_signal_emit (self, signals[MODEL_CHOSEN], 0, entry);
}

/* Return in the search field takes the first that is found. */
static void
search_activated_cb (PentModelChooser *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->rows, 0);

  if (row != NULL)
    activated_cb (self, row);
}

static void
pent_model_chooser_dispose (GObject *object)
{
  g_clear_object (&PENT_MODEL_CHOOSER (object)->list);
  G_OBJECT_CLASS (pent_model_chooser_parent_class)->dispose (object);
}

static void
pent_model_chooser_finalize (GObject *object)
{
  g_free (PENT_MODEL_CHOOSER (object)->model);
  G_OBJECT_CLASS (pent_model_chooser_parent_class)->finalize (object);
}

static void
pent_model_chooser_class_init (PentModelChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_model_chooser_dispose;
  G_OBJECT_CLASS (klass)->finalize = pent_model_chooser_finalize;
  signals[MODEL_CHOSEN] = g_signal_new ("model-chosen", PENT_TYPE_MODEL_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, PENT_TYPE_MODEL_ENTRY);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/pentimento/Pentimento/models/model-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, PentModelChooser, button);
  gtk_widget_class_bind_template_child (widget_class, PentModelChooser, label);
  gtk_widget_class_bind_template_child (widget_class, PentModelChooser, popover);
  gtk_widget_class_bind_template_child (widget_class, PentModelChooser, search);
  gtk_widget_class_bind_template_child (widget_class, PentModelChooser, rows);
  gtk_widget_class_bind_template_callback (widget_class, fill);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
}

static void
pent_model_chooser_init (PentModelChooser *self)
{
  self->model = g_strdup ("");
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->rows, header_cb, NULL, NULL);
}

/**
 * pent_model_chooser_new:
 * @list: what may be chosen
 *
 * Returns: (transfer floating): a button that shows the starter model
 */
GtkWidget *
pent_model_chooser_new (PentModelList *list)
{
  PentModelChooser *self = g_object_new (PENT_TYPE_MODEL_CHOOSER, NULL);

  self->list = g_object_ref (list);
  g_signal_connect_object (pent_model_list_get_entries (list), "items-changed", G_CALLBACK (entries_changed_cb), self,
                           G_CONNECT_SWAPPED);
  update_button (self);
  return GTK_WIDGET (self);
}

/**
 * pent_model_chooser_set_model:
 * @path: of the model that paints; "" for the starter model
 */
void
pent_model_chooser_set_model (PentModelChooser *self, const char *path)
{
  g_return_if_fail (PENT_IS_MODEL_CHOOSER (self));
  g_free (self->model);
  self->model = g_strdup (path);
  update_button (self);
}

/**
 * pent_model_chooser_get_list:
 *
 * Returns: (transfer none): what may be chosen
 */
PentModelList *
pent_model_chooser_get_list (PentModelChooser *self)
{
  g_return_val_if_fail (PENT_IS_MODEL_CHOOSER (self), NULL);
  return self->list;
}
