/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <errno.h>
#include <glib/gstdio.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-library-private.h"

static gboolean
check_changed (PentLibrary *self, gint64 id, GError **error)
{
  if (pent_database_n_changed (self->database) > 0)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "The library has no picture %" G_GINT64_FORMAT
               ": \"pentimento-cli history list\" shows the numbers.", id);
  return FALSE;
}

gboolean
pent_library_set_favourite (PentLibrary *self, gint64 id, gboolean favourite, GError **error)
{
  return pent_database_do (self->database, error, "UPDATE pictures SET favourite = ? WHERE id = ?", "ii",
                           (gint64) (favourite != FALSE), id) &&
         check_changed (self, id, error);
}

/**
 * pent_library_set_deleted:
 *
 * A deleted picture is no longer shown; its file stays until
 * pent_library_purge(), so it can be brought back.
 */
gboolean
pent_library_set_deleted (PentLibrary *self, gint64 id, gboolean deleted, GError **error)
{
  return pent_database_do (self->database, error, "UPDATE pictures SET deleted = ? WHERE id = ?", "ui",
                           deleted ? g_get_real_time () / 1000 : (gint64) PENT_UNSET, id) &&
         check_changed (self, id, error);
}

/* Unless another program has brought it back. */
static gboolean
remove_deleted (PentLibrary *self, gint64 id, GError **error)
{
  gint64 found = 0;
  if (!pent_database_begin (self->database, error))
    return FALSE;
  if (pent_database_ask_int (self->database, &found, error,
                             "SELECT id FROM pictures WHERE id = ? AND deleted IS NOT NULL", "i", id) &&
      pent_library_remove (self, found, error))
    return pent_database_commit (self->database, error);
  pent_database_rollback (self->database);
  return FALSE;
}

/**
 * pent_library_forget:
 *
 * Takes a deleted picture off the list of the library for good, when its file
 * has gone elsewhere, as to the wastebasket. The file is not touched.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where there is no such deleted picture
 */
gboolean
pent_library_forget (PentLibrary *self, gint64 id, GError **error)
{
  return remove_deleted (self, id, error) && check_changed (self, id, error);
}

/* The file first: a kill in between leaves a deleted picture without a file,
 * which the next purge takes away. The other way round it would leave a file
 * that a rebuilding brings back. */
static gboolean
purge_one (PentLibrary *self, gint64 id, const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  if (g_unlink (file) < 0 && errno != ENOENT && errno != ENOTDIR)
    {
      g_autofree char *shown = g_filename_display_name (file);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be removed: %s.", shown, g_strerror (errno));
      return FALSE;
    }
  if (g_file_test (folder, G_FILE_TEST_IS_DIR) && !pent_folder_sync (folder, error))
    return FALSE;
  return remove_deleted (self, id, error);
}

/**
 * pent_library_purge:
 * @before: only what was deleted before then, milliseconds since 1970
 * @n_purged: (out): how many pictures are gone
 *
 * Removes deleted pictures and their files for good. Sources that they were
 * painted from are kept, as other pictures may need them.
 */
gboolean
pent_library_purge (PentLibrary *self, gint64 before, gint64 *n_purged, GError **error)
{
  for (*n_purged = 0;; (*n_purged)++)
    {
      g_autoptr (PentStatement) statement =
        pent_statement_new (self->database, error,
                            "SELECT id, file FROM pictures WHERE deleted IS NOT NULL AND deleted < ? LIMIT 1", "i", before);
      gboolean row;
      if (statement == NULL || !pent_statement_next (statement, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      gint64 id = pent_statement_get_int (statement, 0, 0);
      g_autofree char *file = pent_library_absolute (self->pictures, pent_statement_get_text (statement, 1));
      g_clear_pointer (&statement, pent_statement_free);
      if (!purge_one (self, id, file, error))
        return FALSE;
    }
}

/* --- templates --- */

void
pent_template_free (PentTemplate *self)
{
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

static PentTemplate *
read_template (PentStatement *statement)
{
  PentTemplate *template = g_new0 (PentTemplate, 1);
  template->name = g_strdup (pent_statement_get_text (statement, 0));
  template->version = pent_statement_get_int (statement, 1, 0);
  template->text = g_strdup (pent_statement_get_text (statement, 2));
  return template;
}

/**
 * pent_library_add_template:
 * @version: (out): the version it is now; one more than before, if the text is
 *   another one
 *
 * Keeps a template; what pictures were made with stays as an older version.
 */
gboolean
pent_library_add_template (PentLibrary *self, const char *name, const char *text, gint64 *version, GError **error)
{
  if (!pent_database_begin (self->database, error))
    return FALSE;

  gint64 same = 0;
  *version = 0;
  gboolean ok = pent_database_ask_int (self->database, version, error,
                                       "SELECT max (version) FROM templates WHERE name = ?", "t", name) &&
                pent_database_ask_int (self->database, &same, error,
                                       "SELECT 1 FROM templates WHERE name = ? AND version = ? AND text = ?", "tit", name,
                                       *version, text);
  if (ok && same == 0)
    ok = pent_database_do (self->database, error,
                           "INSERT INTO templates (name, version, text, created) VALUES (?, ?, ?, ?)", "titi", name,
                           ++*version, text, g_get_real_time () / 1000);
  if (ok)
    return pent_database_commit (self->database, error);
  pent_database_rollback (self->database);
  return FALSE;
}

/**
 * pent_library_get_template:
 * @version: 0 for the newest
 *
 * Returns: (transfer full): the template; %NULL with %PENT_ERROR_USAGE where
 *   there is none of that name and version
 */
PentTemplate *
pent_library_get_template (PentLibrary *self, const char *name, gint64 version, GError **error)
{
  gboolean row;
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT name, version, text FROM templates WHERE name = ?1 AND (?2 = 0 OR version = ?2) "
                        "ORDER BY version DESC LIMIT 1", "ti", name, version);
  if (statement == NULL || !pent_statement_next (statement, &row, error))
    return NULL;
  if (row)
    return read_template (statement);
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
               "There is no template \"%s\"%s: \"pentimento-cli template list\" shows which there are.", name,
               version > 0 ? " of that version" : "");
  return NULL;
}

/**
 * pent_library_list_templates:
 *
 * Returns: (transfer full) (element-type PentTemplate): the newest version of
 *   each, by name; %NULL with an error
 */
GPtrArray *
pent_library_list_templates (PentLibrary *self, GError **error)
{
  g_autoptr (GPtrArray) templates = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_template_free);
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT name, max (version), text FROM templates GROUP BY name ORDER BY name", "");
  gboolean row = statement != NULL;
  while (row)
    {
      if (!pent_statement_next (statement, &row, error))
        return NULL;
      if (row)
        g_ptr_array_add (templates, read_template (statement));
    }
  return statement != NULL ? g_steal_pointer (&templates) : NULL;
}
