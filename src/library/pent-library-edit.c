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
