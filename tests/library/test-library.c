/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library-fixture.h"
#include "library-store-fixture.h"
#include "pent-error.h"
#include "pent-hash.h"
#include "pent-library-private.h"
#include "pent-library-schema.h"
#include "pent-picture.h"

/* Numbers of the pictures that @query lists, as "3 2 1". */
static gboolean
add_number (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  GString *text = data;
  g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len > 0 ? " " : "", picture->id);
  return TRUE;
}

static void
assert_listed (PentLibrary *library, PentLibraryQuery query, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  query.limit = query.limit == 0 ? -1 : query.limit;
  pent_library_each (library, &query, add_number, text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text->str, ==, expected);

  g_autoptr (GArray) ids = pent_library_list_ids (library, &query, &error);
  g_assert_no_error (error);
  g_string_truncate (text, 0);
  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", g_array_index (ids, gint64, i));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_store (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentLibraryPicture) stored = library_store (library, "a red sail", 7);
  g_autofree char *start = g_strconcat (self->folders->pictures, "/", NULL);
  g_assert_true (g_str_has_prefix (stored->file, start));
  g_assert_true (g_str_has_suffix (stored->file, "/000001-7.png"));

  g_autoptr (GError) error = NULL;
  g_autoptr (PentPictureFile) file = pent_picture_file_read (stored->file, &error);
  g_assert_no_error (error);
  g_autofree char *hash = pent_image_hash (file->image);
  g_assert_cmpstr (hash, ==, stored->hash);

  g_autoptr (PentLibraryPicture) found = pent_library_get (library, stored->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->file, ==, stored->file);
  g_assert_cmpstr (found->recipe->prompt, ==, "a red sail");
  g_assert_cmpint (found->recipe->seed, ==, 7);
  g_assert_cmpint (found->created, ==, stored->created);
  g_assert_cmpfloat (found->timings.total, ==, 2.5);
  g_assert_cmpstr (found->origin, ==, "pentimento");
  g_assert_cmpint (library_ask (self, "SELECT count (*) FROM arriving"), ==, 0);

  g_assert_null (pent_library_get (library, 99, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
}

static void
test_list (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  const char *const prompts[] = { "a red sail", "Éclair at noon", "red moon", "quoted \"words\" AND more" };
  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    pent_library_picture_free (library_store (library, prompts[i], i));

  assert_listed (library, (PentLibraryQuery) { 0 }, "4 3 2 1");
  assert_listed (library, (PentLibraryQuery) { .limit = 2 }, "4 3");
  assert_listed (library, (PentLibraryQuery) { .limit = 2, .offset = 3 }, "1");
  assert_listed (library, (PentLibraryQuery) { .search = "RED" }, "3 1");
  assert_listed (library, (PentLibraryQuery) { .search = "red sai" }, "1");
  assert_listed (library, (PentLibraryQuery) { .search = "eclair" }, "2");
  assert_listed (library, (PentLibraryQuery) { .search = "\"words\" AND" }, "4");
  assert_listed (library, (PentLibraryQuery) { .search = "red OR noon" }, "");
  assert_listed (library, (PentLibraryQuery) { .search = "model" }, "4 3 2 1");
  assert_listed (library, (PentLibraryQuery) { .search = "\"*(-" }, "");

  g_assert_true (pent_library_set_favourite (library, 2, TRUE, NULL));
  assert_listed (library, (PentLibraryQuery) { .favourites = TRUE }, "2");
  g_assert_true (pent_library_set_favourite (library, 2, FALSE, NULL));
  assert_listed (library, (PentLibraryQuery) { .favourites = TRUE }, "");

  g_autoptr (GError) error = NULL;
  g_assert_false (pent_library_set_favourite (library, 9, TRUE, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
}

static void
test_times (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  for (gint64 i = 1; i <= 4; i++)
    pent_library_picture_free (library_store (library, "a red sail", i));
  library_run (self, "UPDATE pictures SET created = id * 1000");

  assert_listed (library, (PentLibraryQuery) { .since = 2000 }, "4 3 2");
  assert_listed (library, (PentLibraryQuery) { .until = 2000 }, "1");
  assert_listed (library, (PentLibraryQuery) { .since = 2000, .until = 4000 }, "3 2");
  assert_listed (library, (PentLibraryQuery) { .since = 2000, .until = 4000, .search = "sail", .limit = 1 }, "3");
  assert_listed (library, (PentLibraryQuery) { .since = 3000, .parent = 1 }, "");
}

/* The number tells of changes by this connection and by another, and of
 * nothing else. */
static void
test_state (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) one = library_open (self);
  g_autoptr (PentLibrary) two = library_open (self);
  gint64 states[5];
  g_assert_true (pent_library_get_state (one, &states[0], NULL));
  assert_listed (one, (PentLibraryQuery) { 0 }, "");
  g_assert_true (pent_library_get_state (one, &states[1], NULL));
  pent_library_picture_free (library_store (one, "one", 1));
  g_assert_true (pent_library_get_state (one, &states[2], NULL));
  pent_library_picture_free (library_store (two, "two", 2));
  g_assert_true (pent_library_get_state (one, &states[3], NULL));
  g_assert_true (pent_library_set_favourite (two, 1, TRUE, NULL));
  g_assert_true (pent_library_get_state (one, &states[4], NULL));
  g_assert_cmpint (states[0], ==, states[1]);
  for (int i = 2; i < 5; i++)
    g_assert_cmpint (states[i], !=, states[i - 1]);
}

static void
test_forget (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentLibraryPicture) one = library_store (library, "one", 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (pent_library_forget (library, 1, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_true (pent_library_set_deleted (library, 1, TRUE, NULL));
  g_assert_true (pent_library_forget (library, 1, NULL));
  assert_listed (library, (PentLibraryQuery) { .deleted = TRUE }, "");
  g_assert_true (g_file_test (one->file, G_FILE_TEST_EXISTS));
}

static void
test_delete (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentLibraryPicture) one = library_store (library, "one", 1);
  g_autoptr (PentLibraryPicture) two = library_store (library, "two", 2);
  gint64 n = -1;

  g_assert_true (pent_library_set_deleted (library, 1, TRUE, NULL));
  assert_listed (library, (PentLibraryQuery) { 0 }, "2");
  assert_listed (library, (PentLibraryQuery) { .deleted = TRUE }, "1");
  assert_listed (library, (PentLibraryQuery) { .search = "one" }, "");
  g_assert_true (g_file_test (one->file, G_FILE_TEST_EXISTS));
  g_assert_true (pent_library_set_deleted (library, 1, FALSE, NULL));
  assert_listed (library, (PentLibraryQuery) { 0 }, "2 1");

  g_assert_true (pent_library_set_deleted (library, 1, TRUE, NULL));
  g_assert_true (pent_library_purge (library, 1, &n, NULL));
  g_assert_cmpint (n, ==, 0);
  g_assert_true (pent_library_purge (library, G_MAXINT64, &n, NULL));
  g_assert_cmpint (n, ==, 1);
  g_assert_false (g_file_test (one->file, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (two->file, G_FILE_TEST_EXISTS));
  assert_listed (library, (PentLibraryQuery) { .deleted = TRUE }, "");

  g_autoptr (PentLibraryPicture) three = library_store (library, "three", 3);
  g_assert_cmpint (three->id, ==, 3);
}

/* The picture a child was painted from is found by its pixels, whichever came
 * first. */
static void
test_family (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentImage) source = make_picture (8, 8, 3, 8);
  g_autoptr (PentImage) mask = make_picture (8, 8, 1, 8);
  g_autoptr (PentRecipe) recipe = library_recipe ("child", 1);
  recipe->source_hash = pent_image_hash (source);
  recipe->mask_hash = pent_image_hash (mask);
  g_autoptr (PentImage) image = make_picture (8, 9, 3, 8);
  PentLibraryEntry child = { .image = image, .recipe = recipe, .source = source, .mask = mask };
  g_autoptr (PentLibraryPicture) first = pent_library_store (library, &child, NULL);
  g_assert_cmpint (first->id, ==, 1);

  g_autoptr (PentRecipe) plain = library_recipe ("parent", 2);
  PentLibraryEntry parent = { .image = source, .recipe = plain };
  g_autoptr (PentLibraryPicture) second = pent_library_store (library, &parent, NULL);
  g_autoptr (PentLibraryPicture) third = pent_library_store (library, &child, NULL);
  assert_listed (library, (PentLibraryQuery) { .parent = second->id }, "3 1");
  g_autoptr (PentLibraryPicture) found = pent_library_get (library, third->id, NULL);
  g_assert_cmpint (found->parent, ==, second->id);

  g_autoptr (PentImage) kept = pent_library_find_original (library, third->file, recipe->mask_hash, NULL);
  assert_same_picture (kept, mask);
  g_autoptr (PentImage) painted = pent_library_find_original (library, "/no/such.png", recipe->source_hash, NULL);
  assert_same_picture (painted, source);
  g_assert_null (pent_library_find_original (library, third->file, "no such", NULL));
}

static void
test_same_recipe (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentLibraryPicture) one = library_store (library, "one", 1);
  g_autoptr (PentRecipe) recipe = library_recipe ("one", 1);
  g_autoptr (PentRecipe) other = library_recipe ("one", 2);
  g_autoptr (PentLibraryPicture) found = pent_library_find_recipe (library, recipe, NULL);
  g_assert_cmpint (found->id, ==, one->id);
  g_assert_null (pent_library_find_recipe (library, other, NULL));
  g_unlink (one->file);
  g_assert_null (pent_library_find_recipe (library, recipe, NULL));

  g_autoptr (GPtrArray) models = pent_library_find_models (library, recipe->model_hash, NULL);
  g_assert_cmpint (models->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (models, 0), ==, "/models/one.safetensors");
}

/* A file of the user's choice; written over, it is a new picture. */
static void
test_named_file (Library *self, gconstpointer data)
{
  static const char *const names[] = { "of mine.png", "it's \"mine\".jpg", "caf\xe9.webp" };
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentImage) image = make_picture (16, 16, 3, 8);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (PentRecipe) recipe = library_recipe ("mine", i);
      g_autofree char *file = folder_file (&self->folder, names[i]);
      const PentLibraryEntry entry = { .image = image, .recipe = recipe, .file = file };
      g_autoptr (PentLibraryPicture) first = pent_library_store (library, &entry, NULL);
      g_autoptr (PentLibraryPicture) second = pent_library_store (library, &entry, NULL);
      g_assert_cmpstr (second->file, ==, file);
      g_assert_cmpint (second->id, >, first->id);
      g_assert_null (pent_library_get (library, first->id, NULL));
      g_autoptr (PentLibraryPicture) found = pent_library_find_file (library, file, NULL);
      g_assert_cmpint (found->id, ==, second->id);
      g_autoptr (PentPictureFile) read = pent_picture_file_read (file, NULL);
      g_autofree char *hash = pent_image_hash (read->image);
      g_assert_cmpstr (found->hash, ==, hash);
    }
  assert_listed (library, (PentLibraryQuery) { 0 }, "6 4 2");
}

/* What a program that died has left: a number alone, and a whole file. */
static void
test_recover (Library *self, gconstpointer data)
{
  PentLibrary *library = library_open (self);
  g_autoptr (PentLibraryPicture) stored = library_store (library, "kept", 5);
  pent_library_close (library);

  g_autofree char *sql = g_strdup_printf (
    "INSERT INTO arriving (id, file, hash) SELECT id, file, hash FROM pictures;"
    "INSERT INTO arriving (id, file, hash) VALUES (2, CAST ('2026/no.png' AS BLOB), 'x'), (3, NULL, NULL);"
    "DELETE FROM pictures");
  library_run (self, sql);
  library = library_open (self);
  assert_listed (library, (PentLibraryQuery) { 0 }, "1");
  g_autoptr (PentLibraryPicture) found = pent_library_get (library, 1, NULL);
  g_assert_cmpstr (found->file, ==, stored->file);
  g_assert_cmpstr (found->recipe->prompt, ==, "kept");
  g_assert_cmpint (library_ask (self, "SELECT count (*) FROM arriving"), ==, 0);

  /* One that is still on its way is left alone, and so is its number. */
  library_run (self, "INSERT INTO arriving (id, file, hash) VALUES (9, CAST ('2026/no.png' AS BLOB), 'x')");
  int lock = pent_library_open_lock (self->folders->library);
  g_assert_true (pent_library_lock (lock, 9, PENT_LOCK_EXCLUSIVE, FALSE));
  pent_library_close (library);
  library = library_open (self);
  g_assert_cmpint (library_ask (self, "SELECT count (*) FROM arriving"), ==, 1);
  close (lock);
  pent_library_close (library);
  library = library_open (self);
  g_assert_cmpint (library_ask (self, "SELECT count (*) FROM arriving"), ==, 0);
  g_autoptr (PentLibraryPicture) next = library_store (library, "next", 6);
  g_assert_cmpint (next->id, ==, 10);
  pent_library_close (library);
}

/* Every older version, with pictures in it, becomes the newest and loses
 * nothing. */
static void
test_migrate (Library *self, gconstpointer data)
{
  const PentSchema *schema = pent_library_schema ();
  g_autofree char *path = g_build_filename (self->folders->library, PENT_LIBRARY_FILE, NULL);
  g_mkdir_with_parents (self->folders->library, 0700);
  for (int version = 1; version < schema->version; version++)
    {
      library_remove (self);
      g_autoptr (GError) error = NULL;
      g_autoptr (PentDatabase) old = pent_database_open_version (path, schema, version, &error);
      g_assert_no_error (error);
      for (int i = 1; i <= 3; i++)
        g_assert_true (pent_database_do (old, NULL, "INSERT INTO pictures (id, file, created, width, height, hash, prompt,"
                                         " favourite) VALUES (?1, CAST (?1 || '.png' AS BLOB), ?1, 8, 8, 'h' || ?1, "
                                         "'word' || ?1, ?1 = 2)", "i", (gint64) i));
      g_clear_pointer (&old, pent_database_close);
      g_assert_cmpint (library_ask (self, "PRAGMA user_version"), ==, version);

      g_autoptr (PentLibrary) library = library_open (self);
      g_assert_cmpint (library_ask (self, "PRAGMA user_version"), ==, schema->version);
      assert_listed (library, (PentLibraryQuery) { 0 }, "3 2 1");
      assert_listed (library, (PentLibraryQuery) { .favourites = TRUE }, "2");
      assert_listed (library, (PentLibraryQuery) { .search = "word3" }, "3");
      g_autoptr (PentLibraryPicture) next = library_store (library, "next", 4);
      /* Files of the libraries before have their numbers. */
      g_assert_cmpint (next->id, ==, 3 + version);
      library_assert_sound (self);
    }
}

static void
assert_refused (Library *self, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->folders->library, PENT_LIBRARY_FILE, NULL);
  g_autoptr (PentLibrary) library = pent_library_open (self->folders, PENT_LIBRARY_WRITE, &error);
  g_assert_null (library);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_nonnull (strstr (error->message, self->folder.path));
  g_assert_cmpint (pent_error_exit_status (error), ==, 3);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_not_ours (Library *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folders->library, PENT_LIBRARY_FILE, NULL);
  pent_library_close (library_open (self));
  library_run (self, "PRAGMA user_version = 99");
  assert_refused (self, "newer Pentimento");
  library_run (self, "PRAGMA user_version = 3; PRAGMA application_id = 7");
  assert_refused (self, "not a library of Pentimento");
  library_remove (self);
  g_assert_true (g_file_set_contents (path, "not a database, but long enough to be looked at as if it were one", -1, NULL));
  assert_refused (self, "history rebuild");
}

