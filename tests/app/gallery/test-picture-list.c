/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-picture-list.h"

#include <gtk/gtk.h>

#include "hand.h"
#include "library-store-fixture.h"

/* How often and where the list changed. */
typedef struct
{
  guint n;
  guint position;
  guint removed;
  guint added;
} Changes;

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, Changes *changes)
{
  *changes = (Changes) { changes->n + 1, position, removed, added };
}

static PentPictureList *
open_list (Library *self, PentLibraryDesk **desk)
{
  *desk = pent_library_desk_new (self->folders);
  pent_library_desk_look (*desk);
  PentPictureList *list = pent_picture_list_new (*desk);
  hand_wait (!pent_picture_list_get_loading (list));
  return list;
}

/* The desk's thread ends with it. */
static void
close_list (PentPictureList *list, PentLibraryDesk *desk)
{
  hand_wait (G_OBJECT (list)->ref_count == 1);
  g_assert_finalize_object (list);
  hand_wait (G_OBJECT (desk)->ref_count == 1);
  g_assert_finalize_object (desk);
}

static void
store (Library *self, int n)
{
  g_autoptr (PentLibrary) library = library_open (self);

  for (int i = 1; i <= n; i++)
    {
      g_autofree char *prompt = g_strdup_printf ("%s number%d", i % 2 != 0 ? "red sail" : "blue lake", i);
      pent_library_picture_free (library_store (library, prompt, i));
    }
}

static PentPictureItem *
get_read (PentPictureList *list, guint position)
{
  PentPictureItem *item = g_list_model_get_item (G_LIST_MODEL (list), position);

  hand_wait (pent_picture_item_get_picture (item) != NULL);
  return item;
}

static guint
count (PentPictureList *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

static void
test_read (Library *self, gconstpointer data)
{
  PentLibraryDesk *desk;
  store (self, 5);
  PentPictureList *list = open_list (self, &desk);

  g_assert_cmpuint (count (list), ==, 5);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (list)) == PENT_TYPE_PICTURE_ITEM);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), 5));
  PentPictureItem *first = get_read (list, 0);
  PentPictureItem *again = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (first == again);
  g_assert_cmpstr (pent_picture_item_get_picture (first)->recipe->prompt, ==, "red sail number5");
  g_assert_cmpint (pent_picture_list_get_id (list, 4), ==, 1);
  g_object_unref (first);
  g_object_unref (again);
  close_list (list, desk);
}

static void
test_search (Library *self, gconstpointer data)
{
  PentLibraryDesk *desk;
  guint position;
  store (self, 6);
  PentPictureList *list = open_list (self, &desk);

  pent_picture_list_set_search (list, "blu");
  pent_picture_list_set_search (list, "lake");
  hand_wait (!pent_picture_list_get_loading (list));
  g_assert_cmpuint (count (list), ==, 3);
  g_assert_true (pent_picture_list_find (list, 4, &position));
  g_assert_cmpuint (position, ==, 1);
  g_assert_false (pent_picture_list_find (list, 5, &position));

  pent_picture_list_set_search (list, "lake yesterday");
  hand_wait (!pent_picture_list_get_loading (list));
  g_assert_cmpuint (count (list), ==, 0);
  pent_picture_list_set_search (list, "model today");
  hand_wait (!pent_picture_list_get_loading (list));
  g_assert_cmpuint (count (list), ==, 6);
  pent_picture_list_set_search (list, "");
  pent_picture_list_set_favourites (list, TRUE);
  hand_wait (!pent_picture_list_get_loading (list));
  g_assert_cmpuint (count (list), ==, 0);
  close_list (list, desk);
}

/* Another program stores, marks and deletes; the list follows, and says only
 * what changed. */
