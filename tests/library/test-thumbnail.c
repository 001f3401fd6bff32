/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-thumbnail.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "library-fixture.h"
#include "pent-error.h"
#include "pent-picture.h"

static char *
write_picture (Folder *folder, const char *name, int width, int height)
{
  g_autoptr (PentImage) image = make_picture (width, height, 3, 8);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  char *path = folder_file (folder, name);
  g_assert_true (pent_picture_write (path, image, texts, FALSE, NULL));
  return path;
}

static void
assert_size (const PentImage *image, int width, int height)
{
  g_assert_nonnull (image);
  g_assert_cmpint (image->width, ==, width);
  g_assert_cmpint (image->height, ==, height);
  g_assert_cmpint (image->channels, ==, 3);
  g_assert_cmpint (image->bits, ==, 8);
}

/* The name, the folder, the fields and the permissions that other programs
 * rely on. */
static void
test_rule (Folder *folder, gconstpointer data)
{
  g_autofree char *file = write_picture (folder, "a lake, \"blue\" 1%.png", 300, 100);
  g_autoptr (GError) error = NULL;
  g_autoptr (PentImage) image = pent_thumbnail_load (file, PENT_THUMBNAIL_NORMAL, &error);
  g_assert_no_error (error);
  assert_size (image, 128, 43);

  g_autofree char *uri = g_filename_to_uri (file, NULL, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, uri, -1);
  g_autofree char *name = g_strconcat (hash, ".png", NULL);
  g_autofree char *expected = g_build_filename (g_get_user_cache_dir (), "thumbnails", "normal", name, NULL);
  g_autofree char *path = pent_thumbnail_path (file, PENT_THUMBNAIL_NORMAL);
  g_assert_cmpstr (path, ==, expected);

  g_autoptr (PentPictureFile) kept = pent_picture_file_read (path, &error);
  g_assert_no_error (error);
  assert_same_picture (kept->image, image);
  GStatBuf st, original;
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (g_stat (file, &original), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
  g_autofree char *mtime = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) original.st_mtime);
  g_assert_cmpstr (pent_text_fields_get (kept->texts, "Thumb::URI"), ==, uri);
  g_assert_cmpstr (pent_text_fields_get (kept->texts, "Thumb::MTime"), ==, mtime);
}

/* What is kept is taken, without reading the picture again; a picture of
 * another time is not shown by an old thumbnail. */
static void
test_kept (Folder *folder, gconstpointer data)
{
  g_autofree char *file = write_picture (folder, "kept.png", 40, 600);
  const struct utimbuf then = { 1000000, 1000000 }, later = { 1000001, 1000001 };
  g_assert_cmpint (utime (file, &then), ==, 0);
  g_autoptr (PentImage) first = pent_thumbnail_load (file, PENT_THUMBNAIL_LARGE, NULL);
  assert_size (first, 17, 256);

  g_assert_true (g_file_set_contents (file, "no picture", -1, NULL));
  g_assert_cmpint (utime (file, &then), ==, 0);
  g_autoptr (PentImage) again = pent_thumbnail_load (file, PENT_THUMBNAIL_LARGE, NULL);
  assert_same_picture (first, again);

  g_autofree char *other = write_picture (folder, "kept.png", 64, 64);
  g_assert_cmpint (utime (other, &later), ==, 0);
  g_autoptr (PentImage) changed = pent_thumbnail_load (file, PENT_THUMBNAIL_LARGE, NULL);
  assert_size (changed, 64, 64);
}

/* Another's thumbnail under our name is not believed. */
static void
test_foreign (Folder *folder, gconstpointer data)
{
  g_autofree char *file = write_picture (folder, "ours.png", 200, 200);
  g_autofree char *path = pent_thumbnail_path (file, PENT_THUMBNAIL_NORMAL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (PentImage) image = make_picture (9, 9, 3, 8);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  GStatBuf st;
  g_assert_cmpint (g_stat (file, &st), ==, 0);
  g_autofree char *mtime = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) st.st_mtime);
  pent_text_fields_add (texts, "Thumb::URI", "file:///another.png");
  pent_text_fields_add (texts, "Thumb::MTime", mtime);
  g_mkdir_with_parents (parent, 0700);
  g_assert_true (pent_picture_write (path, image, texts, FALSE, NULL));

  g_autoptr (PentImage) shown = pent_thumbnail_load (file, PENT_THUMBNAIL_NORMAL, NULL);
  assert_size (shown, 128, 128);
}

static void
test_trouble (Folder *folder, gconstpointer data)
{
  g_autofree char *missing = folder_file (folder, "missing.png");
  g_autofree char *broken = folder_file (folder, "broken.png");
  g_autoptr (GError) error = NULL;
  g_assert_null (pent_thumbnail_load (missing, PENT_THUMBNAIL_NORMAL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "missing.png"));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (broken, "\x89PNG\r\n\x1a\nno", -1, NULL));
  g_assert_null (pent_thumbnail_load (broken, PENT_THUMBNAIL_NORMAL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
}

int
main (int argc, char **argv)
{
  Folder cache;

  g_test_init (&argc, &argv, NULL);
  folder_set_up (&cache, NULL);
  g_setenv ("XDG_CACHE_HOME", cache.path, TRUE);
  g_test_add ("/thumbnail/rule", Folder, NULL, folder_set_up, test_rule, folder_tear_down);
  g_test_add ("/thumbnail/kept", Folder, NULL, folder_set_up, test_kept, folder_tear_down);
  g_test_add ("/thumbnail/foreign", Folder, NULL, folder_set_up, test_foreign, folder_tear_down);
  g_test_add ("/thumbnail/trouble", Folder, NULL, folder_set_up, test_trouble, folder_tear_down);
  int status = g_test_run ();
  folder_tear_down (&cache, NULL);
  return status;
}
