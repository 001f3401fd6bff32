/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a picture gets into the library:
 *
 *   1. a number is taken for it (arriving), which another program cannot take;
 *   2. its source and mask, then its own file are written and synced;
 *   3. one transaction makes it a picture of the library, and is synced.
 *
 * Only then is it reported. A program that dies after 2 leaves a whole picture
 * that the next one takes in; one that dies before leaves nothing but the
 * number. */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gstdio.h>
#include <unistd.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-hash.h"
#include "pent-json.h"
#include "pent-library-private.h"
#include "pent-originals.h"
#include "pent-picture.h"

/**
 * pent_library_check_pictures:
 *
 * Says before hours of work whether there is a place for the picture's file.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE
 */
gboolean
pent_library_check_pictures (const PentFolders *folders, GError **error)
{
  g_autofree char *probe = g_build_filename (folders->pictures, "probe.png", NULL);
  return pent_folder_make (folders->pictures, error) && pent_file_check_writable (probe, TRUE, error);
}

/* A picture on its way in. */
typedef struct
{
  gint64  id;         /* 0 before it has one */
  char   *file;       /* absolute; with the number, nobody else's unless the user named it */
  GBytes *contents;
  char   *hash;
  gint64  created;
} Arrival;

static void
arrival_clear (Arrival *self)
{
  g_free (self->file);
  g_clear_pointer (&self->contents, g_bytes_unref);
  g_free (self->hash);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arrival, arrival_clear)

/* The pixels that a reader of the file will find, which are not those that
 * went in where the format loses some. */
static char *
hash_as_read (PentImage *image, PentPictureFormat format, GBytes *contents, GError **error)
{
  if (format == PENT_PICTURE_PNG)
    return pent_image_hash (image);
  g_autoptr (PentPictureFile) read = pent_picture_file_decode (contents, TRUE, error);
  return read != NULL ? pent_image_hash (read->image) : NULL;
}

static gboolean
encode (Arrival *self, const PentLibraryEntry *entry, GError **error)
{
  PentPictureFormat format = PENT_PICTURE_PNG;
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (entry->recipe);
  if (entry->file != NULL && !pent_picture_format_from_name (entry->file, &format))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "%s must end in .png, .jpg, .jpeg or .webp.", entry->file);
      return FALSE;
    }
  self->contents = pent_picture_encode (entry->image, format, texts, error);
  if (self->contents == NULL)
    return FALSE;
  self->hash = hash_as_read (entry->image, format, self->contents, error);
  return self->hash != NULL;
}

/* PICTURES/2026/11/21/000042-7.png: the number lets a library that is made anew
 * call the picture what it was called before. */
static char *
name_by_date (const char *pictures, gint64 id, gint64 seed)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *folder = g_date_time_format (now, "%Y/%m/%d");
  g_autofree char *name = seed == PENT_UNSET
    ? g_strdup_printf ("%06" G_GINT64_FORMAT ".png", id)
    : g_strdup_printf ("%06" G_GINT64_FORMAT "-%" G_GINT64_FORMAT ".png", id, seed);
  return g_build_filename (pictures, folder, name, NULL);
}

/**
 * pent_library_take_id:
 * @id: (out): a number that no picture has or had
 *
 * Inside a transaction. The caller removes it from arriving.
 */
gboolean
pent_library_take_id (PentLibrary *self, gint64 *id, GError **error)
{
  /* A library made anew may not know all the numbers that were given. */
  gint64 highest = 0;
  if (!pent_database_ask_int (self->database, &highest, error, "SELECT max (id) FROM pictures", ""))
    return FALSE;
  if (!pent_database_do (self->database, error,
                         "INSERT INTO arriving (id) SELECT max (?, coalesce ((SELECT seq FROM sqlite_sequence "
                         "WHERE name = 'arriving'), 0)) + 1", "i", highest))
    return FALSE;
  *id = pent_database_last_id (self->database);
  return TRUE;
}

static gboolean
reserve_in_transaction (PentLibrary *self, Arrival *arrival, const PentLibraryEntry *entry, GError **error)
{
  for (;;)
    {
      g_free (arrival->file);
      arrival->file = NULL;
      if (!pent_library_take_id (self, &arrival->id, error))
        return FALSE;
      arrival->file = entry->file != NULL ? g_canonicalize_filename (entry->file, NULL)
                                          : name_by_date (self->pictures, arrival->id, entry->recipe->seed);
      if (entry->file != NULL || !g_file_test (arrival->file, G_FILE_TEST_EXISTS))
        break;
      /* A file of a library that was lost: its number is not free. */
      if (!pent_database_do (self->database, error, "DELETE FROM arriving WHERE id = ?", "i", arrival->id))
        return FALSE;
    }

  g_autofree char *name = pent_library_relative (self->pictures, arrival->file);
  return pent_database_do (self->database, error, "UPDATE arriving SET file = ?, hash = ? WHERE id = ?", "fti", name,
                           arrival->hash, arrival->id);
}