static void
test_follow (Library *self, gconstpointer data)
{
  PentLibraryDesk *desk;
  Changes changes = { 0 };
  store (self, 3);
  PentPictureList *list = open_list (self, &desk);
  g_autoptr (PentLibrary) other = library_open (self);
  g_autoptr (PentPictureItem) item = get_read (list, 1);

  g_signal_connect (list, "items-changed", G_CALLBACK (changed_cb), &changes);
  pent_library_picture_free (library_store (other, "new", 9));
  pent_library_desk_look (desk);
  hand_wait (changes.n == 1);
  g_assert_cmpuint (changes.position, ==, 0);
  g_assert_cmpuint (changes.removed, ==, 0);
  g_assert_cmpuint (changes.added, ==, 1);

  g_assert_true (pent_library_set_favourite (other, 2, TRUE, NULL));
  pent_library_desk_look (desk);
  hand_wait (pent_picture_item_get_picture (item)->favourite);
  g_assert_cmpuint (changes.n, ==, 1);

  g_assert_true (pent_library_set_deleted (other, 2, TRUE, NULL));
  pent_library_desk_look (desk);
  hand_wait (changes.n == 2);
  g_assert_cmpuint (changes.position, ==, 2);
  g_assert_cmpuint (changes.removed, ==, 1);
  g_assert_cmpuint (changes.added, ==, 0);
  g_clear_object (&item);
  close_list (list, desk);
}

/* A list of very many keeps few items, and reads those first that were asked
 * for last. */
static void
test_many (Library *self, gconstpointer data)
{
  PentLibraryDesk *desk;
  store (self, 1);
  library_run (self, "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                     "INSERT INTO pictures (id, file, created, width, height, hash) "
                     "SELECT i, 'f' || i, i, 16, 16, '' FROM n");
  PentPictureList *list = open_list (self, &desk);
  guint n_alive = 0;
  GPtrArray *weak = g_ptr_array_new ();

  g_assert_cmpuint (count (list), ==, 20000);
  for (guint i = 0; i < 20000; i++)
    {
      PentPictureItem *item = g_list_model_get_item (G_LIST_MODEL (list), i);
      gpointer *pointer = g_new (gpointer, 1);
      *pointer = item;
      g_object_add_weak_pointer (G_OBJECT (item), pointer);
      g_ptr_array_add (weak, pointer);
      g_object_unref (item);
    }
  g_autoptr (PentPictureItem) last = get_read (list, 19999);
  g_autoptr (PentPictureItem) early = g_list_model_get_item (G_LIST_MODEL (list), 10);
  g_assert_null (pent_picture_item_get_picture (early));
  for (guint i = 0; i < weak->len; i++)
    {
      gpointer *pointer = g_ptr_array_index (weak, i);
      n_alive += *pointer != NULL;
      if (*pointer != NULL)
        g_object_remove_weak_pointer (*pointer, pointer);
      g_free (pointer);
    }
  g_assert_cmpuint (n_alive, <=, 2048);
  g_ptr_array_unref (weak);
  g_clear_object (&early);
  g_clear_object (&last);
  close_list (list, desk);
}

static void
test_trouble (Library *self, gconstpointer data)
{
  PentLibraryDesk *desk;
  g_autofree char *path = g_build_filename (self->folders->library, "library.db", NULL);

  g_assert_cmpint (g_mkdir_with_parents (self->folders->library, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "this is no database, by any means whatsoever", -1, NULL));
  PentPictureList *list = open_list (self, &desk);
  g_assert_cmpuint (count (list), ==, 0);
  g_assert_nonnull (pent_picture_list_get_error (list));
  close_list (list, desk);
}

#define ADD(path, test) g_test_add (path, Library, NULL, library_set_up, test, library_tear_down)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  ADD ("/picture-list/read", test_read);
  ADD ("/picture-list/search", test_search);
  ADD ("/picture-list/follow", test_follow);
  ADD ("/picture-list/many", test_many);
  ADD ("/picture-list/trouble", test_trouble);
  return g_test_run ();
}
