/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

void
folder_set_up (Folder *folder, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  folder->path = g_dir_make_tmp ("pentimento-library-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_all (inner);
    }
  g_remove (path);
}

void
folder_tear_down (Folder *folder, gconstpointer data)
{
  remove_all (folder->path);
  g_free (folder->path);
}

char *
folder_file (const Folder *folder, const char *name)
{
  return g_build_filename (folder->path, name, NULL);
}

guint
folder_count (const Folder *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  guint n = 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

char *
read_text (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

GBytes *
read_test_file (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "library", name, NULL);
  char *data;
  gsize size;
  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of the files in @folder, with the folder, sorted. */
GPtrArray *
list_test_files (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "library", folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  return names;
}

PentImage *
make_picture (int width, int height, int channels, int bits)
{
  PentImage *image = pent_image_new (width, height, channels, bits, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (width * 1000 + height * 10 + channels);
  for (gsize i = 0; i < image->stride * height; i++)
    image->pixels[i] = g_rand_int_range (rand, 0, 256);
  return image;
}

void
assert_same_picture (const PentImage *a, const PentImage *b)
{
  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  g_assert_cmpint (a->channels, ==, b->channels);
  g_assert_cmpint (a->bits, ==, b->bits);
  g_assert_cmpmem (a->pixels, a->stride * a->height, b->pixels, b->stride * b->height);
}
