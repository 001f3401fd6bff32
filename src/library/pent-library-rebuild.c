/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapshots, and the database made anew from the pictures. */
#define G_LOG_DOMAIN "pentimento"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-library-private.h"
#include "pent-library-schema.h"
#include "pent-library-swap.h"
#include "pent-picture.h"

#define SNAPSHOTS_FOLDER  "snapshots"
#define SNAPSHOTS_KEPT    10
#define SNAPSHOT_INTERVAL (G_GINT64_CONSTANT (7) * 24 * 3600)   /* seconds */
#define BUILDING_FILE     "library.db-building"
#define MAX_DEPTH         16

/* --- snapshots --- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Absolute names, the oldest first, which their names tell. */
static GPtrArray *
list_snapshots (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, SNAPSHOTS_FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "library-") && g_str_has_suffix (name, ".db"))
      g_ptr_array_add (files, g_build_filename (path, name, NULL));
  g_ptr_array_sort (files, compare_names);
  return files;
}

static gboolean
sync_file (const char *path, GError **error)
{
  int descriptor = open (path, O_RDONLY | O_CLOEXEC);
  gboolean ok = descriptor >= 0 && fsync (descriptor) == 0;
  if (!ok)
    {
      g_autofree char *shown = g_filename_display_name (path);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be synced: %s.", shown, g_strerror (errno));
    }
  if (descriptor >= 0)
    close (descriptor);
  return ok;
}

static void
remove_database (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);
      g_unlink (file);
    }
}