/* Two handles, as two programs have them. */
static void
test_two_at_once (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) one = library_open (self);
  g_autoptr (PentLibrary) two = library_open (self);
  g_autoptr (PentLibraryPicture) first = library_store (one, "by one", 1);
  g_autoptr (PentLibraryPicture) second = library_store (two, "by two", 2);
  g_assert_cmpint (second->id, ==, first->id + 1);
  assert_listed (one, (PentLibraryQuery) { 0 }, "2 1");
  assert_listed (two, (PentLibraryQuery) { 0 }, "2 1");
  library_assert_sound (self);
}

/* Mode bits bind all but root; for root the folder is on a file system that is
 * mounted read-only, where that is allowed. */
/* A database that was made to do harm when it is used: it is refused where it
 * tries, in a sentence. */
static void
test_hostile_schema (Library *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentLibrary) library = library_open (self);
  pent_library_picture_free (library_store (library, "one", 1));
  library_run (self, "CREATE TRIGGER evil AFTER UPDATE ON pictures BEGIN SELECT load_extension ('/tmp/evil.so'); END");
  g_assert_false (pent_library_set_favourite (library, 1, TRUE, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "unsafe use of load_extension()"));
  library_run (self, "DROP TRIGGER evil");
  g_autoptr (PentLibrary) again = library_open (self);
  g_assert_true (pent_library_set_favourite (again, 1, TRUE, NULL));
}

