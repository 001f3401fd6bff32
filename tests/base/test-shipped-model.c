/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-shipped-model.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "pent-data-dir.h"

static void
check_found (const char *model, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = pent_shipped_model_find (model, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, expected);
}

static void
test_find (void)
{
  g_autofree char *starter = pent_data_path ("starter", NULL);
  g_autofree char *sibling = pent_data_path ("starter-inpaint", NULL);

  g_assert_nonnull (starter);
  g_assert_nonnull (sibling);
  check_found (NULL, starter);
  check_found ("starter", starter);
  check_found ("starter-inpaint", sibling);
  check_found ("./starter", "./starter");
  check_found ("/models/starter", "/models/starter");
  check_found ("no-such-model", "no-such-model");
}

/* What the user has goes before what comes with the program. */
static void
test_own (void)
{
  g_autofree char *folder = g_dir_make_tmp ("pentimento-shipped-XXXXXX", NULL);
  g_autofree char *own = g_build_filename (folder, "starter-inpaint", NULL);
  g_autofree char *before = g_get_current_dir ();

  g_assert_cmpint (g_mkdir (own, 0700), ==, 0);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  check_found ("starter-inpaint", "starter-inpaint");
  g_assert_cmpint (g_chdir (before), ==, 0);
  g_assert_cmpint (g_rmdir (own), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_is (void)
{
  g_autofree char *starter = pent_data_path ("starter", NULL);
  g_autofree char *sibling = pent_data_path ("starter-inpaint", NULL);

  g_assert_true (pent_shipped_model_is (NULL));
  g_assert_true (pent_shipped_model_is ("starter-inpaint"));
  g_assert_true (pent_shipped_model_is (starter));
  g_assert_true (pent_shipped_model_is (sibling));
  g_assert_false (pent_shipped_model_is ("/models/starter"));
  g_assert_false (pent_shipped_model_is (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shipped-model/find", test_find);
  g_test_add_func ("/shipped-model/own", test_own);
  g_test_add_func ("/shipped-model/is", test_is);
  return g_test_run ();
}