static gboolean
take_snapshot (PentLibrary *self, GError **error)
{
  g_autofree char *folder = g_build_filename (self->folder, SNAPSHOTS_FOLDER, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *name = g_date_time_format (now, "library-%Y%m%dT%H%M%S.db");
  g_autofree char *file = g_build_filename (folder, name, NULL);
  g_autofree char *draft = g_strdup_printf ("%s/.%s-%08x", folder, name, g_random_int ());

  if (!pent_folder_make (folder, error))
    return FALSE;
  if (pent_database_copy (self->database, draft, error) && sync_file (draft, error) && g_rename (draft, file) == 0)
    return pent_folder_sync (folder, error);
  if (error != NULL && *error == NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be written: %s.", file, g_strerror (errno));
  remove_database (draft);
  return FALSE;
}

/**
 * pent_library_maintain:
 *
 * What is due now and then, and may take a second: once a week the database is
 * read for damage, and a snapshot is taken of it; ten are kept. A damaged one
 * never drives out a good snapshot.
 *
 * Returns: %FALSE with an error: the database is damaged, or the snapshot could
 *   not be written
 */
gboolean
pent_library_maintain (PentLibrary *self, GError **error)
{
  g_autoptr (GPtrArray) before = list_snapshots (self->folder);
  GStatBuf st;
  gint64 pictures = 0;
  if (before->len > 0 && g_stat (g_ptr_array_index (before, before->len - 1), &st) == 0 &&
      g_get_real_time () / G_USEC_PER_SEC - st.st_mtime < SNAPSHOT_INTERVAL)
    return TRUE;
  if (!pent_database_ask_int (self->database, &pictures, error, "SELECT 1 FROM pictures LIMIT 1", ""))
    return FALSE;
  if (pictures == 0)
    return TRUE;
  if (!pent_database_check (self->database, error) || !take_snapshot (self, error))
    return FALSE;

  g_autoptr (GPtrArray) files = list_snapshots (self->folder);
  for (guint i = 0; i + SNAPSHOTS_KEPT < files->len; i++)
    remove_database (g_ptr_array_index (files, i));
  return TRUE;
}

/* --- walking the pictures --- */

void
pent_rebuild_report_clear (PentRebuildReport *self)
{
  g_clear_pointer (&self->kept, g_free);
  g_clear_pointer (&self->skipped, g_ptr_array_unref);
}

/* The number in "000042-7.png", where no picture has it yet; else 0. */
static gint64
number_in_name (PentLibrary *self, const char *name)
{
  char *end;
  gint64 id = g_ascii_strtoll (name, &end, 10), taken = 0;
  if (end - name < 6 || id < 1 || (*end != '-' && *end != '.') ||
      !pent_database_ask_int (self->database, &taken, NULL,
                              "SELECT 1 FROM pictures WHERE id = ?1 UNION SELECT 1 FROM arriving WHERE id = ?1", "i", id))
    return 0;
  return taken == 0 ? id : 0;
}

static gboolean
visit_file (PentLibrary *self, const char *path, const char *name, gboolean anew, PentRebuildReport *report,
            GError **error)
{
  PentPictureFormat format;
  PentTaken taken = PENT_TAKEN_NOT;
  g_autoptr (GError) problem = NULL;
  if (!pent_picture_format_from_name (name, &format))
    return TRUE;
  g_autoptr (PentLibraryPicture) known = pent_library_find_file (self, path, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (known != NULL)
    return TRUE;

  /* A file that is no picture is told; that the library cannot be changed ends
   * it all, which asking it once more shows. */
  if (!pent_library_read_file (self, path, anew ? number_in_name (self, name) : 0, NULL, &taken, &problem))
    {
      if (!pent_database_begin (self->database, error))
        return FALSE;
      pent_database_rollback (self->database);
      g_ptr_array_add (report->skipped, g_strdup (problem->message));
    }
  report->n_added += taken == PENT_TAKEN_NEW;
  report->n_moved += taken == PENT_TAKEN_MOVED;
  return TRUE;
}

static gboolean
visit_folder (PentLibrary *self, const char *folder, int depth, gboolean anew, PentRebuildReport *report,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GDir) dir = depth < MAX_DEPTH ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (*name == '.')
        continue;
      gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK);
      if (!(is_folder ? visit_folder (self, path, depth + 1, anew, report, cancellable, error)
                      : visit_file (self, path, name, anew, report, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
count_missing (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  PentRebuildReport *report = data;
  report->n_pictures++;
  report->n_missing += !g_file_test (picture->file, G_FILE_TEST_IS_REGULAR);
  return TRUE;
}

/* --- what only the database knew --- */

/* Takes over from another database, as far as it can be read: the user's
 * marks, times, pictures that lie elsewhere, templates, models. */
static void
salvage_pictures (PentLibrary *self, PentDatabase *old)
{
  g_autoptr (PentStatement) statement =
    pent_statement_new (old, NULL, "SELECT file, created, favourite, deleted, hash FROM pictures", "");
  gboolean row = statement != NULL;
  while (row && pent_statement_next (statement, &row, NULL) && row)
    {
      const char *name = pent_statement_get_text (statement, 0);
      if (name == NULL)
        continue;
      g_autofree char *file = pent_library_absolute (self->pictures, name);
      g_autoptr (PentLibraryPicture) known = pent_library_find_file (self, file, NULL);
      PentTaken taken;
      if (known == NULL && g_file_test (file, G_FILE_TEST_IS_REGULAR))
        pent_library_read_file (self, file, 0, pent_statement_get_text (statement, 4), &taken, NULL);
      pent_database_do (self->database, NULL,
                        "UPDATE pictures SET created = ?, favourite = ?, deleted = ? WHERE file = ?", "iiuf",
                        pent_statement_get_int (statement, 1, 0), pent_statement_get_int (statement, 2, 0),
                        pent_statement_get_int (statement, 3, PENT_UNSET), name);
    }
}

static void
salvage_jobs (PentLibrary *self, PentDatabase *old)
{
  g_autoptr (PentStatement) jobs =
    pent_statement_new (old, NULL, "SELECT id, lane, place, done, request, source_hash, mask_hash FROM jobs", "");
  gboolean row = jobs != NULL;
  while (row && pent_statement_next (jobs, &row, NULL) && row)
    pent_database_do (self->database, NULL, "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?)", "iiiittt",
                      pent_statement_get_int (jobs, 0, 0), pent_statement_get_int (jobs, 1, 0),
                      pent_statement_get_int (jobs, 2, 0), pent_statement_get_int (jobs, 3, 0),
                      pent_statement_get_text (jobs, 4), pent_statement_get_text (jobs, 5),
                      pent_statement_get_text (jobs, 6));
}

static void
salvage_rest (PentLibrary *self, PentDatabase *old)
{
  g_autoptr (PentStatement) templates =
    pent_statement_new (old, NULL, "SELECT name, version, text, created FROM templates", "");
  gboolean row = templates != NULL;
  while (row && pent_statement_next (templates, &row, NULL) && row)
    pent_database_do (self->database, NULL, "INSERT OR REPLACE INTO templates VALUES (?, ?, ?, ?)", "titi",
                      pent_statement_get_text (templates, 0), pent_statement_get_int (templates, 1, 1),
                      pent_statement_get_text (templates, 2), pent_statement_get_int (templates, 3, 0));

  g_autoptr (PentStatement) models = pent_statement_new (old, NULL, "SELECT hash, path, used FROM models", "");
  row = models != NULL;
  while (row && pent_statement_next (models, &row, NULL) && row)
    pent_database_do (self->database, NULL, "INSERT OR REPLACE INTO models VALUES (?, ?, ?)", "tfi",
                      pent_statement_get_text (models, 0), pent_statement_get_text (models, 1),
                      pent_statement_get_int (models, 2, 0));
}

/* The newest snapshot first, then what the damaged database still tells; that
 * one alone knows what still waits. */
static void
salvage (PentLibrary *self)
{
  g_autoptr (GPtrArray) sources = list_snapshots (self->folder);
  if (sources->len > 1)
    g_ptr_array_remove_range (sources, 0, sources->len - 1);
  g_ptr_array_add (sources, g_build_filename (self->folder, PENT_LIBRARY_FILE, NULL));

  for (guint i = 0; i < sources->len; i++)
    {
      g_autoptr (PentDatabase) old =
        pent_database_open_to_read (g_ptr_array_index (sources, i), pent_library_schema (), 1, NULL);
      if (old == NULL || !pent_database_begin (self->database, NULL))
        continue;
      pent_database_rollback (self->database);
      salvage_pictures (self, old);
      salvage_rest (self, old);
      if (i + 1 == sources->len)
        salvage_jobs (self, old);
    }
}

/* --- both ways of rebuilding --- */

/* The database is sound: what it lacks is added, file by file, while others
 * use it. */
static gboolean
put_right (PentLibrary *self, PentRebuildReport *report, GCancellable *cancellable, GError **error)
{
  const PentLibraryQuery all = { .limit = -1 };
  return visit_folder (self, self->pictures, 0, FALSE, report, cancellable, error) &&
         pent_database_do (self->database, error, "INSERT INTO pictures_text (pictures_text) VALUES ('rebuild')", "") &&
         pent_library_each (self, &all, count_missing, report, error);
}

static gboolean
build_anew (const PentFolders *folders, const char *path, PentRebuildReport *report, GCancellable *cancellable,
            GError **error)
{
  const PentLibraryQuery all = { .limit = -1 };
  remove_database (path);
  PentDatabase *database = pent_database_open (path, pent_library_schema (), error);
  if (database == NULL)
    return FALSE;
  g_autoptr (PentLibrary) self = pent_library_new_with (folders, database);
  if (!pent_database_set_durable (database, FALSE, error) ||
      !visit_folder (self, self->pictures, 0, TRUE, report, cancellable, error))
    return FALSE;
  salvage (self);
  /* The log goes into the file, which is to be whole by itself. */
  return pent_library_each (self, &all, count_missing, report, error) &&
         pent_database_do (database, error, "PRAGMA wal_checkpoint (TRUNCATE)", "") &&
         pent_database_do (database, error, "PRAGMA journal_mode = DELETE", "");
}

static gboolean
replace_damaged (const PentFolders *folders, PentRebuildReport *report, GCancellable *cancellable, GError **error)
{
  g_autofree char *building = g_build_filename (folders->library, BUILDING_FILE, NULL);
  g_autofree char *rebuilt = g_build_filename (folders->library, PENT_LIBRARY_REBUILT_FILE, NULL);
  int lock = pent_library_open_lock (folders->library);
  gboolean ok = pent_library_lock (lock, 0, PENT_LOCK_EXCLUSIVE, FALSE);
  report->anew = TRUE;
  if (!ok)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 "The library in %s is in use: close the other Pentimento, then rebuild it.", folders->library);
  ok = ok && build_anew (folders, building, report, cancellable, error) && sync_file (building, error);
  if (ok && g_rename (building, rebuilt) < 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be written: %s.", rebuilt, g_strerror (errno));
      ok = FALSE;
    }
  ok = ok && pent_folder_sync (folders->library, error) && pent_library_swap (folders->library, &report->kept, error);
  if (lock >= 0)
    close (lock);
  return ok;
}

/**
 * pent_library_rebuild:
 * @report: (out): what was done
 *
 * Brings the library in line with the files in the pictures' folder. A sound
 * database is put right in place; a damaged one is made anew from the pictures,
 * with what the newest snapshot and the damaged one still tell, and kept.
 * Nothing is deleted. May be killed at any moment, and then done again.
 *
 * Returns: %FALSE with an error
 */
gboolean
pent_library_rebuild (const PentFolders *folders, PentRebuildReport *report, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) problem = NULL;
  *report = (PentRebuildReport) { .skipped = g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (PentLibrary) self = pent_library_open (folders, PENT_LIBRARY_WRITE, &problem);
  if (self != NULL && pent_database_check (self->database, &problem) &&
      put_right (self, report, cancellable, &problem))
    return TRUE;
  g_clear_pointer (&self, pent_library_close);
  /* A newer version, another program's database or a full disk is no reason to
   * make it anew. */
  if (problem->domain != PENT_DAMAGE_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  pent_rebuild_report_clear (report);
  *report = (PentRebuildReport) { .skipped = g_ptr_array_new_with_free_func (g_free) };
  return replace_damaged (folders, report, cancellable, error);
}
