/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture was made from is found again by its content, and nothing else
 * is. */
#include <glib/gstdio.h>
#include <string.h>

#include "library-fixture.h"
#include "pent-error.h"
#include "pent-hash.h"
#include "pent-originals.h"

static char *
original_file (const Folder *folder, const char *hash)
{
  g_autofree char *name = g_strdup_printf (".pentimento-originals/%s.png", hash);
  return folder_file (folder, name);
}

static void
test_round_trip (Folder *folder, gconstpointer data)
{
  static const int kinds[][2] = { { 1, 8 }, { 2, 8 }, { 3, 8 }, { 4, 8 }, { 1, 16 }, { 2, 16 }, { 3, 16 }, { 4, 16 } };
  g_autofree char *picture = folder_file (folder, "edited.jpg");

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PentImage) image = make_picture (7, 5, kinds[i][0], kinds[i][1]);
      g_autofree char *hash = pent_image_hash (image);
      g_assert_true (pent_originals_keep (picture, image, hash, &error));
      g_assert_no_error (error);
      g_assert_true (pent_originals_keep (picture, image, hash, &error));
      g_autoptr (PentImage) found = pent_originals_find (picture, hash, &error);
      g_assert_no_error (error);
      assert_same_picture (image, found);
      g_autofree char *file = original_file (folder, hash);
      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_autofree char *originals = folder_file (folder, ".pentimento-originals");
  g_assert_cmpint (g_rmdir (originals), ==, 0);
}

static void
test_missing (Folder *folder, gconstpointer data)
{
  static const char *const hashes[] = {
    "", "../../../../etc/passwd", "ab",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddee/f",
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
  };
  g_autofree char *picture = folder_file (folder, "edited.png");

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (pent_originals_find (picture, hashes[i], &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
      g_assert_nonnull (strstr (error->message, "edited.png"));
    }
}

static void
test_changed (Folder *folder, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *picture = folder_file (folder, "edited.png");
  g_autoptr (PentImage) image = make_picture (4, 4, 3, 8), other = make_picture (4, 5, 3, 8);
  g_autofree char *hash = pent_image_hash (image), *other_hash = pent_image_hash (other);
  g_autofree char *file = original_file (folder, hash), *other_file = original_file (folder, other_hash);

  g_assert_true (pent_originals_keep (picture, image, hash, &error));
  g_assert_true (pent_originals_keep (picture, other, other_hash, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_rename (other_file, file), ==, 0);
  g_assert_null (pent_originals_find (picture, hash, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "changed"));
  g_assert_cmpint (g_remove (file), ==, 0);
  g_autofree char *originals = folder_file (folder, ".pentimento-originals");
  g_assert_cmpint (g_rmdir (originals), ==, 0);
}

/* A file lies where the folder should. */
static void
test_no_place (Folder *folder, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *picture = folder_file (folder, "edited.png"), *in_the_way = folder_file (folder, ".pentimento-originals");
  g_autoptr (PentImage) image = make_picture (4, 4, 3, 8);
  g_autofree char *hash = pent_image_hash (image);

  g_assert_true (g_file_set_contents (in_the_way, "x", 1, NULL));
  g_assert_false (pent_originals_keep (picture, image, hash, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_cmpint (g_remove (in_the_way), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/originals/round-trip", Folder, NULL, folder_set_up, test_round_trip, folder_tear_down);
  g_test_add ("/originals/missing", Folder, NULL, folder_set_up, test_missing, folder_tear_down);
  g_test_add ("/originals/changed", Folder, NULL, folder_set_up, test_changed, folder_tear_down);
  g_test_add ("/originals/no-place", Folder, NULL, folder_set_up, test_no_place, folder_tear_down);
  return g_test_run ();
}
