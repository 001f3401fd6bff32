/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Those commands of "history" that change the library. */
#define G_LOG_DOMAIN "pentimento"

#include <string.h>

#include "pent-cli-history.h"
#include "pent-cli-message.h"
#include "pent-cli-picture.h"
#include "pent-cli-signals.h"
#include "pent-error.h"
#include "pent-export.h"
#include "pent-file.h"
#include "pent-json.h"
#include "pent-picture.h"

#define MILLISECONDS_A_DAY (G_GINT64_CONSTANT (24) * 3600 * 1000)

typedef gboolean (*Change) (PentLibrary *library, const PentLibraryPicture *picture, gpointer data, GError **error);

/* Finds all before it changes any. */
static gboolean
change_each (PentCliArguments *arguments, Change change, gpointer data, GError **error)
{
  const char *const *words;
  guint n = pent_cli_arguments_get_operands (arguments, &words);
  if (n == 1)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"history %s\" needs pictures: history %s 42.", words[0], words[0]);
      return FALSE;
    }
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_library_picture_free);
  g_autoptr (PentLibrary) library = pent_cli_open_library (PENT_LIBRARY_WRITE, error);
  if (library == NULL)
    return FALSE;
  for (guint i = 1; i < n; i++)
    {
      PentLibraryPicture *picture = pent_cli_find_picture (library, words[i], error);
      if (picture == NULL)
        return FALSE;
      g_ptr_array_add (pictures, picture);
    }
  for (guint i = 0; i < pictures->len; i++)
    if (!change (library, g_ptr_array_index (pictures, i), data, error))
      return FALSE;
  return TRUE;
}

static gboolean
mark (PentLibrary *library, const PentLibraryPicture *picture, gpointer data, GError **error)
{
  return pent_library_set_favourite (library, picture->id, GPOINTER_TO_INT (data), error);
}

gboolean
pent_cli_history_favourite (PentCliArguments *arguments, GError **error)
{
  return change_each (arguments, mark, GINT_TO_POINTER (!pent_cli_arguments_has (arguments, "off")), error);
}

static gboolean
set_deleted (PentLibrary *library, const PentLibraryPicture *picture, gpointer data, GError **error)
{
  return pent_library_set_deleted (library, picture->id, GPOINTER_TO_INT (data), error);
}

gboolean
pent_cli_history_delete (PentCliArguments *arguments, GError **error)
{
  return change_each (arguments, set_deleted, GINT_TO_POINTER (!pent_cli_arguments_has (arguments, "off")), error);
}

gboolean
pent_cli_history_purge (PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  if (pent_cli_arguments_get_operands (arguments, &words) > 1)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "\"history purge\" removes what was deleted: \"history delete %s\" comes first.", words[1]);
      return FALSE;
    }
  gint64 n, days = pent_cli_arguments_get_whole (arguments, "older-than", 0);
  gint64 before = days == 0 ? G_MAXINT64 : g_get_real_time () / 1000 - days * MILLISECONDS_A_DAY;
  g_autoptr (PentLibrary) library = pent_cli_open_library (PENT_LIBRARY_WRITE, error);
  if (library == NULL || !pent_library_purge (library, before, &n, error))
    return FALSE;
  g_autofree char *text = pent_cli_arguments_has (arguments, "json")
    ? g_strdup_printf ("{\"purged\": %" G_GINT64_FORMAT "}\n", n)
    : g_strdup_printf ("%" G_GINT64_FORMAT " removed\n", n);
  return pent_cli_print (text, error);
}

/* --- export and import --- */

static gboolean
export_one (PentLibrary *library, const PentLibraryPicture *picture, gpointer data, GError **error)
{
  g_autoptr (GBytes) contents = pent_file_read (picture->file, PENT_PICTURE_MAX_FILE, error);
  if (contents == NULL)
    return FALSE;
  g_autofree char *name = pent_export_name (data, picture->file, NULL);
  g_autofree char *line = g_strconcat (name, "\n", NULL);
  return pent_file_write (name, contents, TRUE, error) && pent_cli_print (line, error);
}

