/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-templates-window.h"

#include <glib/gi18n.h>

#include "pent-banner.h"

/* How long a removal can be taken back, in seconds. */
#define UNDO_SECONDS 10

/**
 * PentTemplatesWindow:
 *
 * Prompts with {slots}, kept in the library under names and in versions: saved,
 * used, renamed and removed. Signal "template-chosen" (a #PentTemplate).
 */
struct _PentTemplatesWindow
{
  AdwWindow parent_instance;

  PentLibraryDesk *desk;
  char            *prompt;     /* that can be saved */
  GPtrArray       *templates;  /* of PentTemplate: all versions, by name, the newest first */
  GPtrArray       *rows;       /* of those, not held */
  char            *open;       /* name of the row that is to be open, or NULL */

  PentBanner          *banner;
  AdwToastOverlay     *toasts;
  GtkWidget           *name;
  GtkWidget           *save_button;
  AdwPreferencesGroup *group;
  GtkWidget           *empty;
};

enum
{
  TEMPLATE_CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentTemplatesWindow, pent_templates_window, ADW_TYPE_WINDOW)

/* --- in the desk's thread --- */

typedef enum
{
  CHANGE_NONE,
  CHANGE_ADD,
  CHANGE_RENAME,
  CHANGE_REMOVE,
  CHANGE_RESTORE,
} ChangeKind;

typedef struct
{
  ChangeKind kind;
  char      *name;
  char      *text;        /* of CHANGE_ADD; the new name of CHANGE_RENAME */
  GPtrArray *templates;   /* of CHANGE_RESTORE */
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->name);
  g_free (change->text);
  g_clear_pointer (&change->templates, g_ptr_array_unref);
  g_free (change);
}

static gboolean
apply (PentLibrary *library, const Change *change, GError **error)
{
  gint64 version;

  switch (change->kind)
    {
    case CHANGE_ADD:
      return pent_library_add_template (library, change->name, change->text, &version, error);
    case CHANGE_RENAME:
      return pent_library_rename_template (library, change->name, change->text, error);
    case CHANGE_REMOVE:
      return pent_library_remove_template (library, change->name, error);
    case CHANGE_RESTORE:
      return pent_library_restore_templates (library, change->templates, error);
    case CHANGE_NONE:
    default:
      return TRUE;
    }
}

static gpointer
apply_and_list (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  return apply (library, data, error) ? pent_library_list_template_versions (library, error) : NULL;
}

/* --- what is shown --- */

static const PentTemplate *
get_template (PentTemplatesWindow *self, guint i)
{
  return g_ptr_array_index (self->templates, i);
}

static void change (PentTemplatesWindow *self, ChangeKind kind, const char *name, const char *text, GPtrArray *templates);

/* The number of a template among all, on the widget that is about it. */
static GtkWidget *
make_button (PentTemplatesWindow *self, guint i, const char *icon, const char *tooltip, GCallback callback)
{
  const PentTemplate *template = get_template (self, i);
  GtkWidget *button = icon != NULL ? gtk_button_new_from_icon_name (icon) : gtk_button_new_with_label (tooltip);
  g_autofree char *number = g_strdup_printf ("%u", i);
  g_autofree char *label = g_strdup_printf ("%s: %s %" G_GINT64_FORMAT, tooltip, template->name, template->version);

  gtk_widget_set_name (button, number);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  if (icon != NULL)
    gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect (button, "clicked", callback, self);
  return button;
}

static const PentTemplate *
find_template (PentTemplatesWindow *self, gpointer widget)
{
  return get_template (self, g_ascii_strtoull (gtk_widget_get_name (widget), NULL, 10));
}

static void
use_cb (gpointer widget, PentTemplatesWindow *self)
{
  g_signal_emit (self, signals[TEMPLATE_CHOSEN], 0, find_template (self, widget));
  gtk_window_close (GTK_WINDOW (self));
}

static void
rename_cb (GtkWidget *row, PentTemplatesWindow *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (row));

  if (!pent_template_name_is_valid (name))
    {
      pent_banner_show (self->banner, _("A template needs a name without “@”: write another one."));
      return;
    }
  g_free (self->open);
  self->open = g_strdup (name);
  change (self, CHANGE_RENAME, find_template (self, row)->name, name, NULL);
}

