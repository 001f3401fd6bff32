/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-application.h"

#include <glib/gi18n.h>

#include "pent-data-dir.h"
#include "pent-folders.h"
#include "pent-window.h"

/**
 * PentApplication:
 *
 * The studio: one window, and what belongs to no window.
 */
struct _PentApplication
{
  AdwApplication parent_instance;

  PentQueue *queue;     /* outlives the window: it may finish in the background */
};

G_DEFINE_FINAL_TYPE (PentApplication, pent_application, ADW_TYPE_APPLICATION)

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (data)),
                         "application-name", _("Pentimento"),
                         "application-icon", "io.github.pentimento.Pentimento",
                         "version", PENT_VERSION,
                         "comments", _("Paints pictures from words, on your own computer"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         NULL);
}

static PentWindow *
find_window (GtkApplication *application)
{
  for (GList *item = gtk_application_get_windows (application); item != NULL; item = item->next)
    if (PENT_IS_WINDOW (item->data))
      return item->data;
  return NULL;
}

static void
help_shown_cb (GObject *object, GAsyncResult *result, gpointer path)
{
  g_autofree char *manual = path;
  g_autoptr (GtkWindow) parent = GTK_WINDOW (object);
  g_autoptr (GError) error = NULL;
  GtkApplication *application = gtk_window_get_application (parent);
  PentWindow *window = application != NULL ? find_window (application) : NULL;

  if (gtk_show_uri_full_finish (parent, result, &error) || window == NULL)
    return;
  /* Translators: a file, and the system's reason. */
  g_autofree char *message = g_strdup_printf (_("Nothing here shows the manual, %s (%s): open it in a browser."), manual,
                                              error->message);
  pent_window_show_error (window, message);
}

/* In the user's language, else in English. */
static char *
find_manual (GError **error)
{
  for (const char *const *language = g_get_language_names (); *language != NULL; language++)
    {
      g_autofree char *page = g_build_filename ("help", *language, "index.html", NULL);
      char *path = pent_data_path (page, NULL);
      if (path != NULL)
        return path;
    }
  return pent_data_path ("help/C/index.html", error);
}

/* The manual is part of the program: it needs no network. */
static void
help_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (data));
  g_autoptr (GError) error = NULL;
  g_autofree char *path = find_manual (&error);

  if (window == NULL)
    return;
  if (path == NULL)
    {
      if (PENT_IS_WINDOW (window))
        pent_window_show_error (PENT_WINDOW (window), error->message);
      return;
    }
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  gtk_show_uri_full (g_object_ref (window), uri, GDK_CURRENT_TIME, NULL, help_shown_cb, g_steal_pointer (&path));
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (data));
  if (window != NULL)
    gtk_window_close (window);
}

/* From a notification. */
static void
show_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_application_activate (G_APPLICATION (data));
}

static void
add_accels (GtkApplication *application)
{
  static const struct { const char *action; const char *accel; } accels[] = {
    { "win.generate", "<Control>Return" },   { "win.keep", "<Control>k" },
    { "win.show-queue", "<Control>j" },
    { "win.undo", "<Control>z" },            { "win.redo", "<Control><Shift>z" },
    { "win.open", "<Control>o" },            { "win.save", "<Control>s" },
    { "win.close-picture", "<Control>n" },   { "win.mask-save", "<Control><Shift>s" },
    { "win.mask-invert", "<Control>i" },     { "win.mask-visible", "<Control>m" },
    { "win.focus-prompt", "<Control>l" },    { "win.focus-canvas", "<Control>e" },
    { "win.find", "<Control>f" },            { "win.templates", "<Control>t" },
    { "win.show-prompt", "F9" },             { "win.show-gallery", "<Control>F9" },
    { "win.preferences", "<Control>comma" }, { "win.show-help-overlay", "<Control>question" },
    { "app.help", "F1" },
    { "window.close", "<Control>w" },        { "app.quit", "<Control>q" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (application, accels[i].action, (const char *[]) { accels[i].accel, NULL });
}

static int
pent_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("pentimento %s\n", PENT_VERSION);
      return 0;
    }
  if (!gtk_init_check ())
    {
      g_printerr ("pentimento: there is no display to open a window on; "
                  "paint from the command line with pentimento-cli instead.\n");
      return 1;
    }
  return -1;
}

static void
pent_application_startup (GApplication *application)
{
  const GActionEntry actions[] = {
    { .name = "about", .activate = about_action },
    { .name = "help", .activate = help_action },
    { .name = "quit", .activate = quit_action },
    { .name = "show", .activate = show_action },
  };

  G_APPLICATION_CLASS (pent_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  add_accels (GTK_APPLICATION (application));
}

static PentWindow *
get_window (GApplication *application)
{
  PentApplication *self = PENT_APPLICATION (application);
  PentWindow *found = find_window (GTK_APPLICATION (application));

  if (found != NULL)
    return found;
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autofree char *drafts = g_build_filename (folders->state, "draft", NULL);
  if (self->queue == NULL)
    self->queue = pent_queue_new (folders);
  PentWindow *window = pent_window_new (GTK_APPLICATION (application), self->queue, drafts);
  pent_window_add_gallery (window, folders);
  pent_window_add_models (window);
  return window;
}

static void
pent_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (get_window (application)));
}

/* "Open with" a picture: there is one canvas, which gets the last. */
static void
pent_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  PentWindow *window = get_window (application);

  pent_window_open_file (window, files[n_files - 1]);
  gtk_window_present (GTK_WINDOW (window));
}

/* The queue waits for its thread, and what is not finished is offered at the
 * next start. */
static void
pent_application_shutdown (GApplication *application)
{
  g_clear_object (&PENT_APPLICATION (application)->queue);

  G_APPLICATION_CLASS (pent_application_parent_class)->shutdown (application);
}

static void
pent_application_class_init (PentApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->handle_local_options = pent_application_handle_local_options;
  application_class->startup = pent_application_startup;
  application_class->activate = pent_application_activate;
  application_class->open = pent_application_open;
  application_class->shutdown = pent_application_shutdown;
}

static void
pent_application_init (PentApplication *self)
{
  g_application_add_main_option (G_APPLICATION (self), "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                 _("Show the version"), NULL);
}

PentApplication *
pent_application_new (void)
{
  return g_object_new (PENT_TYPE_APPLICATION,
                       "application-id", "io.github.pentimento.Pentimento",
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/pentimento/Pentimento",
                       NULL);
}
