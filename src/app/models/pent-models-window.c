/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-models-window.h"

#include <glib/gi18n.h>

#include "pent-model-row.h"

/**
 * PentModelsWindow:
 *
 * Folders with models, and what was found in them: family, size, and where
 * something cannot be used, why. Signal "model-chosen" (a #PentModelEntry).
 */
struct _PentModelsWindow
{
  AdwWindow parent_instance;

  PentModelList *list;

  GtkWidget   *spinner;
  GtkRevealer *problem_revealer;
  GtkLabel    *problem;
  GtkListBox  *folders;
  GtkListView *models;
};

enum
{
  MODEL_CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentModelsWindow, pent_models_window, ADW_TYPE_WINDOW)

static void
remove_clicked_cb (GtkWidget *button, PentModelsWindow *self)
{
  pent_model_list_remove_folder (self->list, gtk_widget_get_name (button));
}

static void
add_folder_row (PentModelsWindow *self, const char *folder)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic");
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *markup = g_markup_escape_text (shown, -1);
  /* Translators: a folder's name. */
  g_autofree char *label = g_strdup_printf (_("Do not look into %s any more"), shown);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), markup);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_name (button, folder);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Do not look into this folder any more; nothing in it is removed"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect (button, "clicked", G_CALLBACK (remove_clicked_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  gtk_list_box_append (self->folders, row);
}

static void
update_folders (PentModelsWindow *self)
{
  char **folders = pent_model_list_get_folders (self->list);

  for (GtkListBoxRow *row; (row = gtk_list_box_get_row_at_index (self->folders, 0)) != NULL;)
    gtk_list_box_remove (self->folders, GTK_WIDGET (row));
  for (char **folder = folders; *folder != NULL; folder++)
    add_folder_row (self, *folder);
  gtk_widget_set_visible (GTK_WIDGET (self->folders), *folders != NULL);
}

static void
list_changed_cb (PentModelsWindow *self)
{
  const char *problem = pent_model_list_get_problem (self->list);

  gtk_widget_set_visible (self->spinner, pent_model_list_get_scanning (self->list));
  if (problem != NULL)
    gtk_label_set_text (self->problem, problem);
  gtk_revealer_set_reveal_child (self->problem_revealer, problem != NULL);
  update_folders (self);
}

static void
add_path (PentModelsWindow *self, GFile *file)
{
  if (g_file_peek_path (file) != NULL)
    pent_model_list_add_folder (self->list, g_file_peek_path (file));
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, gpointer data)
{
  PentModelsWindow *self = PENT_MODELS_WINDOW (gtk_native_dialog_get_transient_for (dialog));
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL)
    add_path (self, file);
  g_object_unref (dialog);
}

static void
add_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_("Add a Folder With Models"), GTK_WINDOW (widget),
                                                              GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Add"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (chosen_cb), NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
scan_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  pent_model_list_scan (PENT_MODELS_WINDOW (widget)->list);
}

static gboolean
dropped_cb (GtkDropTarget *target, const GValue *value, double x, double y, PentModelsWindow *self)
{
  for (GSList *file = g_value_get_boxed (value); file != NULL; file = file->next)
    add_path (self, file->data);
  return TRUE;
}

static void
activated_cb (PentModelsWindow *self, guint position)
{
  g_autoptr (PentModelEntry) entry = g_list_model_get_item (pent_model_list_get_entries (self->list), position);

  if (!pent_model_entry_get_usable (entry))
    return;
  g_signal_emit (self, signals[MODEL_CHOSEN], 0, entry);
  gtk_window_close (GTK_WINDOW (self));
}

static void
set_up_row_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, pent_model_row_new ());
}

static void
bind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  PentModelEntry *entry = gtk_list_item_get_item (item);

  gtk_list_item_set_activatable (item, pent_model_entry_get_usable (entry));
  pent_model_row_set_entry (PENT_MODEL_ROW (gtk_list_item_get_child (item)), entry, TRUE);
}

static void
pent_models_window_dispose (GObject *object)
{
  g_clear_object (&PENT_MODELS_WINDOW (object)->list);
  G_OBJECT_CLASS (pent_models_window_parent_class)->dispose (object);
}

static void
pent_models_window_class_init (PentModelsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_models_window_dispose;
  signals[MODEL_CHOSEN] = g_signal_new ("model-chosen", PENT_TYPE_MODELS_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, PENT_TYPE_MODEL_ENTRY);
  gtk_widget_class_install_action (widget_class, "models.add-folder", NULL, add_folder_action);
  gtk_widget_class_install_action (widget_class, "models.scan", NULL, scan_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F5, 0, "models.scan", NULL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/pentimento/Pentimento/models/models-window.ui");
  gtk_widget_class_bind_template_child (widget_class, PentModelsWindow, spinner);
  gtk_widget_class_bind_template_child (widget_class, PentModelsWindow, problem_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentModelsWindow, problem);
  gtk_widget_class_bind_template_child (widget_class, PentModelsWindow, folders);
  gtk_widget_class_bind_template_child (widget_class, PentModelsWindow, models);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, set_up_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_row_cb);
}

static void
pent_models_window_init (PentModelsWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (target, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/**
 * pent_models_window_new:
 * @list: what it shows and changes
 *
 * Returns: (transfer none): a window that is still to be shown
 */
PentModelsWindow *
pent_models_window_new (PentModelList *list)
{
  PentModelsWindow *self = g_object_new (PENT_TYPE_MODELS_WINDOW, NULL);
  GListModel *entries = g_object_ref (pent_model_list_get_entries (list));

  self->list = g_object_ref (list);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (entries);
  gtk_list_view_set_model (self->models, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (list, "notify", G_CALLBACK (list_changed_cb), self, G_CONNECT_SWAPPED);
  list_changed_cb (self);
  return self;
}
