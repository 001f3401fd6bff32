/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "library-store-fixture.h"
#include "pent-error.h"
#include "pent-file.h"
#include "pent-library-private.h"
#include "pent-library-schema.h"
#include "pent-picture.h"

static void
rebuild (Library *self, PentRebuildReport *report)
{
  g_autoptr (GError) error = NULL;
  pent_library_rebuild (self->folders, report, NULL, &error);
  g_assert_no_error (error);
  library_assert_sound (self);
}

/* Three pictures, of which the second is marked and the third lies elsewhere. */
static void
fill (Library *self, char *files[3])
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentImage) image = make_picture (20, 20, 3, 8);
  g_autoptr (PentRecipe) recipe = library_recipe ("elsewhere", 30);
  g_autofree char *elsewhere = folder_file (&self->folder, "elsewhere.png");
  const PentLibraryEntry entry = { .image = image, .recipe = recipe, .file = elsewhere };
  gint64 version;
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (PentLibraryPicture) picture =
        i < 2 ? library_store (library, i == 0 ? "one" : "two", i + 1) : pent_library_store (library, &entry, NULL);
      files[i] = g_strdup (picture->file);
    }
  g_assert_true (pent_library_set_favourite (library, 2, TRUE, NULL));
  g_assert_true (pent_library_add_template (library, "sea", "a {colour} sea", &version, NULL));
  g_assert_true (pent_library_maintain (library, NULL));
}

static void
assert_all_there (Library *self, char *files[3])
{
  g_autoptr (PentLibrary) library = library_open (self);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (PentLibraryPicture) picture = pent_library_find_file (library, files[i], NULL);
      g_assert_nonnull (picture);
      g_assert_cmpint (picture->id, ==, i + 1);
      g_assert_cmpint (picture->recipe->seed, ==, i < 2 ? i + 1 : 30);
      g_assert_cmpint (picture->favourite, ==, i == 1);
    }
  g_autoptr (PentTemplate) template = pent_library_get_template (library, "sea", 1, NULL);
  g_assert_nonnull (template);
}

static void
free_names (char *files[3])
{
  for (int i = 0; i < 3; i++)
    g_free (files[i]);
}

/* A database that was overwritten, in part or whole: it is made anew, kept, and
 * nothing is missing. */
static void
test_damaged (Library *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folders->library, PENT_LIBRARY_FILE, NULL);
  char *files[3];
  fill (self, files);
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *contents = NULL;
      gsize size;
      g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
      memset (contents + (i == 0 ? 0 : 4096), i == 1 ? 0 : 0xa5, i == 0 ? size : size / 2);
      g_assert_true (g_file_set_contents (path, contents, size, NULL));

      g_auto (PentRebuildReport) report = { 0 };
      rebuild (self, &report);
      g_assert_true (report.anew);
      g_assert_cmpint (report.n_pictures, ==, 3);
      g_autofree char *kept = NULL;
      gsize kept_size;
      g_assert_true (g_file_get_contents (report.kept, &kept, &kept_size, NULL));
      g_assert_cmpmem (kept, kept_size, contents, size);
      assert_all_there (self, files);
    }
  free_names (files);
}

/* The files alone: no database, no snapshot. */
static void
test_files_alone (Library *self, gconstpointer data)
{
  char *files[3];
  fill (self, files);
  library_remove (self);
  g_autofree char *snapshots = g_build_filename (self->folders->library, "snapshots", NULL);
  g_autofree char *away = g_build_filename (self->folders->library, "away", NULL);
  g_assert_cmpint (g_rename (snapshots, away), ==, 0);

  g_auto (PentRebuildReport) report = { 0 };
  rebuild (self, &report);
  g_assert_false (report.anew);
  g_assert_cmpint (report.n_added, ==, 2);
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentLibraryPicture) one = pent_library_find_file (library, files[0], NULL);
  g_assert_cmpstr (one->recipe->prompt, ==, "one");
  g_autoptr (PentLibraryPicture) next = library_store (library, "next", 9);
  g_assert_cmpint (next->id, >, 2);
  free_names (files);
}

/* Behind our back: one picture renamed, one removed, one put there, and one
 * file that is no picture. */
static void
test_put_right (Library *self, gconstpointer data)
{
  char *files[3];
  fill (self, files);
  g_autofree char *renamed = g_build_filename (self->folders->pictures, "my \"best\".png", NULL);
  g_autofree char *bad = g_build_filename (self->folders->pictures, "bad.png", NULL);
  g_autofree char *put = g_build_filename (self->folders->pictures, "put.png", NULL);
  g_autoptr (GBytes) contents = read_test_file ("pictures/rgb.png");
  g_assert_cmpint (g_rename (files[1], renamed), ==, 0);
  g_assert_true (g_file_set_contents (bad, "not a picture", -1, NULL));
  g_assert_true (pent_file_write (put, contents, FALSE, NULL));
  g_unlink (files[2]);

  g_auto (PentRebuildReport) report = { 0 };
  rebuild (self, &report);
  g_assert_false (report.anew);
  g_assert_cmpint (report.n_moved, ==, 1);
  g_assert_cmpint (report.n_added, ==, 1);
  g_assert_cmpint (report.n_missing, ==, 1);
  g_assert_cmpint (report.n_pictures, ==, 4);
  g_assert_cmpint (report.skipped->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (report.skipped, 0), "bad.png"));

  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (PentLibraryPicture) two = pent_library_get (library, 2, NULL);
  g_assert_cmpstr (two->file, ==, renamed);
  g_assert_true (two->favourite);
  free_names (files);
}

