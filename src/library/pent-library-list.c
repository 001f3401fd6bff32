/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-error.h"
#include "pent-hash.h"
#include "pent-library-private.h"
#include "pent-originals.h"
#include "pent-picture.h"

#define COLUMNS \
  "pictures.id, pictures.file, pictures.created, pictures.width, pictures.height, pictures.hash, pictures.origin," \
  " pictures.recipe, pictures.recipe_hash, pictures.parent, pictures.favourite, pictures.deleted," \
  " pictures.seconds_wait, pictures.seconds_load, pictures.seconds_text, pictures.seconds_steps," \
  " pictures.seconds_decode, pictures.seconds_total"

static PentLibraryPicture *
read_row (PentLibrary *self, PentStatement *statement)
{
  PentLibraryPicture *picture = g_new0 (PentLibraryPicture, 1);
  const char *file = pent_statement_get_text (statement, 1);
  const char *recipe = pent_statement_get_text (statement, 7);

  picture->id = pent_statement_get_int (statement, 0, 0);
  picture->file = pent_library_absolute (self->pictures, file != NULL ? file : "");
  picture->created = pent_statement_get_int (statement, 2, 0);
  picture->width = pent_statement_get_int (statement, 3, 0);
  picture->height = pent_statement_get_int (statement, 4, 0);
  picture->hash = g_strdup (pent_statement_get_text (statement, 5));
  picture->origin = g_strdup (pent_statement_get_text (statement, 6));
  picture->recipe = recipe != NULL ? pent_recipe_from_text (recipe, NULL) : NULL;
  picture->recipe_hash = g_strdup (pent_statement_get_text (statement, 8));
  picture->parent = pent_statement_get_int (statement, 9, 0);
  picture->favourite = pent_statement_get_int (statement, 10, 0) != 0;
  picture->deleted = pent_statement_get_int (statement, 11, 0);
  picture->timings = (PentTimings) {
    .wait = pent_statement_get_real (statement, 12, PENT_UNSET),
    .load = pent_statement_get_real (statement, 13, PENT_UNSET),
    .text = pent_statement_get_real (statement, 14, PENT_UNSET),
    .steps = pent_statement_get_real (statement, 15, PENT_UNSET),
    .decode = pent_statement_get_real (statement, 16, PENT_UNSET),
    .total = pent_statement_get_real (statement, 17, PENT_UNSET),
  };
  return picture;
}

/* What FTS5 is asked: each word as a text, of which the last letters may be
 * missing. Empty where there is no word, so nothing to look for. */
static char *
make_match (const char *search)
{
  GString *match = g_string_new (NULL);
  GString *word = g_string_new (NULL);
  for (const char *at = search;; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (c != 0 && (g_unichar_isalnum (c) || g_unichar_ismark (c)))
        g_string_append_unichar (word, c);
      else if (word->len > 0)
        {
          g_string_append_printf (match, "%s\"%s\"*", match->len > 0 ? " " : "", word->str);
          g_string_truncate (word, 0);
        }
      if (c == 0)
        break;
    }
  g_string_free (word, TRUE);
  return g_string_free (match, FALSE);
}

static PentStatement *
make_statement (PentLibrary *self, const char *columns, const PentLibraryQuery *query, const char *match, GError **error)
{
  gboolean searches = match != NULL && *match != '\0';
  gboolean dated = query->since != 0 || query->until != 0;
  g_autofree char *sql = g_strconcat (
    "SELECT ", columns, " FROM ", searches ? "pictures_text JOIN pictures ON pictures.id = pictures_text.rowid"
                                           : "pictures",
    query->deleted ? " WHERE deleted IS NOT NULL" : " WHERE deleted IS NULL",
    query->favourites ? " AND favourite" : "",
    query->parent != 0 ? " AND parent = ?1" : "",
    dated ? " AND created >= ?5 AND created < ?6" : "",
    searches ? " AND pictures_text MATCH ?4 ORDER BY pictures_text.rowid DESC" : " ORDER BY created DESC, id DESC",
    " LIMIT ?2 OFFSET ?3", NULL);
  return pent_statement_new (self->database, error, sql, dated ? "iiitii" : searches ? "iiit" : "iii", query->parent,
                             query->limit < 0 ? (gint64) -1 : query->limit, query->offset, match, query->since,
                             query->until != 0 ? query->until : G_MAXINT64);
}

/* FALSE where there is no word to look for, so nothing is found. */
static gboolean
make_match_of (const PentLibraryQuery *query, char **match)
{
  *match = query->search != NULL ? make_match (query->search) : NULL;
  return *match == NULL || **match != '\0';
}

/**
 * pent_library_each:
 * @visit: is given each picture, and ends it all by returning %FALSE
 *
 * Goes through pictures without holding more than one in memory. A search
 * lists them by number, which is the order in which they came in.
 *
 * Returns: %FALSE with an error, its own or the visitor's
 */
gboolean
pent_library_each (PentLibrary *self, const PentLibraryQuery *query, PentLibraryVisit visit, gpointer data,
                   GError **error)
{
  g_autofree char *match = NULL;
  if (!make_match_of (query, &match))
    return TRUE;
  g_autoptr (PentStatement) statement = make_statement (self, COLUMNS, query, match, error);
  gboolean row = statement != NULL;
  while (row)
    {
      if (!pent_statement_next (statement, &row, error))
        return FALSE;
      if (!row)
        break;
      g_autoptr (PentLibraryPicture) picture = read_row (self, statement);
      if (!visit (data, picture, error))
        return FALSE;
    }
  return statement != NULL;
}

