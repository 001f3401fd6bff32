/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-files.h"

#include <string.h>

/* NAME.EXT for one picture, NAME-1.EXT to NAME-N.EXT for several, numbers
 * padded with zeros to one width. */
static GStrv
number_files (const char *name, int count)
{
  const char *suffix = strrchr (name, '.');
  GStrv files = g_new0 (char *, count + 1);
  g_autofree char *last = g_strdup_printf ("%d", count);
  int width = strlen (last);

  if (count == 1)
    files[0] = g_canonicalize_filename (name, NULL);
  for (int i = 0; count > 1 && i < count; i++)
    {
      g_autofree char *numbered = g_strdup_printf ("%.*s-%0*d%s", (int) (suffix - name), name, width, i + 1, suffix);
      files[i] = g_canonicalize_filename (numbered, NULL);
    }
  return files;
}

static gboolean
any_exists (GStrv files)
{
  for (int i = 0; files[i] != NULL; i++)
    if (g_file_test (files[i], G_FILE_TEST_EXISTS) || g_file_test (files[i], G_FILE_TEST_IS_SYMLINK))
      return TRUE;
  return FALSE;
}

/**
 * pent_cli_choose_files:
 * @output: (nullable): a name with a suffix; %NULL for pentimento-SEED.png in
 *   the current folder, or the first of pentimento-SEED (2).png and so on that
 *   overwrites nothing
 * @count: how many pictures, at least 1
 *
 * Returns: (transfer full): absolute names, one a picture
 */
GStrv
pent_cli_choose_files (const char *output, gint64 seed, int count)
{
  if (output != NULL)
    return number_files (output, count);

  for (int i = 1;; i++)
    {
      g_autofree char *name = i == 1
        ? g_strdup_printf ("pentimento-%" G_GINT64_FORMAT ".png", seed)
        : g_strdup_printf ("pentimento-%" G_GINT64_FORMAT " (%d).png", seed, i);
      g_auto (GStrv) files = number_files (name, count);
      if (!any_exists (files))
        return g_steal_pointer (&files);
    }
}
