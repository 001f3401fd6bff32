/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-library-swap.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-library-private.h"

#define KEPT_FOLDER "damaged"

gboolean
pent_library_swap_is_due (const char *folder)
{
  g_autofree char *rebuilt = g_build_filename (folder, PENT_LIBRARY_REBUILT_FILE, NULL);
  return g_file_test (rebuilt, G_FILE_TEST_EXISTS);
}

static gboolean
fail (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be set aside: %s.", shown, g_strerror (errno));
  return FALSE;
}

/* Gives the file a second name, where it is there. */
static gboolean
keep (const char *path, const char *name, GError **error)
{
  return link (path, name) == 0 || errno == ENOENT || errno == EEXIST || fail (path, error);
}

static gboolean
discard (const char *path, GError **error)
{
  return g_unlink (path) == 0 || errno == ENOENT || fail (path, error);
}

/**
 * pent_library_swap:
 * @folder: of the database; nobody has it open, and the caller sees to that
 * @kept: (out) (nullable): where the old database is from now on
 *
 * Puts the database that was made anew in the place of the old one. Nothing is
 * lost by a kill in between: as long as the new one has not got the old one's
 * name, all of this is done again. The old one's log must go before the new
 * one comes, or it would be played into that.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE
 */
gboolean
pent_library_swap (const char *folder, char **kept, GError **error)
{
  g_autofree char *current = g_build_filename (folder, PENT_LIBRARY_FILE, NULL);
  g_autofree char *log = g_strconcat (current, "-wal", NULL);
  g_autofree char *index = g_strconcat (current, "-shm", NULL);
  g_autofree char *rebuilt = g_build_filename (folder, PENT_LIBRARY_REBUILT_FILE, NULL);
  g_autofree char *kept_folder = g_build_filename (folder, KEPT_FOLDER, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "library-%Y%m%dT%H%M%S");
  g_autofree char *name = g_strdup_printf ("%s/%s-%06d.db", kept_folder, stamp, g_date_time_get_microsecond (now));
  g_autofree char *kept_log = g_strconcat (name, "-wal", NULL);

  *kept = g_file_test (current, G_FILE_TEST_EXISTS) ? g_strdup (name) : NULL;
  if (g_mkdir_with_parents (kept_folder, 0700) < 0)
    return fail (kept_folder, error);
  if (!keep (current, name, error) || !keep (log, kept_log, error) || !pent_folder_sync (kept_folder, error) ||
      !discard (log, error) || !discard (index, error))
    return FALSE;
  if (g_rename (rebuilt, current) < 0)
    return fail (current, error);
  return pent_folder_sync (folder, error);
}