/* A kill between the new database being whole and its being in place. */
static void
test_cut_short (Library *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folders->library, PENT_LIBRARY_FILE, NULL);
  g_autofree char *rebuilt = g_build_filename (self->folders->library, "library.db-rebuilt", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  char *files[3];
  fill (self, files);
  g_assert_cmpint (g_rename (path, rebuilt), ==, 0);
  g_assert_true (g_file_set_contents (path, "damaged", -1, NULL));
  g_assert_true (g_file_set_contents (log, "damaged as well", -1, NULL));
  assert_all_there (self, files);
  g_assert_false (g_file_test (rebuilt, G_FILE_TEST_EXISTS));
  library_assert_sound (self);
  free_names (files);
}

/* A newer version's database is no damage, and one in use is not replaced. */
static void
test_refused (Library *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (PentRebuildReport) report = { 0 };
  char *files[3];
  fill (self, files);
  g_autofree char *back = g_strdup_printf ("PRAGMA user_version = %d", pent_library_schema ()->version);
  library_run (self, "PRAGMA user_version = 99");
  g_assert_false (pent_library_rebuild (self->folders, &report, NULL, &error));
  g_assert_nonnull (strstr (error->message, "newer Pentimento"));
  library_run (self, back);
  g_clear_error (&error);
  pent_rebuild_report_clear (&report);

  g_autofree char *path = g_build_filename (self->folders->library, PENT_LIBRARY_FILE, NULL);
  g_autoptr (PentLibrary) user = library_open (self);
  g_assert_true (g_file_set_contents (path, "damaged", -1, NULL));
  g_assert_false (pent_library_rebuild (self->folders, &report, NULL, &error));
  g_assert_nonnull (strstr (error->message, "in use"));
  free_names (files);
}

static void
test_snapshots (Library *self, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (self->folders->library, "snapshots", NULL);
  g_autoptr (PentLibrary) library = library_open (self);
  g_assert_true (pent_library_maintain (library, NULL));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  pent_library_picture_free (library_store (library, "one", 1));
  g_mkdir_with_parents (folder, 0700);
  for (int i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/library-20200101T0000%02d.db", folder, i);
      g_assert_true (g_file_set_contents (name, "old", -1, NULL));
      const struct timespec old[2] = { { .tv_sec = 1577836800 }, { .tv_sec = 1577836800 } };
      g_assert_cmpint (utimensat (AT_FDCWD, name, old, 0), ==, 0);
    }
  g_assert_true (pent_library_maintain (library, NULL));
  g_assert_true (pent_library_maintain (library, NULL));
  const Folder snapshots = { folder };
  g_assert_cmpint (folder_count (&snapshots), ==, 10);
}

static void
test_import (Library *self, gconstpointer data)
{
  g_autofree char *file = folder_file (&self->folder, "other.png");
  g_autoptr (GBytes) contents = read_test_file ("pictures/rgb.png");
  g_assert_true (pent_file_write (file, contents, FALSE, NULL));
  g_autoptr (PentLibrary) library = library_open (self);
  gboolean is_new;
  g_assert_true (pent_library_import (library, file, &is_new, NULL));
  g_assert_true (is_new);
  g_assert_true (pent_library_import (library, file, &is_new, NULL));
  g_assert_false (is_new);
  g_assert_true (pent_library_set_deleted (library, 1, TRUE, NULL));
  g_assert_true (pent_library_import (library, file, &is_new, NULL));
  g_autoptr (PentLibraryPicture) picture = pent_library_get (library, 1, NULL);
  g_assert_cmpint (picture->deleted, ==, 0);
  g_assert_cmpstr (picture->file, ==, file);

  g_autoptr (GError) error = NULL;
  g_assert_false (pent_library_import (library, "/no/such.png", &is_new, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
}

#define ADD(path, test) g_test_add (path, Library, NULL, library_set_up, test, library_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/rebuild/damaged", test_damaged);
  ADD ("/rebuild/files-alone", test_files_alone);
  ADD ("/rebuild/put-right", test_put_right);
  ADD ("/rebuild/cut-short", test_cut_short);
  ADD ("/rebuild/refused", test_refused);
  ADD ("/rebuild/snapshots", test_snapshots);
  ADD ("/rebuild/import", test_import);
  return g_test_run ();
}
