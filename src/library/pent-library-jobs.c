/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs that wait, kept so that they outlive the program. Sources and masks lie
 * once each, by their content, in the folder "waiting" beside the database. A
 * job's row is there before its pictures are: one without a row belongs to nobody. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-library-jobs.h"

#include <glib/gstdio.h>
#include <string.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-hash.h"
#include "pent-library-private.h"
#include "pent-originals.h"

#define WAITING_FOLDER "waiting"

void
pent_library_job_free (PentLibraryJob *self)
{
  g_free (self->request);
  g_clear_pointer (&self->source, pent_image_unref);
  g_clear_pointer (&self->mask, pent_image_unref);
  g_free (self);
}

/* Originals lie beside a picture: this is the picture, which there never is. */
static char *
beside (PentLibrary *self)
{
  return g_build_filename (self->folder, WAITING_FOLDER, "job", NULL);
}

static char *
hash_of (PentImage *image)
{
  return image != NULL ? pent_image_hash (image) : NULL;
}

static gboolean
keep_pictures (PentLibrary *self, const PentLibraryJob *job, const char *source, const char *mask, GError **error)
{
  g_autofree char *place = beside (self);
  g_autofree char *folder = g_path_get_dirname (place);
  if (job->source == NULL && job->mask == NULL)
    return TRUE;
  return pent_folder_make (folder, error) &&
         (source == NULL || pent_originals_keep (place, job->source, source, error)) &&
         (mask == NULL || pent_originals_keep (place, job->mask, mask, error));
}

/**
 * pent_library_keep_job:
 *
 * Keeps a job, at the end of those there are, or anew. It is this library's
 * from now on, until that is closed: others leave it alone.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
gboolean
pent_library_keep_job (PentLibrary *self, const PentLibraryJob *job, GError **error)
{
  g_autofree char *source = hash_of (job->source);
  g_autofree char *mask = hash_of (job->mask);
  pent_library_lock (self->lock, job->id, PENT_LOCK_EXCLUSIVE, FALSE);
  return pent_database_do (self->database, error,
                           "INSERT OR REPLACE INTO jobs (id, lane, place, done, request, source_hash, mask_hash) "
                           "VALUES (?, ?, (SELECT coalesce (max (place), 0) + 1 FROM jobs), ?, ?, ?, ?)", "iiittt",
                           job->id, (gint64) job->lane, (gint64) job->n_done, job->request, source, mask) &&
         keep_pictures (self, job, source, mask, error);
}

gboolean
pent_library_set_done (PentLibrary *self, gint64 id, int n_done, GError **error)
{
  return pent_database_do (self->database, error, "UPDATE jobs SET done = ? WHERE id = ?", "ii", (gint64) n_done, id);
}

/**
 * pent_library_order_jobs:
 * @ids: (array length=n): in the order in which they are to run
 */
gboolean
pent_library_order_jobs (PentLibrary *self, const gint64 *ids, guint n, GError **error)
{
  gint64 last = 0;
  if (!pent_database_begin (self->database, error))
    return FALSE;
  gboolean ok = pent_database_ask_int (self->database, &last, error, "SELECT coalesce (max (place), 0) FROM jobs", "");
  for (guint i = 0; ok && i < n; i++)
    ok = pent_database_do (self->database, error, "UPDATE jobs SET place = ? WHERE id = ?", "ii", last + 1 + i, ids[i]);
  if (ok)
    return pent_database_commit (self->database, error);
  pent_database_rollback (self->database);
  return FALSE;
}

/* Pictures that no row names. Inside a transaction, so that no row comes in
 * between. */
static gboolean
clean_up (PentLibrary *self, GError **error)
{
  g_autofree char *place = beside (self);
  g_autofree char *folder = pent_originals_folder (place);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      gint64 used = 0;
      g_autofree char *hash = g_strndup (name, strcspn (name, "."));
      g_autofree char *file = g_build_filename (folder, name, NULL);
      if (*name == '.')
        continue;
      if (!pent_database_ask_int (self->database, &used, error,
                                  "SELECT 1 FROM jobs WHERE source_hash = ?1 OR mask_hash = ?1 LIMIT 1", "t", hash))
        return FALSE;
      if (used == 0)
        g_unlink (file);
    }
  return TRUE;
}

/**
 * pent_library_drop_job:
 *
 * Forgets a job that is done or was given up, and pictures that no other job
 * needs.
 */
gboolean
pent_library_drop_job (PentLibrary *self, gint64 id, GError **error)
{
  if (!pent_database_begin (self->database, error))
    return FALSE;
  if (!pent_database_do (self->database, error, "DELETE FROM jobs WHERE id = ?", "i", id) || !clean_up (self, error))
    {
      pent_database_rollback (self->database);
      return FALSE;
    }
  pent_library_lock (self->lock, id, PENT_LOCK_NONE, FALSE);
  return pent_database_commit (self->database, error);
}

static gboolean
find_picture (PentLibrary *self, const char *hash, PentImage **image)
{
  g_autofree char *place = beside (self);
  *image = hash != NULL ? pent_library_find_original (self, place, hash, NULL) : NULL;
  return hash == NULL || *image != NULL;
}

static gboolean
drop_jobs (PentLibrary *self, GArray *ids, GError **error)
{
  for (guint i = 0; i < ids->len; i++)
    if (!pent_library_drop_job (self, g_array_index (ids, gint64, i), error))
      return FALSE;
  return TRUE;
}

/**
 * pent_library_take_jobs:
 *
 * Takes over the jobs of programs that have ended. One whose pictures were not
 * yet on the disk when its program died is forgotten.
 *
 * Returns: (transfer full) (element-type PentLibraryJob): in their order; %NULL
 *   with an error
 */
GPtrArray *
pent_library_take_jobs (PentLibrary *self, GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_library_job_free);
  g_autoptr (GArray) broken = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT id, lane, done, request, source_hash, mask_hash FROM jobs ORDER BY lane, place", "");
  gboolean row = statement != NULL;
  while (row)
    {
      if (!pent_statement_next (statement, &row, error))
        return NULL;
      if (!row)
        break;
      gint64 id = pent_statement_get_int (statement, 0, 0);
      if (!pent_library_lock (self->lock, id, PENT_LOCK_EXCLUSIVE, FALSE))
        continue;
      g_autoptr (PentLibraryJob) job = g_new0 (PentLibraryJob, 1);
      job->id = id;
      job->lane = pent_statement_get_int (statement, 1, 0);
      job->n_done = pent_statement_get_int (statement, 2, 0);
      job->request = g_strdup (pent_statement_get_text (statement, 3));
      if (find_picture (self, pent_statement_get_text (statement, 4), &job->source) &&
          find_picture (self, pent_statement_get_text (statement, 5), &job->mask))
        g_ptr_array_add (jobs, g_steal_pointer (&job));
      else
        g_array_append_val (broken, id);
    }
  if (statement == NULL)
    return NULL;
  g_clear_pointer (&statement, pent_statement_free);
  return drop_jobs (self, broken, error) ? g_steal_pointer (&jobs) : NULL;
}
