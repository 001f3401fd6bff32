/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-library-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "pent-error.h"
#include "pent-hash.h"
#include "pent-json.h"
#include "pent-library-schema.h"
#include "pent-library-swap.h"

/* --- locks and names --- */

/**
 * pent_library_open_lock:
 * @folder: of the database
 *
 * Returns: a descriptor of the lock file; -1 where it can be neither made nor
 *   read, as in a read-only folder
 */
int
pent_library_open_lock (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, PENT_LIBRARY_FILE "-lock", NULL);
  int descriptor = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return descriptor >= 0 ? descriptor : open (path, O_RDONLY | O_CLOEXEC);
}

/**
 * pent_library_lock:
 * @byte: 0 for the library, else a picture's number
 *
 * The kernel takes the lock back when its holder dies, however it does.
 *
 * Returns: %FALSE where another holds it
 */
gboolean
pent_library_lock (int descriptor, gint64 byte, PentLock lock, gboolean wait)
{
  static const short types[] = {
    [PENT_LOCK_SHARED] = F_RDLCK, [PENT_LOCK_EXCLUSIVE] = F_WRLCK, [PENT_LOCK_NONE] = F_UNLCK,
  };
  struct flock range = { .l_type = types[lock], .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
  int code;

  if (descriptor < 0)
    return TRUE;
  do
    code = fcntl (descriptor, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range);
  while (code < 0 && errno == EINTR);
  return code == 0;
}

/**
 * pent_library_absolute:
 *
 * Returns: (transfer full): the name of a file as the database has it, made
 *   absolute
 */
char *
pent_library_absolute (const char *pictures, const char *file)
{
  return *file == '/' ? g_strdup (file) : g_build_filename (pictures, file, NULL);
}

/**
 * pent_library_relative:
 * @file: absolute
 *
 * Returns: (transfer full): the name as the database has it, so that the folder
 *   of the pictures may be moved
 */
char *
pent_library_relative (const char *pictures, const char *file)
{
  gsize n = strlen (pictures);
  gboolean inside = strncmp (file, pictures, n) == 0 && file[n] == '/';
  return g_strdup (inside ? file + n + 1 : file);
}

/**
 * pent_recipe_hash:
 *
 * Returns: (transfer full): SHA-256 of the recipe's JSON in one line: equal
 *   requests on an equal program and device have equal ones
 */
char *
pent_recipe_hash (const PentRecipe *recipe)
{
  g_autoptr (JsonNode) node = pent_recipe_to_json (recipe);
  g_autofree char *text = pent_json_print (node, FALSE);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

/* --- opening --- */

/**
 * pent_library_new_with:
 * @database: (transfer full): the library's
 *
 * Returns: (transfer full): a library over it that holds no lock
 */
PentLibrary *
pent_library_new_with (const PentFolders *folders, PentDatabase *database)
{
  PentLibrary *self = g_new0 (PentLibrary, 1);
  self->pictures = g_strdup (folders->pictures);
  self->folder = g_strdup (folders->library);
  self->database = database;
  self->lock = -1;
  return self;
}

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;
  g_autofree char *shown = g_filename_display_name (folder);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("The library's folder %s cannot be made: %s."), shown,
               g_strerror (errno));
  return FALSE;
}

/* Finishes a rebuilding that was killed at its last step; for that, nobody may
 * have the old database open. */
static gboolean
lock_and_finish (PentLibrary *self, GError **error)
{
  g_autofree char *kept = NULL;
  pent_library_lock (self->lock, 0, PENT_LOCK_SHARED, TRUE);
  if (!pent_library_swap_is_due (self->folder))
    return TRUE;
  pent_library_lock (self->lock, 0, PENT_LOCK_NONE, FALSE);
  pent_library_lock (self->lock, 0, PENT_LOCK_EXCLUSIVE, TRUE);
  gboolean ok = !pent_library_swap_is_due (self->folder) || pent_library_swap (self->folder, &kept, error);
  pent_library_lock (self->lock, 0, PENT_LOCK_SHARED, TRUE);
  return ok;
}

static PentLibrary *
open_to_write (const PentFolders *folders, GError **error)
{
  if (!make_folder (folders->library, error))
    return NULL;
  g_autoptr (PentLibrary) self = pent_library_new_with (folders, NULL);
  g_autofree char *path = g_build_filename (folders->library, PENT_LIBRARY_FILE, NULL);
  self->lock = pent_library_open_lock (folders->library);
  if (!lock_and_finish (self, error))
    return NULL;
  self->database = pent_database_open (path, pent_library_schema (), error);
  if (self->database == NULL || !pent_library_recover (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* An empty library, for those who only look. */
static PentLibrary *
open_nothing (const PentFolders *folders, GError **error)
{
  PentDatabase *database = pent_database_open (":memory:", pent_library_schema (), error);
  return database != NULL ? pent_library_new_with (folders, database) : NULL;
}

/* Whether it may be read-only on purpose: another medium, another owner. */
static gboolean
may_be_readonly (const char *folder, const char *path)
{
  return access (path, R_OK) == 0 && (access (path, W_OK) < 0 || access (folder, W_OK) < 0);
}

/**
 * pent_library_open:
 * @folders: where it lies; made where it does not exist and is to be written
 *
 * Brings an older library to this program's version, and looks after what
 * programs that died have left.
 *
 * Returns: (transfer full): the library; %NULL with %PENT_ERROR_FILE or
 *   %PENT_ERROR_MEMORY
 */
PentLibrary *
pent_library_open (const PentFolders *folders, PentLibraryMode mode, GError **error)
{
  g_autofree char *path = g_build_filename (folders->library, PENT_LIBRARY_FILE, NULL);
  if (mode == PENT_LIBRARY_READ && !pent_library_swap_is_due (folders->library) &&
      !g_file_test (path, G_FILE_TEST_EXISTS))
    return open_nothing (folders, error);
  if (mode == PENT_LIBRARY_WRITE || !may_be_readonly (folders->library, path))
    return open_to_write (folders, error);

  g_autoptr (PentLibrary) self = pent_library_new_with (folders, NULL);
  self->lock = pent_library_open_lock (folders->library);
  pent_library_lock (self->lock, 0, PENT_LOCK_SHARED, TRUE);
  self->database = pent_database_open_to_read (path, pent_library_schema (), pent_library_schema ()->version, error);
  return self->database != NULL ? g_steal_pointer (&self) : NULL;
}

void
pent_library_close (PentLibrary *self)
{
  g_clear_pointer (&self->database, pent_database_close);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->pictures);
  g_free (self->folder);
  g_free (self);
}

void
pent_library_picture_free (PentLibraryPicture *self)
{
  g_clear_pointer (&self->recipe, pent_recipe_free);
  g_free (self->file);
  g_free (self->hash);
  g_free (self->origin);
  g_free (self->recipe_hash);
  g_free (self);
}