/**
 * pent_library_list_ids:
 *
 * The numbers alone of what pent_library_each() would visit, in its order:
 * 8 bytes a picture, whatever the library's size is.
 *
 * Returns: (transfer full) (element-type gint64): the numbers; %NULL with an error
 */
GArray *
pent_library_list_ids (PentLibrary *self, const PentLibraryQuery *query, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *match = NULL;
  if (!make_match_of (query, &match))
    return g_steal_pointer (&ids);
  g_autoptr (PentStatement) statement = make_statement (self, "pictures.id", query, match, error);
  gboolean row = statement != NULL;
  while (row)
    {
      if (!pent_statement_next (statement, &row, error))
        return NULL;
      gint64 id = row ? pent_statement_get_int (statement, 0, 0) : 0;
      if (row)
        g_array_append_val (ids, id);
    }
  return statement != NULL ? g_steal_pointer (&ids) : NULL;
}

/**
 * pent_library_get_state:
 * @state: (out): a number that is another one after any change, by this
 *   program or another; it says nothing else
 *
 * Costs a few microseconds, so it may be asked every second.
 */
gboolean
pent_library_get_state (PentLibrary *self, gint64 *state, GError **error)
{
  return pent_database_ask_int (self->database, state, error,
                                "SELECT (data_version << 32) + total_changes () FROM pragma_data_version", "");
}

/* The one picture, or NULL without an error. */
static PentLibraryPicture *
take_one (PentLibrary *self, PentStatement *statement, GError **error)
{
  gboolean row;
  if (statement == NULL || !pent_statement_next (statement, &row, error))
    return NULL;
  return row ? read_row (self, statement) : NULL;
}

/**
 * pent_library_get:
 *
 * Returns: (transfer full): the picture, deleted or not; %NULL with
 *   %PENT_ERROR_FILE where there is none of that number
 */
PentLibraryPicture *
pent_library_get (PentLibrary *self, gint64 id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, &problem, "SELECT " COLUMNS " FROM pictures WHERE id = ?", "i", id);
  PentLibraryPicture *picture = take_one (self, statement, &problem);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (picture == NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "The library has no picture %" G_GINT64_FORMAT
                 ": \"pentimento-cli history list\" shows the numbers.", id);
  return picture;
}

/**
 * pent_library_find_file:
 *
 * Returns: (transfer full) (nullable): the picture in that file; %NULL without
 *   an error where the library does not know it
 */
PentLibraryPicture *
pent_library_find_file (PentLibrary *self, const char *file, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (file, NULL);
  g_autofree char *name = pent_library_relative (self->pictures, absolute);
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error, "SELECT " COLUMNS " FROM pictures WHERE file = ?", "f", name);
  return take_one (self, statement, error);
}

/**
 * pent_library_find_hash:
 *
 * Returns: (transfer full) (nullable): the newest picture with these pixels
 */
PentLibraryPicture *
pent_library_find_hash (PentLibrary *self, const char *hash, GError **error)
{
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT " COLUMNS " FROM pictures WHERE hash = ? ORDER BY id DESC LIMIT 1", "t", hash);
  return take_one (self, statement, error);
}

/**
 * pent_library_find_recipe:
 *
 * Returns: (transfer full) (nullable): the newest picture that was made by the
 *   very same recipe, is not deleted, and whose file is there
 */
PentLibraryPicture *
pent_library_find_recipe (PentLibrary *self, const PentRecipe *recipe, GError **error)
{
  g_autofree char *hash = pent_recipe_hash (recipe);
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error, "SELECT " COLUMNS " FROM pictures WHERE recipe_hash = ? AND deleted IS NULL "
                        "ORDER BY id DESC", "t", hash);
  for (;;)
    {
      g_autoptr (PentLibraryPicture) picture = take_one (self, statement, error);
      if (picture == NULL || g_file_test (picture->file, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&picture);
    }
}

/**
 * pent_library_find_models:
 *
 * Returns: (transfer full) (element-type filename): where models of this hash
 *   lay when they were used, the newest first; %NULL with an error
 */
GPtrArray *
pent_library_find_models (PentLibrary *self, const char *hash, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error, "SELECT path FROM models WHERE hash = ? ORDER BY used DESC", "t", hash);
  gboolean row = statement != NULL;
  while (row)
    {
      if (!pent_statement_next (statement, &row, error))
        return NULL;
      if (row)
        g_ptr_array_add (paths, g_strdup (pent_statement_get_text (statement, 0)));
    }
  return statement != NULL ? g_steal_pointer (&paths) : NULL;
}

/**
 * pent_library_find_original:
 * @picture: a picture's file
 * @hash: of its source or mask, from its recipe
 *
 * Returns: (transfer full): the pixels, kept beside the picture or those of
 *   another picture of the library; %NULL with %PENT_ERROR_FILE
 */
PentImage *
pent_library_find_original (PentLibrary *self, const char *picture, const char *hash, GError **error)
{
  g_autoptr (GError) problem = NULL;
  PentImage *image = pent_originals_find (picture, hash, &problem);
  if (image != NULL)
    return image;

  g_autoptr (PentLibraryPicture) same = pent_library_find_hash (self, hash, NULL);
  g_autoptr (PentPictureFile) file = same != NULL ? pent_picture_file_read (same->file, NULL) : NULL;
  g_autofree char *found = file != NULL ? pent_image_hash (file->image) : NULL;
  if (g_strcmp0 (found, hash) == 0)
    return g_steal_pointer (&file->image);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