static gpointer
open_and_close (gpointer data)
{
  pent_library_close (library_open (data));
  return NULL;
}

/* The first start of both programs at one moment. */
static void
test_born_together (Library *self, gconstpointer data)
{
  for (int round = 0; round < 25; round++)
    {
      GThread *threads[8];
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("program", open_and_close, self);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      library_remove (self);
    }
}

static void
test_read_only (Library *self, gconstpointer data)
{
  if (geteuid () == 0)
    {
      g_test_skip ("root may write anywhere");
      return;
    }
  g_autoptr (GError) error = NULL;
  PentLibrary *library = library_open (self);
  pent_library_picture_free (library_store (library, "kept", 5));
  pent_library_close (library);
  g_chmod (self->folders->library, 0500);
  library = pent_library_open (self->folders, PENT_LIBRARY_READ, &error);
  g_assert_no_error (error);
  assert_listed (library, (PentLibraryQuery) { 0 }, "1");
  g_assert_false (pent_library_set_favourite (library, 1, TRUE, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  pent_library_close (library);
  g_chmod (self->folders->library, 0700);
}

static void
test_templates (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (GError) error = NULL;
  gint64 version;
  g_assert_true (pent_library_add_template (library, "sea", "a {colour} sea", &version, NULL));
  g_assert_cmpint (version, ==, 1);
  g_assert_true (pent_library_add_template (library, "sea", "a {colour} sea", &version, NULL));
  g_assert_cmpint (version, ==, 1);
  g_assert_true (pent_library_add_template (library, "sea", "the {colour} sea", &version, NULL));
  g_assert_cmpint (version, ==, 2);
  g_assert_true (pent_library_add_template (library, "land", "a {thing}", &version, NULL));

  g_autoptr (PentTemplate) newest = pent_library_get_template (library, "sea", 0, NULL);
  g_assert_cmpstr (newest->text, ==, "the {colour} sea");
  g_autoptr (PentTemplate) oldest = pent_library_get_template (library, "sea", 1, NULL);
  g_assert_cmpstr (oldest->text, ==, "a {colour} sea");
  g_assert_null (pent_library_get_template (library, "sea", 3, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_USAGE);
  g_autoptr (GPtrArray) all = pent_library_list_templates (library, NULL);
  g_assert_cmpint (all->len, ==, 2);
  g_assert_cmpint (((PentTemplate *) all->pdata[1])->version, ==, 2);

  /* Renamed with all versions, but never over another one. */
  g_clear_error (&error);
  g_assert_false (pent_library_rename_template (library, "sea", "land", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (pent_library_rename_template (library, "sky", "air", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_USAGE);
  g_assert_true (pent_library_rename_template (library, "sea", "ocean", NULL));
  g_autoptr (PentTemplate) renamed = pent_library_get_template (library, "ocean", 1, NULL);
  g_assert_cmpstr (renamed->text, ==, "a {colour} sea");

  /* Removed, and as it was again. */
  g_autoptr (GPtrArray) versions = pent_library_list_template_versions (library, NULL);
  g_assert_cmpint (versions->len, ==, 3);
  g_assert_cmpstr (((PentTemplate *) versions->pdata[1])->text, ==, "the {colour} sea");
  g_assert_true (pent_library_remove_template (library, "ocean", NULL));
  g_assert_null (pent_library_get_template (library, "ocean", 0, NULL));
  g_assert_true (pent_library_restore_templates (library, versions, NULL));
  g_autoptr (GPtrArray) restored = pent_library_list_template_versions (library, NULL);
  g_assert_cmpint (restored->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (((PentTemplate *) versions->pdata[i])->created, ==, ((PentTemplate *) restored->pdata[i])->created);
}

static void
test_slots (void)
{
  static const struct { const char *text; const char *slot; } cases[] = {
    { "a {colour} sea", "{colour}" }, { "{a}", "{a}" }, { "{} {a b} {c", NULL }, { "{ {x}", "{x}" },
    { "{größe-1_x}", "{größe-1_x}" }, { "no", NULL },   { "{{y}}", "{y}" },
  };
  static const struct { const char *text; const char *prompt; gboolean filled; } fills[] = {
    { "a {x} sea", "a red sea", TRUE },  { "a {x} sea", "a {x} sea", TRUE },  { "a {x} sea", "a  sea", TRUE },
    { "a {x} sea", "the red sea", FALSE }, { "a {x} sea", "a red lake", FALSE }, { "{x}{y}", "", TRUE },
    { "a {x}, {y} b", "a 1, 2, 3 b", TRUE }, { "a {x}, {y} b", "a 1 b", FALSE }, { "same", "same", TRUE },
    { "same", "same ", FALSE },          { "a {x} a", "a", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize start, end;
      gboolean found = pent_slot_find (cases[i].text, 0, &start, &end);
      g_autofree char *slot = found ? g_strndup (cases[i].text + start, end - start) : NULL;
      g_assert_cmpstr (slot, ==, cases[i].slot);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (fills); i++)
    if (pent_slots_were_filled (fills[i].text, fills[i].prompt) != fills[i].filled)
      g_error ("“%s” in “%s”", fills[i].prompt, fills[i].text);
}

static void
test_figures (Library *self, gconstpointer data)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentImage) image = make_picture (8, 8, 3, 8);
  g_autoptr (PentRecipe) recipe = library_recipe ("timed", 1);
  for (int i = 1; i <= 10; i++)
    {
      const PentLibraryEntry entry = { .image = image, .recipe = recipe, .timings = { .total = i, .wait = 11 - i } };
      pent_library_picture_free (pent_library_store (library, &entry, NULL));
    }
  g_autoptr (GPtrArray) figures = pent_library_get_figures (library, NULL);
  g_assert_cmpint (figures->len, ==, 1);
  const PentLibraryFigures *one = g_ptr_array_index (figures, 0);
  g_assert_cmpint (one->n_pictures, ==, 10);
  g_assert_cmpfloat (one->total[0], ==, 5);
  g_assert_cmpfloat (one->total[1], ==, 9);
  g_assert_cmpfloat (one->total[2], ==, 10);
  g_assert_cmpfloat (one->wait[0], ==, 5);
}

#define ADD(path, test) g_test_add (path, Library, NULL, library_set_up, test, library_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/library/store", test_store);
  ADD ("/library/list", test_list);
  ADD ("/library/times", test_times);
  ADD ("/library/state", test_state);
  ADD ("/library/delete", test_delete);
  ADD ("/library/forget", test_forget);
  ADD ("/library/family", test_family);
  ADD ("/library/same-recipe", test_same_recipe);
  ADD ("/library/named-file", test_named_file);
  ADD ("/library/recover", test_recover);
  ADD ("/library/migrate", test_migrate);
  ADD ("/library/not-ours", test_not_ours);
  ADD ("/library/two-at-once", test_two_at_once);
  ADD ("/library/hostile-schema", test_hostile_schema);
  ADD ("/library/born-together", test_born_together);
  ADD ("/library/read-only", test_read_only);
  ADD ("/library/templates", test_templates);
  g_test_add_func ("/library/slots", test_slots);
  ADD ("/library/figures", test_figures);
  return g_test_run ();
}