gboolean
pent_cli_history_export (PentCliArguments *arguments, GError **error)
{
  const char *output = pent_cli_arguments_get_text (arguments, "output", NULL);
  if (output == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--output is missing: it says to which folder the files are copied.");
      return FALSE;
    }
  g_autofree char *folder = g_canonicalize_filename (output, NULL);
  return pent_folder_make (folder, error) && change_each (arguments, export_one, folder, error);
}

typedef struct
{
  PentLibrary *library;
  gint64       n_new;
  gint64       n_known;
} Import;

static gboolean
import_file (Import *self, const char *path, GError **error)
{
  gboolean is_new;
  if (!pent_library_import (self->library, path, &is_new, error))
    return FALSE;
  self->n_new += is_new;
  self->n_known += !is_new;
  return TRUE;
}

/* In a folder, what is no picture is passed over, with a word. */
static void
import_folder (Import *self, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  PentPictureFormat format;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) trouble = NULL;
      if (*name == '.' || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        import_folder (self, path);
      else if (pent_picture_format_from_name (name, &format) && !import_file (self, path, &trouble))
        pent_cli_warn (trouble->message);
    }
}

gboolean
pent_cli_history_import (PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  guint n = pent_cli_arguments_get_operands (arguments, &words);
  if (n == 1)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"history import\" needs files or folders: history import old-pictures.");
      return FALSE;
    }
  g_autoptr (PentLibrary) library = pent_cli_open_library (PENT_LIBRARY_WRITE, error);
  Import self = { .library = library };
  if (library == NULL)
    return FALSE;
  for (guint i = 1; i < n; i++)
    if (g_file_test (words[i], G_FILE_TEST_IS_DIR))
      import_folder (&self, words[i]);
    else if (!import_file (&self, words[i], error))
      return FALSE;
  g_autofree char *text = pent_cli_arguments_has (arguments, "json")
    ? g_strdup_printf ("{\"added\": %" G_GINT64_FORMAT ", \"known\": %" G_GINT64_FORMAT "}\n", self.n_new, self.n_known)
    : g_strdup_printf ("%" G_GINT64_FORMAT " added, %" G_GINT64_FORMAT " known before\n", self.n_new, self.n_known);
  return pent_cli_print (text, error);
}

/* --- rebuild --- */

static char *
report_json (const PentRebuildReport *report)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  json_object_set_boolean_member (object, "anew", report->anew);
  json_object_set_int_member (object, "pictures", report->n_pictures);
  json_object_set_int_member (object, "added", report->n_added);
  json_object_set_int_member (object, "moved", report->n_moved);
  json_object_set_int_member (object, "missing", report->n_missing);
  json_object_set_int_member (object, "skipped", report->skipped->len);
  if (report->kept != NULL)
    {
      g_autofree char *kept = g_filename_display_name (report->kept);
      json_object_set_string_member (object, "kept", kept);
    }
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static char *
report_text (const PentRebuildReport *report)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%" G_GINT64_FORMAT " pictures: %" G_GINT64_FORMAT " added, %" G_GINT64_FORMAT
                          " moved, %" G_GINT64_FORMAT " whose file is not there\n", report->n_pictures, report->n_added,
                          report->n_moved, report->n_missing);
  if (report->anew && report->kept != NULL)
    g_string_append_printf (text, "made anew; the damaged database is kept as %s\n", report->kept);
  return g_string_free (text, FALSE);
}

gboolean
pent_cli_history_rebuild (PentCliArguments *arguments, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_auto (PentRebuildReport) report = { 0 };
  pent_cli_signals_start (cancellable);
  if (!pent_library_rebuild (folders, &report, cancellable, error))
    return FALSE;
  for (guint i = 0; i < report.skipped->len; i++)
    pent_cli_warn (g_ptr_array_index (report.skipped, i));
  g_autofree char *text = pent_cli_arguments_has (arguments, "json") ? report_json (&report) : report_text (&report);
  return pent_cli_print (text, error);
}
