/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-export.h"

#include <string.h>

#include "pent-picture.h"

/**
 * pent_export:
 * @from: a picture file
 * @to: where it goes; its suffix says as what: .png, .jpg, .jpeg or .webp
 * @with_recipe: whether what made it goes along, for whoever gets the file
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY; then there is no
 *   new file
 */
gboolean
pent_export (const char *from, const char *to, gboolean with_recipe, GError **error)
{
  g_autoptr (PentPictureFile) file = pent_picture_file_read (from, error);
  g_autoptr (PentTextFields) none = pent_text_fields_new ();

  return file != NULL && pent_picture_write (to, file->image, with_recipe ? file->texts : none, TRUE, error);
}

/**
 * pent_export_name:
 * @file: what is to get a name in @folder
 * @suffix: (nullable): another suffix than the file's own, with its dot
 *
 * Returns: (transfer full): FOLDER/NAME, or NAME-2 and so on: no file there has
 *   this name yet
 */
char *
pent_export_name (const char *folder, const char *file, const char *suffix)
{
  g_autofree char *base = g_path_get_basename (file);
  const char *own = strrchr (base, '.');
  int stem = own != NULL ? (int) (own - base) : (int) strlen (base);
  const char *end = suffix != NULL ? suffix : own != NULL ? own : "";
  g_autofree char *plain = g_strdup_printf ("%.*s%s", stem, base, end);
  char *name = g_build_filename (folder, plain, NULL);

  for (int i = 2; g_file_test (name, G_FILE_TEST_EXISTS) || g_file_test (name, G_FILE_TEST_IS_SYMLINK); i++)
    {
      g_free (name);
      g_autofree char *numbered = g_strdup_printf ("%.*s-%d%s", stem, base, i, end);
      name = g_build_filename (folder, numbered, NULL);
    }
  return name;
}
