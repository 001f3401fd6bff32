/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-data-dir.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "pent-error.h"
#include "pent-shipped-model.h"

/* The build system defines where the program was built and is installed:
 * PENT_BUILD_ROOT and PENT_SOURCE_ROOT are absolute; PENT_BIN_FOLDER and
 * PENT_DATA_FOLDER are relative to the prefix where the user left them so
 * ("bin", "share/pentimento"), and PENT_DATA_INSTALLED is absolute. */

static char *
canonical_path (const char *path)
{
  char *real = realpath (path, NULL);
  if (real == NULL)
    return g_strdup (path);
  char *copy = g_strdup (real);
  free (real);
  return copy;
}

static char *
program_path (void)
{
  /* The kernel adds " (deleted)" when the file was replaced while it runs,
   * as an upgrade does: the folder is still the right one. */
  char *path = g_file_read_link ("/proc/self/exe", NULL);
  if (path != NULL && g_str_has_suffix (path, " (deleted)"))
    path[strlen (path) - strlen (" (deleted)")] = '\0';
  return path;
}

static gboolean
lies_in (const char *path, const char *folder)
{
  gsize n = strlen (folder);
  return strncmp (path, folder, n) == 0 && path[n] == '/';
}

static char *
find_in_build_tree (const char *program)
{
  g_autofree char *build_root = canonical_path (PENT_BUILD_ROOT);
  if (!lies_in (program, build_root))
    return NULL;
  return g_build_filename (PENT_SOURCE_ROOT, "data", NULL);
}

static char *
find_in_prefix (const char *program)
{
  g_autofree char *folder = g_path_get_dirname (program);
  if (!g_str_has_suffix (folder, "/" PENT_BIN_FOLDER))
    return NULL;
  folder[strlen (folder) - strlen ("/" PENT_BIN_FOLDER)] = '\0';
  g_autofree char *data = g_build_filename ("/", folder, PENT_DATA_FOLDER, NULL);
  return g_file_test (data, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&data) : NULL;
}

/* A source tree that was moved or copied after it was built. */
static char *
find_in_moved_tree (const char *program)
{
  g_autofree char *folder = g_path_get_dirname (program);
  while (strcmp (folder, "/") != 0 && strcmp (folder, ".") != 0)
    {
      g_autofree char *build_file = g_build_filename (folder, "meson.build", NULL);
      g_autofree char *data = g_build_filename (folder, "data", NULL);
      g_autofree char *starter = g_build_filename (data, PENT_STARTER, NULL);
      if (g_file_test (build_file, G_FILE_TEST_IS_REGULAR) && g_file_test (starter, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&data);
      char *parent = g_path_get_dirname (folder);
      g_free (folder);
      folder = parent;
    }
  return NULL;
}

static char *
find_data_folder (void)
{
  char *data = NULL;
  g_autofree char *program = program_path ();
  if (program != NULL)
    {
      data = find_in_build_tree (program);
      if (data == NULL)
        data = find_in_prefix (program);
      if (data == NULL)
        data = find_in_moved_tree (program);
    }
  return data != NULL ? data : g_strdup (PENT_DATA_INSTALLED);
}

/**
 * pent_data_path:
 * @relative: name inside the data folder, as it stands in the source tree's
 *   data/: "starter", "clip/merges.txt.gz"
 * @error: return location
 *
 * Finds a file or folder that is part of Pentimento. The place follows from
 * where the running program lies, never from the current folder or the
 * environment: a program in the build tree uses the source tree's data/, an
 * installed one the data folder of its own prefix, so that a build, an
 * installation and a copy of either can stand side by side.
 *
 * Returns: (transfer full): an absolute path that exists, or %NULL with
 *   %PENT_ERROR_FILE
 */
char *
pent_data_path (const char *relative, GError **error)
{
  g_return_val_if_fail (relative != NULL && !g_path_is_absolute (relative), NULL);

  g_autofree char *folder = find_data_folder ();
  g_autofree char *path = g_build_filename (folder, relative, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s, which is part of Pentimento, is missing from %s: install Pentimento again."),
                   relative, folder);
      return NULL;
    }
  return g_steal_pointer (&path);
}