/* The lock is taken before anyone can see the number. Nothing would be lost if
 * a power cut took the number back, so this need not wait for the disk. */
static gboolean
reserve (PentLibrary *self, Arrival *arrival, const PentLibraryEntry *entry, GError **error)
{
  if (!pent_database_set_durable (self->database, FALSE, error) || !pent_database_begin (self->database, error))
    return FALSE;
  gboolean ok = reserve_in_transaction (self, arrival, entry, error);
  if (ok)
    {
      pent_library_lock (self->lock, arrival->id, PENT_LOCK_EXCLUSIVE, FALSE);
      ok = pent_database_commit (self->database, error);
      if (!ok)
        pent_library_lock (self->lock, arrival->id, PENT_LOCK_NONE, FALSE);
    }
  else
    pent_database_rollback (self->database);
  if (!ok)
    arrival->id = 0;
  return pent_database_set_durable (self->database, TRUE, ok ? error : NULL) && ok;
}

static gboolean
keep_original (const Arrival *arrival, PentImage *original, GError **error)
{
  if (original == NULL)
    return TRUE;
  g_autofree char *hash = pent_image_hash (original);
  return pent_originals_keep (arrival->file, original, hash, error);
}

static gboolean
write_files (PentLibrary *self, Arrival *arrival, const PentLibraryEntry *entry, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (arrival->file);
  if (entry->file == NULL && !pent_folder_make (folder, error))
    return FALSE;
  if (!keep_original (arrival, entry->source, error) || !keep_original (arrival, entry->mask, error))
    return FALSE;
  return pent_file_write (arrival->file, arrival->contents, TRUE, error);
}

static const char *
parent_hash (const PentRecipe *recipe)
{
  if (recipe == NULL)
    return NULL;
  return recipe->parent_hash != NULL ? recipe->parent_hash : recipe->source_hash;
}

/* A picture may become known after those that were painted from it. */
static gboolean
adopt_orphans (PentLibrary *self, gint64 id, const char *hash, GError **error)
{
  return pent_database_do (self->database, error,
                           "UPDATE pictures SET parent = ? WHERE parent IS NULL AND parent_hash = ? AND id <> ?", "iti",
                           id, hash, id);
}

/**
 * pent_library_remove:
 *
 * Takes away a picture and its words, inside a transaction; nothing happens
 * where there is none.
 */
gboolean
pent_library_remove (PentLibrary *self, gint64 id, GError **error)
{
  return pent_database_do (self->database, error,
                           "INSERT INTO pictures_text (pictures_text, rowid, prompt, negative, model) "
                           "SELECT 'delete', id, prompt, negative, model FROM pictures WHERE id = ?", "i", id) &&
         pent_database_do (self->database, error, "DELETE FROM pictures WHERE id = ?", "i", id);
}

static gboolean
add_words (PentLibrary *self, gint64 id, GError **error)
{
  return pent_database_do (self->database, error,
                           "INSERT INTO pictures_text (rowid, prompt, negative, model) "
                           "SELECT id, prompt, negative, model FROM pictures WHERE id = ?", "i", id);
}

/**
 * pent_library_insert:
 *
 * Makes @row a picture, inside a transaction. A picture that had the same file
 * is no longer there, since that was written over.
 *
 * Returns: %FALSE with an error
 */
