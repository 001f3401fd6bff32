/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>

#include "pent-data-dir.h"
#include "pent-error.h"

/* Where data is found depends on where the program lies, so the tests copy
 * this very program to other places and ask the copies. */

static char *
this_program (void)
{
  return g_file_read_link ("/proc/self/exe", NULL);
}

static char *
make_root (void)
{
  g_autoptr (GError) error = NULL;
  char *root = g_dir_make_tmp ("pentimento-data-XXXXXX", &error);
  g_assert_no_error (error);
  return root;
}

static void
remove_root (const char *root)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "rm", "-rf", root, NULL };
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
make_file (const char *root, const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

static char *
copy_program (const char *root, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *original = this_program ();
  g_autofree char *contents = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (original, &contents, &size, &error));
  char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents_full (path, contents, size, G_FILE_SET_CONTENTS_NONE, 0700, &error));
  g_assert_no_error (error);
  return path;
}

/* What pent_data_path (@relative) answers in @program: a path or a message. */
static char *
ask (const char *program, const char *relative)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { program, "--find", relative, NULL };
  char *answer = NULL;
  g_spawn_sync ("/", (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answer, NULL, NULL, &error);
  g_assert_no_error (error);
  return answer;
}

static void
test_build_tree (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = pent_data_path ("starter/model_index.json", &error);
  g_assert_no_error (error);
  g_assert_true (g_path_is_absolute (path));
  g_assert_true (g_str_has_suffix (path, "/data/starter/model_index.json"));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static void
test_other_folder (void)
{
  g_autofree char *here = pent_data_path ("starter", NULL);
  g_autofree char *program = this_program ();
  g_autofree char *elsewhere = ask (program, "starter");
  g_assert_cmpstr (here, ==, elsewhere);
}

static void
test_installed (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *program = copy_program (root, "usr/bin/pentimento-cli");
  g_autofree char *data = g_build_filename (root, "usr/share/pentimento/clip/merges.txt", NULL);
  make_file (root, "usr/share/pentimento/clip/merges.txt");

  g_autofree char *answer = ask (program, "clip/merges.txt");
  g_assert_cmpstr (answer, ==, data);

  /* Through a link, as in ~/.local/bin. */
  g_autoptr (GError) error = NULL;
  g_autofree char *link = g_build_filename (root, "link", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (link);
  g_assert_true (g_file_make_symbolic_link (file, program, NULL, &error));
  g_autofree char *through_link = ask (link, "clip/merges.txt");
  g_assert_cmpstr (through_link, ==, data);
  remove_root (root);
}

static void
test_moved_tree (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *program = copy_program (root, "tree/build/src/cli/pentimento-cli");
  g_autofree char *data = g_build_filename (root, "tree/data/starter/model_index.json", NULL);
  make_file (root, "tree/meson.build");
  make_file (root, "tree/data/starter/model_index.json");

  g_autofree char *answer = ask (program, "starter/model_index.json");
  g_assert_cmpstr (answer, ==, data);
  remove_root (root);
}

static void
test_missing (void)
{
  g_autofree char *root = make_root ();
  g_autofree char *program = copy_program (root, "usr/bin/pentimento-cli");
  make_file (root, "usr/share/pentimento/other");

  g_autofree char *answer = ask (program, "starter");
  g_autofree char *expected =
    g_strdup_printf ("starter, which is part of Pentimento, is missing from %s/usr/share/pentimento: "
                     "install Pentimento again.", root);
  g_assert_cmpstr (answer, ==, expected);
  remove_root (root);

  g_autoptr (GError) error = NULL;
  g_assert_null (pent_data_path ("no/such/file", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--find"))
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = pent_data_path (argv[2], &error);
      g_print ("%s", path != NULL ? path : error->message);
      return 0;
    }

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-dir/build-tree", test_build_tree);
  g_test_add_func ("/data-dir/other-folder", test_other_folder);
  g_test_add_func ("/data-dir/installed", test_installed);
  g_test_add_func ("/data-dir/moved-tree", test_moved_tree);
  g_test_add_func ("/data-dir/missing", test_missing);
  return g_test_run ();
}
