/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models, and pictures to start from, are named by what they hold. */
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "library-fixture.h"
#include "pent-error.h"
#include "pent-hash-cache.h"
#include "pent-hash.h"

static void
write_file (const Folder *folder, const char *name, const char *text)
{
  g_autofree char *path = folder_file (folder, name);
  g_autofree char *parent = g_path_get_dirname (path);
  g_mkdir_with_parents (parent, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
hash_text (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static char *
hash_model (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentHashCache) cache = pent_hash_cache_new ();
  char *hash = pent_hash_cache_hash_model (cache, path, NULL, &error);
  g_assert_no_error (error);
  return hash;
}

static void
test_file (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_file (folder, "file");
  for (gsize size = 0; size < 3 << 20; size = size * 5 + 63)
    {
      g_autofree char *contents = g_strnfill (size, 'x');
      g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) contents, size);
      g_assert_true (g_file_set_contents (path, contents, size, NULL));
      g_autofree char *hash = pent_file_hash (path, NULL, NULL);
      g_assert_cmpstr (hash, ==, expected);
    }

  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_cancellable_cancel (cancelled);
  g_assert_null (pent_file_hash (path, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_autoptr (GError) missing = NULL;
  g_assert_null (pent_file_hash ("/no/such/file", NULL, &missing));
  g_assert_error (missing, PENT_ERROR, PENT_ERROR_FILE);
}

static void
test_image (void)
{
  g_autoptr (PentImage) image = make_picture (5, 3, 3, 8);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) "5x3x3x8\n", 8);
  g_byte_array_append (bytes, image->pixels, image->stride * 3);
  g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
  g_autofree char *hash = pent_image_hash (image);
  g_assert_cmpstr (hash, ==, expected);
}

/* As "cd FOLDER; sha256sum FILES | sha256sum" has it. */
static void
test_folder (Folder *folder, gconstpointer data)
{
  static const char *const used[] = { "model_index.json", "tokenizer/merges.txt", "unet/config.json", "unet/w.safetensors" };
  static const char *const unused[] = { "README.md", "unet/w.fp16.safetensors", "unet/notes", "other/config.json" };
  g_autoptr (GString) list = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (used); i++)
    {
      g_autofree char *hash = hash_text (used[i]);
      write_file (folder, used[i], used[i]);
      g_string_append_printf (list, "%s  %s\n", hash, used[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (unused); i++)
    write_file (folder, unused[i], unused[i]);

  g_autofree char *expected = hash_text (list->str);
  g_autofree char *hash = hash_model (folder->path);
  g_assert_cmpstr (hash, ==, expected);

  write_file (folder, "unet/w.safetensors", "other");
  g_autofree char *changed = hash_model (folder->path);
  g_assert_cmpstr (hash, !=, changed);
}

/* A part that lies in a model beside this one counts as if it lay here. */
static void
test_shared_part (Folder *folder, gconstpointer data)
{
  write_file (folder, "own/model_index.json", "{\"unet\": [\"diffusers\", \"U\"], \"vae\": \"../other/vae\"}");
  write_file (folder, "own/unet/config.json", "unet");
  write_file (folder, "other/vae/model.safetensors", "vae");
  g_autofree char *path = folder_file (folder, "own");
  g_autofree char *shared = hash_model (path);

  g_autoptr (GString) list = g_string_new (NULL);
  const char *const names[] = { "model_index.json", "unet/config.json", "vae/model.safetensors" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strconcat (i < 2 ? "own/" : "other/", names[i], NULL);
      g_autofree char *file = folder_file (folder, name);
      g_autofree char *hash = pent_file_hash (file, NULL, NULL);
      g_string_append_printf (list, "%s  %s\n", hash, names[i]);
    }
  g_autofree char *expected = hash_text (list->str);
  g_assert_cmpstr (shared, ==, expected);

  write_file (folder, "other/vae/model.safetensors", "another");
  g_autofree char *changed = hash_model (path);
  g_assert_cmpstr (changed, !=, shared);
}

/* A known file is not read again: here it could not be, for its contents have
 * changed behind its size, time and inode. */
static void
test_cache (Folder *folder, gconstpointer data)
{
  g_autofree char *path = folder_file (folder, "model.safetensors");
  g_autoptr (PentHashCache) before = pent_hash_cache_new ();
  write_file (folder, "model.safetensors", "one");
  g_assert_null (pent_hash_cache_find_model (before, path));
  g_autofree char *hash = hash_model (path);
  g_autofree char *expected = hash_text ("one");
  g_assert_cmpstr (hash, ==, expected);

  GStatBuf st;
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  FILE *file = g_fopen (path, "r+");
  fputs ("two", file);
  fclose (file);
  const struct timespec times[2] = { st.st_atim, st.st_mtim };
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  g_autoptr (PentHashCache) after = pent_hash_cache_new ();
  g_autofree char *found = pent_hash_cache_find_model (after, path);
  g_assert_cmpstr (found, ==, hash);

  g_assert_cmpint (utimensat (AT_FDCWD, path, NULL, 0), ==, 0);
  g_autofree char *again = hash_model (path);
  g_autofree char *expected_again = hash_text ("two");
  g_assert_cmpstr (again, ==, expected_again);
}

/* A cache that was damaged, or that cannot be written, costs nothing but time. */
static void
test_bad_cache (Folder *folder, gconstpointer data)
{
  static const char *const caches[] = { "", "{", "[]", "{\"a\": 1, \"b\": \"xyz\", \"c\": null, \"d\": []}", "\xff" };
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "pentimento", "hashes.json", NULL);
  g_autofree char *path = folder_file (folder, "model.safetensors");
  g_autofree char *expected = hash_text ("three");
  g_autofree char *cache_folder = g_path_get_dirname (cache);
  write_file (folder, "model.safetensors", "three");
  g_assert_cmpint (g_mkdir_with_parents (cache_folder, 0700), ==, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (caches); i++)
    {
      g_assert_true (g_file_set_contents (cache, caches[i], -1, NULL));
      g_autofree char *hash = hash_model (path);
      g_assert_cmpstr (hash, ==, expected);
    }
  g_assert_cmpint (g_remove (cache), ==, 0);
  g_assert_cmpint (g_mkdir (cache, 0700), ==, 0);
  g_autofree char *hash = hash_model (path);
  g_assert_cmpstr (hash, ==, expected);
  g_assert_cmpint (g_rmdir (cache), ==, 0);
}

#define ADD(name, function) g_test_add (name, Folder, NULL, folder_set_up, function, folder_tear_down)

int
main (int argc, char **argv)
{
  Folder cache;
  folder_set_up (&cache, NULL);
  g_setenv ("XDG_CACHE_HOME", cache.path, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/hash/file", test_file);
  g_test_add_func ("/hash/image", test_image);
  ADD ("/hash/folder", test_folder);
  ADD ("/hash/shared-part", test_shared_part);
  ADD ("/hash/cache", test_cache);
  ADD ("/hash/bad-cache", test_bad_cache);
  int status = g_test_run ();
  folder_tear_down (&cache, NULL);
  return status;
}