static PentTemplate *
template_copy (const PentTemplate *template)
{
  PentTemplate *copy = g_memdup2 (template, sizeof *template);

  copy->name = g_strdup (template->name);
  copy->text = g_strdup (template->text);
  return copy;
}

/* What was removed, until its toast goes. */
typedef struct
{
  PentTemplatesWindow *window;   /* not held: the toast is its child */
  GPtrArray           *templates;
} Removed;

static void
removed_free (gpointer data, GClosure *closure)
{
  g_ptr_array_unref (((Removed *) data)->templates);
  g_free (data);
}

static void
undo_cb (AdwToast *toast, Removed *removed)
{
  change (removed->window, CHANGE_RESTORE, NULL, NULL, removed->templates);
}

static void
offer_undo (PentTemplatesWindow *self, GPtrArray *templates)
{
  const PentTemplate *first = g_ptr_array_index (templates, 0);
  /* Translators: a template's name. */
  g_autofree char *title = g_strdup_printf (_("“%s” removed"), first->name);
  g_autofree char *markup = g_markup_escape_text (title, -1);
  AdwToast *toast = adw_toast_new (markup);
  Removed *removed = g_new (Removed, 1);

  *removed = (Removed) { self, g_ptr_array_ref (templates) };
  adw_toast_set_button_label (toast, _("_Undo"));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), removed, removed_free, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
remove_cb (GtkWidget *button, PentTemplatesWindow *self)
{
  const PentTemplate *chosen = find_template (self, button);
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_template_free);

  for (guint i = 0; i < self->templates->len; i++)
    if (g_str_equal (get_template (self, i)->name, chosen->name))
      g_ptr_array_add (versions, template_copy (get_template (self, i)));
  change (self, CHANGE_REMOVE, chosen->name, NULL, NULL);
  offer_undo (self, versions);
}

static void
add_version (PentTemplatesWindow *self, AdwExpanderRow *row, guint i)
{
  const PentTemplate *template = get_template (self, i);
  GtkWidget *child = adw_action_row_new ();
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (template->created / 1000);
  g_autofree char *date = created != NULL ? g_date_time_format (created, "%x") : g_strdup ("");
  /* Translators: a version's number, and the day it was saved. */
  g_autofree char *title = g_strdup_printf (_("Version %d, %s"), (int) template->version, date);
  g_autofree char *text = g_markup_escape_text (template->text, -1);
  GtkWidget *use = make_button (self, i, NULL, _("Use"), G_CALLBACK (use_cb));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (child), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (child), text);
  adw_action_row_add_suffix (ADW_ACTION_ROW (child), use);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (child), use);
  adw_expander_row_add_row (row, child);
}

static void
add_name (PentTemplatesWindow *self, AdwExpanderRow *row, guint i)
{
  GtkWidget *entry = adw_entry_row_new ();
  g_autofree char *number = g_strdup_printf ("%u", i);

  gtk_widget_set_name (entry, number);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _("Name"));
  gtk_editable_set_text (GTK_EDITABLE (entry), get_template (self, i)->name);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (entry), TRUE);
  g_signal_connect (entry, "apply", G_CALLBACK (rename_cb), self);
  adw_expander_row_add_row (row, entry);
}

/* One row for a name; its versions are in it. */
static AdwExpanderRow *
add_template (PentTemplatesWindow *self, guint i)
{
  const PentTemplate *template = get_template (self, i);
  GtkWidget *row = adw_expander_row_new ();
  g_autofree char *title = g_markup_escape_text (template->name, -1);
  g_autofree char *text = g_markup_escape_text (template->text, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, template->name, -1);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), text);
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), make_button (self, i, "user-trash-symbolic", _("Remove"),
                                                                    G_CALLBACK (remove_cb)));
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), make_button (self, i, NULL, _("Use"),
                                                                    G_CALLBACK (use_cb)));
  add_name (self, ADW_EXPANDER_ROW (row), i);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), g_strcmp0 (self->open, template->name) == 0);
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
  return ADW_EXPANDER_ROW (row);
}

