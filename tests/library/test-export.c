/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-export.h"

#include <string.h>

#include "library-fixture.h"
#include "pent-error.h"
#include "pent-picture.h"
#include "pent-recipe-reader.h"

static char *
write_source (Folder *folder)
{
  g_autoptr (PentImage) image = make_picture (40, 30, 3, 8);
  g_autoptr (PentRecipe) recipe = pent_recipe_new ();
  char *path = folder_file (folder, "source.png");
  recipe->prompt = g_strdup ("a red sail");
  recipe->seed = 12;
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (recipe);
  g_assert_true (pent_picture_write (path, image, texts, FALSE, NULL));
  return path;
}

/* Every format takes the recipe along when it is to, and nothing when not. */
static void
test_formats (Folder *folder, gconstpointer data)
{
  static const char *const names[] = { "a.png", "b.jpg", "c.webp" };
  g_autofree char *from = write_source (folder);
  g_autoptr (PentImage) original = make_picture (40, 30, 3, 8);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (int with = 0; with < 2; with++)
      {
        g_autofree char *to = folder_file (folder, names[i]);
        g_autoptr (GError) error = NULL;
        g_auto (PentFoundRecipe) found = { 0 };
        pent_export (from, to, with, &error);
        g_assert_no_error (error);
        g_autoptr (PentPictureFile) file = pent_picture_file_read (to, &error);
        g_assert_no_error (error);
        g_assert_cmpint (file->width, ==, 40);
        if (i == 0)
          assert_same_picture (file->image, original);
        pent_recipe_find (&found, file->texts);
        if (with)
          g_assert_cmpstr (found.recipe->prompt, ==, "a red sail");
        else
          g_assert_cmpint (file->texts->fields->len, ==, 0);
      }
}

static void
test_names (Folder *folder, gconstpointer data)
{
  g_autofree char *from = write_source (folder);
  g_autofree char *second = pent_export_name (folder->path, "/elsewhere/source.png", NULL);
  g_autofree char *other = pent_export_name (folder->path, "/elsewhere/source.png", ".webp");
  g_autofree char *plain = pent_export_name (folder->path, "/elsewhere/name", ".jpg");

  g_assert_true (g_str_has_suffix (second, "/source-2.png"));
  g_assert_true (g_str_has_suffix (other, "/source.webp"));
  g_assert_true (g_str_has_suffix (plain, "/name.jpg"));
}

static void
test_trouble (Folder *folder, gconstpointer data)
{
  g_autofree char *from = write_source (folder);
  g_autofree char *missing = folder_file (folder, "missing.png");
  g_autofree char *to = folder_file (folder, "to.png");
  g_autofree char *no_folder = folder_file (folder, "no/to.png");
  g_autoptr (GError) error = NULL;

  g_assert_false (pent_export (missing, to, TRUE, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_clear_error (&error);
  g_assert_false (pent_export (from, no_folder, TRUE, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/export/formats", Folder, NULL, folder_set_up, test_formats, folder_tear_down);
  g_test_add ("/export/names", Folder, NULL, folder_set_up, test_names, folder_tear_down);
  g_test_add ("/export/trouble", Folder, NULL, folder_set_up, test_trouble, folder_tear_down);
  return g_test_run ();
}
