/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that are files already: those that a program left when it died,
 * those of other programs, and those of a library that is made anew. */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pent-error.h"
#include "pent-hash.h"
#include "pent-library-private.h"
#include "pent-picture.h"
#include "pent-recipe-reader.h"

/* When the file was written, as far as it still knows. */
static gint64
file_time (const char *file)
{
  struct stat st;
  return stat (file, &st) == 0 ? (gint64) st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000
                               : g_get_real_time () / 1000;
}

/* A picture that is known under a name that has gone: it was moved. */
static gboolean
find_moved (PentLibrary *self, const PentLibraryRow *row, gint64 *id, GError **error)
{
  g_autofree char *recipe_hash = row->recipe != NULL ? pent_recipe_hash (row->recipe) : NULL;
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT id, file FROM pictures WHERE hash = ? AND coalesce (recipe_hash, '') = coalesce (?, '')",
                        "tt", row->hash, recipe_hash);
  gboolean more = statement != NULL;
  *id = 0;
  while (more && *id == 0)
    {
      if (!pent_statement_next (statement, &more, error))
        return FALSE;
      g_autofree char *file = more ? pent_library_absolute (self->pictures, pent_statement_get_text (statement, 1)) : NULL;
      if (more && !g_file_test (file, G_FILE_TEST_EXISTS))
        *id = pent_statement_get_int (statement, 0, 0);
    }
  return statement != NULL;
}

/* In a transaction. @moved: the picture was known, and its name is new. */
static gboolean
take_in (PentLibrary *self, PentLibraryRow *row, gboolean *moved, GError **error)
{
  gint64 known = 0;
  if (row->id == 0 && !find_moved (self, row, &known, error))
    return FALSE;
  *moved = known != 0;
  if (*moved)
    {
      g_autofree char *name = pent_library_relative (self->pictures, row->file);
      return pent_database_do (self->database, error, "UPDATE pictures SET file = ? WHERE id = ?", "fi", name, known);
    }
  if (row->id == 0 && !pent_library_take_id (self, &row->id, error))
    return FALSE;
  return pent_library_insert (self, row, error) &&
         pent_database_do (self->database, error, "DELETE FROM arriving WHERE id = ?", "i", row->id);
}

/**
 * pent_library_read_file:
 * @file: absolute; a picture that the library does not know
 * @id: its number; 0: the next, unless it is a picture that was moved
 * @expected_hash: (nullable): of the pixels that it must have to be taken
 * @taken: (out): what became of it
 *
 * Takes a file into the library, in one transaction.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where it is no picture, or the library
 *   cannot be changed
 */
gboolean
pent_library_read_file (PentLibrary *self, const char *file, gint64 id, const char *expected_hash, PentTaken *taken,
                        GError **error)
{
  static const PentTimings unknown = { PENT_UNSET, PENT_UNSET, PENT_UNSET, PENT_UNSET, PENT_UNSET, PENT_UNSET };
  g_auto (PentFoundRecipe) found = { 0 };
  g_autoptr (PentPictureFile) picture = pent_picture_file_read (file, error);
  if (picture == NULL)
    return FALSE;
  g_autofree char *hash = pent_image_hash (picture->image);
  *taken = PENT_TAKEN_NOT;
  if (expected_hash != NULL && !g_str_equal (hash, expected_hash))
    return TRUE;

  pent_recipe_find (&found, picture->texts);
  PentLibraryRow row = {
    .id = id, .file = file, .created = file_time (file), .width = picture->width, .height = picture->height,
    .hash = hash, .origin = found.origin, .recipe = found.recipe, .timings = unknown,
  };
  gboolean moved;
  if (!pent_database_begin (self->database, error))
    return FALSE;
  if (!take_in (self, &row, &moved, error))
    {
      pent_database_rollback (self->database);
      return FALSE;
    }
  *taken = moved ? PENT_TAKEN_MOVED : PENT_TAKEN_NEW;
  return pent_database_commit (self->database, error);
}

/* A picture whose storing was cut short is taken in where its file is whole,
 * else its number is given up. */
static gboolean
settle (PentLibrary *self, gint64 id, const char *file, const char *hash, GError **error)
{
  PentTaken taken = PENT_TAKEN_NOT;
  g_autoptr (PentLibraryPicture) known = NULL;
  if (file != NULL && hash != NULL && g_file_test (file, G_FILE_TEST_IS_REGULAR))
    {
      known = pent_library_find_file (self, file, NULL);
      if (known == NULL || !g_str_equal (known->hash, hash))
        pent_library_read_file (self, file, id, hash, &taken, NULL);
    }
  return taken == PENT_TAKEN_NEW ||
         pent_database_do (self->database, error, "DELETE FROM arriving WHERE id = ?", "i", id);
}

/**
 * pent_library_recover:
 *
 * Looks after pictures that were being stored when a program died. One whose
 * number is locked is still on its way.
 */
gboolean
pent_library_recover (PentLibrary *self, GError **error)
{
  for (gint64 after = 0;;)
    {
      g_autoptr (PentStatement) statement =
        pent_statement_new (self->database, error, "SELECT id, file, hash FROM arriving WHERE id > ? ORDER BY id LIMIT 1",
                            "i", after);
      gboolean row;
      if (statement == NULL || !pent_statement_next (statement, &row, error))
        return FALSE;
      if (!row)
        return TRUE;

      after = pent_statement_get_int (statement, 0, 0);
      const char *name = pent_statement_get_text (statement, 1);
      g_autofree char *file = name != NULL ? pent_library_absolute (self->pictures, name) : NULL;
      g_autofree char *hash = g_strdup (pent_statement_get_text (statement, 2));
      g_clear_pointer (&statement, pent_statement_free);
      if (!pent_library_lock (self->lock, after, PENT_LOCK_EXCLUSIVE, FALSE))
        continue;
      gboolean ok = settle (self, after, file, hash, error);
      pent_library_lock (self->lock, after, PENT_LOCK_NONE, FALSE);
      if (!ok)
        return FALSE;
    }
}

/**
 * pent_library_import:
 * @file: a picture, ours or another program's; it stays where it is
 * @is_new: (out): whether the library did not know it
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
gboolean
pent_library_import (PentLibrary *self, const char *file, gboolean *is_new, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (file, NULL);
  g_autoptr (GError) problem = NULL;
  g_autoptr (PentLibraryPicture) known = pent_library_find_file (self, absolute, &problem);
  PentTaken taken;
  *is_new = FALSE;
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (known != NULL && known->deleted != 0)
    return pent_library_set_deleted (self, known->id, FALSE, error);
  if (known != NULL)
    return TRUE;
  if (!pent_library_read_file (self, absolute, 0, NULL, &taken, error))
    return FALSE;
  *is_new = taken == PENT_TAKEN_NEW;
  return TRUE;
}
