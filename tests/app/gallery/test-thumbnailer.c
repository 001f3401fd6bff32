/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-thumbnailer.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hand.h"
#include "library-store-fixture.h"

static PentPictureItem *
new_item (Library *self, int seed)
{
  g_autoptr (PentLibrary) library = library_open (self);
  PentLibraryPicture *picture = library_store (library, "a red sail", seed);
  PentPictureItem *item = pent_picture_item_new (picture->id);

  pent_picture_item_take_picture (item, picture);
  return item;
}

static void
test_load (Library *self, gconstpointer data)
{
  PentThumbnailer *thumbnailer = pent_thumbnailer_new (24);
  PentPictureItem *item = new_item (self, 3);

  pent_thumbnailer_want (thumbnailer, item);
  hand_wait (pent_picture_item_get_thumbnail (item) != NULL);
  g_assert_cmpint (gdk_texture_get_width (pent_picture_item_get_thumbnail (item)), ==, 24);
  g_assert_cmpint (gdk_texture_get_height (pent_picture_item_get_thumbnail (item)), ==, 24);
  pent_thumbnailer_set_side (thumbnailer, 40);
  g_assert_cmpint (gdk_texture_get_width (pent_picture_item_get_thumbnail (item)), ==, 24);
  hand_wait (gdk_texture_get_width (pent_picture_item_get_thumbnail (item)) == 40);
  g_assert_null (pent_picture_item_get_problem (item));

  pent_thumbnailer_unwant (thumbnailer, item);
  g_assert_nonnull (pent_picture_item_get_thumbnail (item));
  hand_settle ();
  g_assert_finalize_object (thumbnailer);
  g_assert_finalize_object (item);
}

/* What is wanted before the library has told where it lies. */
static void
test_late (Library *self, gconstpointer data)
{
  PentThumbnailer *thumbnailer = pent_thumbnailer_new (24);
  g_autoptr (PentPictureItem) known = new_item (self, 3);
  g_autoptr (PentLibrary) library = library_open (self);
  PentPictureItem *item = pent_picture_item_new (1);

  pent_thumbnailer_want (thumbnailer, item);
  pent_thumbnailer_want (thumbnailer, item);
  pent_picture_item_take_picture (item, pent_library_get (library, 1, NULL));
  hand_wait (pent_picture_item_get_thumbnail (item) != NULL);
  pent_thumbnailer_unwant (thumbnailer, item);
  pent_thumbnailer_unwant (thumbnailer, item);
  hand_settle ();
  g_assert_finalize_object (thumbnailer);
  g_assert_finalize_object (item);
}

/* A picture that was moved away is said to be missing, and seen when it is
 * back. */
static void
test_missing (Library *self, gconstpointer data)
{
  PentThumbnailer *thumbnailer = pent_thumbnailer_new (24);
  PentPictureItem *item = new_item (self, 3);
  const char *file = pent_picture_item_get_picture (item)->file;
  g_autofree char *elsewhere = g_strconcat (file, ".away", NULL);

  g_assert_cmpint (g_rename (file, elsewhere), ==, 0);
  pent_thumbnailer_want (thumbnailer, item);
  hand_wait (pent_picture_item_get_problem (item) != NULL);
  g_assert_nonnull (strstr (pent_picture_item_get_problem (item), "missing"));
  pent_thumbnailer_unwant (thumbnailer, item);

  g_assert_cmpint (g_rename (elsewhere, file), ==, 0);
  pent_thumbnailer_want (thumbnailer, item);
  hand_wait (pent_picture_item_get_thumbnail (item) != NULL);
  g_assert_null (pent_picture_item_get_problem (item));
  pent_thumbnailer_unwant (thumbnailer, item);
  hand_settle ();
  g_assert_finalize_object (thumbnailer);
  g_assert_finalize_object (item);
}

/* What is scrolled past leaves nothing behind but a bounded number of
 * thumbnails. */
static void
test_bound (Library *self, gconstpointer data)
{
  PentThumbnailer *thumbnailer = pent_thumbnailer_new (24);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (PentPictureItem) one = new_item (self, 3);
  const PentLibraryPicture *picture = pent_picture_item_get_picture (one);
  guint n_kept = 0;

  for (int i = 0; i < 400; i++)
    {
      PentPictureItem *item = pent_picture_item_new (i + 10);
      PentLibraryPicture *copy = g_new0 (PentLibraryPicture, 1);
      copy->file = g_strdup (picture->file);
      pent_picture_item_take_picture (item, copy);
      g_ptr_array_add (items, item);
      pent_thumbnailer_want (thumbnailer, item);
      if (i % 2 == 0)
        hand_wait (pent_picture_item_get_thumbnail (item) != NULL);
      pent_thumbnailer_unwant (thumbnailer, item);
    }
  hand_settle ();
  for (guint i = 0; i < items->len; i++)
    n_kept += pent_picture_item_get_thumbnail (g_ptr_array_index (items, i)) != NULL;
  g_assert_cmpuint (n_kept, >, 50);
  g_assert_cmpuint (n_kept, <=, 192);
  hand_wait (G_OBJECT (thumbnailer)->ref_count == 1);
  g_assert_finalize_object (thumbnailer);
}

#define ADD(path, test) g_test_add (path, Library, NULL, library_set_up, test, library_tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("pentimento-cache-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  ADD ("/thumbnailer/load", test_load);
  ADD ("/thumbnailer/late", test_late);
  ADD ("/thumbnailer/missing", test_missing);
  ADD ("/thumbnailer/bound", test_bound);
  int status = g_test_run ();
  Folder folder = { .path = g_steal_pointer (&cache) };
  folder_tear_down (&folder, NULL);
  return status;
}
