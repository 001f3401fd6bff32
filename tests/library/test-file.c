/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files appear whole or not at all. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library-fixture.h"
#include "pent-error.h"
#include "pent-file.h"
#include "pent-picture.h"

static GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
write_ok (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = bytes_of (text);
  g_assert_true (pent_file_write (path, contents, TRUE, &error));
  g_assert_no_error (error);
}

static void
assert_contents (const char *path, const char *text)
{
  g_autofree char *read = read_text (path);
  g_assert_cmpstr (read, ==, text);
}

static void
assert_write_fails (const char *path, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = bytes_of ("new");
  g_assert_false (pent_file_write (path, contents, TRUE, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_write (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_file (folder, "a b\xc3\xa9.txt");
  write_ok (path, "one");
  assert_contents (path, "one");
  write_ok (path, "two");
  assert_contents (path, "two");
  g_assert_cmpint (folder_count (folder), ==, 1);
}

static void
test_mode (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_file (folder, "file");
  struct stat st;
  mode_t mask = umask (027);
  write_ok (path, "one");
  umask (mask);
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0640);

  g_assert_cmpint (g_chmod (path, 0604), ==, 0);
  write_ok (path, "two");
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0604);
}

static void
test_links (Folder *folder, gconstpointer data)
{
  g_autofree char *target = folder_file (folder, "target");
  g_autofree char *link = folder_file (folder, "link");
  write_ok (target, "one");
  g_assert_cmpint (symlink ("target", link), ==, 0);
  write_ok (link, "two");
  assert_contents (target, "two");
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (folder_count (folder), ==, 2);
}

static void
test_no_place (Folder *folder, gconstpointer data)
{
  g_autofree char *file = folder_file (folder, "file");
  g_autofree char *under_file = g_build_filename (file, "x", NULL);
  g_autofree char *missing = folder_file (folder, "missing/x");
  g_autofree char *taken = folder_file (folder, "taken");
  g_autofree char *pipe = folder_file (folder, "pipe");
  g_autofree char *too_long = g_strnfill (300, 'x');
  g_autofree char *long_name = folder_file (folder, too_long);
  write_ok (file, "old");
  g_assert_cmpint (g_mkdir (taken, 0700), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  const char *const places[] = { under_file, missing, taken, pipe, long_name };
  static const char *const parts[] = { "file/x", "make it first", "is a folder", "not a regular file", "File name too long" };
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_write_fails (places[i], parts[i]);
      g_assert_false (pent_file_check_writable (places[i], TRUE, &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
      g_assert_false (pent_file_check_writable (places[i], FALSE, NULL));
    }
  g_assert_cmpint (folder_count (folder), ==, 3);
  g_assert_true (pent_file_check_writable (file, TRUE, NULL));
  assert_contents (file, "old");
}

/* What cannot be created even by root. */
static void
test_read_only (void)
{
  assert_write_fails ("/proc/pentimento", "cannot be written");
  g_assert_false (pent_file_check_writable ("/proc/pentimento", TRUE, NULL));
}

/* A disk that fills up in the middle, at every size. */
static void
test_disk_full (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_file (folder, "picture.png");
  g_autoptr (PentImage) image = make_picture (64, 64, 3, 8);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  struct rlimit before;
  write_ok (path, "old");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);

  for (rlim_t size = 0; size < 12000; size += 1500)
    {
      g_autoptr (GError) error = NULL;
      struct rlimit limit = { size, before.rlim_max };
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      gboolean written = pent_picture_write (path, image, texts, TRUE, &error);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
      g_assert_false (written);
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
      g_assert_nonnull (strstr (error->message, "picture.png"));
      assert_contents (path, "old");
      g_assert_cmpint (folder_count (folder), ==, 1);
    }
  g_assert_true (pent_picture_write (path, image, texts, TRUE, NULL));
  g_autoptr (PentPictureFile) file = pent_picture_file_read (path, NULL);
  assert_same_picture (image, file->image);
}

static void
assert_read_fails (const char *path, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (pent_file_read (path, 100, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_read (Folder *folder, gconstpointer data)
{
  g_autofree char *file = folder_file (folder, "file");
  g_autofree char *empty = folder_file (folder, "empty");
  g_autofree char *large = folder_file (folder, "large");
  g_autofree char *pipe = folder_file (folder, "pipe");
  g_autofree char *missing = folder_file (folder, "missing");
  g_autofree char *text = g_strnfill (101, 'x');
  write_ok (file, "contents");
  write_ok (empty, "");
  write_ok (large, text);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  g_autoptr (GBytes) contents = pent_file_read (file, 100, NULL);
  g_assert_cmpmem (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents), "contents", 8);
  assert_read_fails (empty, "is empty");
  assert_read_fails (large, "more than");
  assert_read_fails (pipe, "not a regular file");
  assert_read_fails (missing, "No such file");
  assert_read_fails (folder->path, "is a folder");
  assert_read_fails ("/dev/zero", "not a regular file");
}

#define ADD(name, function) g_test_add (name, Folder, NULL, folder_set_up, function, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/file/write", test_write);
  ADD ("/file/mode", test_mode);
  ADD ("/file/links", test_links);
  ADD ("/file/no-place", test_no_place);
  g_test_add_func ("/file/read-only", test_read_only);
  ADD ("/file/disk-full", test_disk_full);
  ADD ("/file/read", test_read);
  return g_test_run ();
}