gboolean
pent_library_insert (PentLibrary *self, const PentLibraryRow *row, GError **error)
{
  const PentRecipe *recipe = row->recipe;
  const PentTimings *timings = &row->timings;
  g_autofree char *name = pent_library_relative (self->pictures, row->file);
  g_autoptr (JsonNode) node = recipe != NULL ? pent_recipe_to_json (recipe) : NULL;
  g_autofree char *json = node != NULL ? pent_json_print (node, FALSE) : NULL;
  g_autofree char *recipe_hash = recipe != NULL ? pent_recipe_hash (recipe) : NULL;
  const char *from = parent_hash (recipe);
  gint64 same_file = 0;

  return pent_database_ask_int (self->database, &same_file, error, "SELECT id FROM pictures WHERE file = ?", "f", name) &&
         pent_library_remove (self, same_file, error) &&
         pent_database_do (self->database, error,
                           "INSERT INTO pictures (id, file, created, width, height, hash, origin, recipe, recipe_hash,"
                           " seed, prompt, negative, model, model_hash, device, parent_hash, seconds_wait, seconds_load,"
                           " seconds_text, seconds_steps, seconds_decode, seconds_total, parent)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
                           " ?19, ?20, ?21, ?22, (SELECT max (id) FROM pictures WHERE hash = ?16))",
                           "ifiiittttutttttt" "vvvvvv", row->id, name, row->created, (gint64) row->width,
                           (gint64) row->height, row->hash, row->origin, json, recipe_hash,
                           recipe != NULL ? recipe->seed : (gint64) PENT_UNSET, recipe != NULL ? recipe->prompt : NULL,
                           recipe != NULL ? recipe->negative : NULL, recipe != NULL ? recipe->model : NULL,
                           recipe != NULL ? recipe->model_hash : NULL, recipe != NULL ? recipe->device : NULL, from,
                           timings->wait, timings->load, timings->text, timings->steps, timings->decode,
                           timings->total) &&
         add_words (self, row->id, error) && adopt_orphans (self, row->id, row->hash, error);
}

static gboolean
remember_model (PentLibrary *self, const char *hash, const char *path, GError **error)
{
  if (hash == NULL || path == NULL)
    return TRUE;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  return pent_database_do (self->database, error, "INSERT OR REPLACE INTO models (hash, path, used) VALUES (?, ?, ?)",
                           "tfi", hash, absolute, g_get_real_time () / 1000);
}

static gboolean
commit_picture (PentLibrary *self, const Arrival *arrival, const PentLibraryEntry *entry, GError **error)
{
  const PentLibraryRow row = {
    .id = arrival->id, .file = arrival->file, .created = arrival->created, .width = entry->image->width,
    .height = entry->image->height, .hash = arrival->hash, .origin = "pentimento", .recipe = entry->recipe,
    .timings = entry->timings,
  };
  if (!pent_database_begin (self->database, error))
    return FALSE;
  if (pent_library_insert (self, &row, error) &&
      remember_model (self, entry->recipe->model_hash, entry->model_path, error) &&
      remember_model (self, entry->recipe->vae_hash, entry->vae_path, error) &&
      pent_database_do (self->database, error, "DELETE FROM arriving WHERE id = ?", "i", arrival->id))
    return pent_database_commit (self->database, error);
  pent_database_rollback (self->database);
  return FALSE;
}

/* Leaves nothing, as far as that is possible when things fail; the rest is
 * looked after when the library is opened again. A file that the user named is
 * left: it is whole. */
static void
give_up (PentLibrary *self, const Arrival *arrival, const PentLibraryEntry *entry)
{
  if (arrival->id != 0)
    {
      if (entry->file == NULL)
        g_unlink (arrival->file);
      pent_database_do (self->database, NULL, "DELETE FROM arriving WHERE id = ?", "i", arrival->id);
      pent_library_lock (self->lock, arrival->id, PENT_LOCK_NONE, FALSE);
    }
}

/**
 * pent_library_store:
 *
 * Stores a finished picture. When this returns, its file and its row are both
 * on the disk.
 *
 * Returns: (transfer full): the picture as it is stored; %NULL with
 *   %PENT_ERROR_FILE or %PENT_ERROR_MEMORY, and the library is as before
 */
PentLibraryPicture *
pent_library_store (PentLibrary *self, const PentLibraryEntry *entry, GError **error)
{
  g_auto (Arrival) arrival = { .created = g_get_real_time () / 1000 };
  if (!encode (&arrival, entry, error))
    return NULL;
  if (!reserve (self, &arrival, entry, error) || !write_files (self, &arrival, entry, error) ||
      !commit_picture (self, &arrival, entry, error))
    {
      give_up (self, &arrival, entry);
      return NULL;
    }
  pent_library_lock (self->lock, arrival.id, PENT_LOCK_NONE, FALSE);

  PentLibraryPicture *picture = g_new0 (PentLibraryPicture, 1);
  picture->id = arrival.id;
  picture->file = g_steal_pointer (&arrival.file);
  picture->created = arrival.created;
  picture->width = entry->image->width;
  picture->height = entry->image->height;
  picture->hash = g_steal_pointer (&arrival.hash);
  picture->origin = g_strdup ("pentimento");
  picture->timings = entry->timings;
  return picture;
}