static void
update (PentTemplatesWindow *self)
{
  AdwExpanderRow *row = NULL;
  const char *name = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < self->templates->len; i++)
    {
      if (g_strcmp0 (name, get_template (self, i)->name) != 0)
        row = add_template (self, i);
      name = get_template (self, i)->name;
      add_version (self, row, i);
    }
  gtk_widget_set_visible (self->empty, self->templates->len == 0);
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentTemplatesWindow *self = PENT_TEMPLATES_WINDOW (source);
  g_autoptr (GError) error = NULL;
  GPtrArray *templates = pent_library_desk_finish (result, &error);

  if (self->desk == NULL)
    {
      g_clear_pointer (&templates, g_ptr_array_unref);
      return;
    }
  if (templates == NULL)
    {
      pent_banner_show (self->banner, error->message);
      return;
    }
  pent_banner_hide (self->banner);
  g_ptr_array_unref (self->templates);
  self->templates = templates;
  update (self);
}

static void
change (PentTemplatesWindow *self, ChangeKind kind, const char *name, const char *text, GPtrArray *templates)
{
  Change *data = g_new (Change, 1);

  *data = (Change) {
    .kind = kind, .name = g_strdup (name), .text = g_strdup (text),
    .templates = templates != NULL ? g_ptr_array_ref (templates) : NULL,
  };
  const PentDeskOrder order = {
    .work = apply_and_list, .data = data, .free_data = change_free, .free_result = (GDestroyNotify) g_ptr_array_unref,
  };
  pent_library_desk_ask (self->desk, &order, G_OBJECT (self), NULL, changed_cb, NULL);
}

static gboolean
can_save (PentTemplatesWindow *self)
{
  return *self->prompt != '\0' && pent_template_name_is_valid (gtk_editable_get_text (GTK_EDITABLE (self->name)));
}

static void
name_changed_cb (PentTemplatesWindow *self)
{
  gtk_widget_set_sensitive (self->save_button, can_save (self));
}

static void
save_cb (PentTemplatesWindow *self)
{
  if (!can_save (self))
    return;
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  g_free (self->open);
  self->open = g_strdup (name);
  gtk_editable_set_text (GTK_EDITABLE (self->name), "");
  change (self, CHANGE_ADD, name, self->prompt, NULL);
}

static void
pent_templates_window_dispose (GObject *object)
{
  g_clear_object (&PENT_TEMPLATES_WINDOW (object)->desk);
  G_OBJECT_CLASS (pent_templates_window_parent_class)->dispose (object);
}

static void
pent_templates_window_finalize (GObject *object)
{
  PentTemplatesWindow *self = PENT_TEMPLATES_WINDOW (object);

  g_free (self->prompt);
  g_free (self->open);
  g_ptr_array_unref (self->templates);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (pent_templates_window_parent_class)->finalize (object);
}

static void
pent_templates_window_class_init (PentTemplatesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_templates_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = pent_templates_window_finalize;
  signals[TEMPLATE_CHOSEN] = g_signal_new ("template-chosen", PENT_TYPE_TEMPLATES_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  g_type_ensure (PENT_TYPE_BANNER);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/templates-window.ui");
  gtk_widget_class_bind_template_child (widget_class, PentTemplatesWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, PentTemplatesWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, PentTemplatesWindow, name);
  gtk_widget_class_bind_template_child (widget_class, PentTemplatesWindow, save_button);
  gtk_widget_class_bind_template_child (widget_class, PentTemplatesWindow, group);
  gtk_widget_class_bind_template_child (widget_class, PentTemplatesWindow, empty);
  gtk_widget_class_bind_template_callback (widget_class, name_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
}

static void
pent_templates_window_init (PentTemplatesWindow *self)
{
  self->templates = g_ptr_array_new ();
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_templates_window_new:
 * @desk: of the library that keeps them
 * @prompt: that can be saved
 *
 * Returns: (transfer none): a window that is still to be shown
 */
PentTemplatesWindow *
pent_templates_window_new (PentLibraryDesk *desk, const char *prompt)
{
  PentTemplatesWindow *self = g_object_new (PENT_TYPE_TEMPLATES_WINDOW, NULL);

  self->desk = g_object_ref (desk);
  self->prompt = g_strdup (prompt);
  gtk_widget_grab_focus (self->name);
  change (self, CHANGE_NONE, NULL, NULL, NULL);
  return self;
}
