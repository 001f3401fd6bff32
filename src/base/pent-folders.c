/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-folders.h"

/**
 * pent_folders_new:
 *
 * The folders of the XDG Base Directory specification 0.8, or, where the
 * environment's PENTIMENTO_DATA_DIR is not empty, folders in that one.
 *
 * Returns: (transfer full): the folders
 */
PentFolders *
pent_folders_new (void)
{
  PentFolders *self = g_new0 (PentFolders, 1);
  const char *chosen = g_getenv ("PENTIMENTO_DATA_DIR");

  if (chosen != NULL && *chosen != '\0')
    {
      g_autofree char *folder = g_canonicalize_filename (chosen, NULL);
      self->pictures = g_build_filename (folder, "pictures", NULL);
      self->library = g_build_filename (folder, "library", NULL);
      self->state = g_build_filename (folder, "state", NULL);
      return self;
    }

  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  self->pictures = pictures != NULL ? g_build_filename (pictures, "Pentimento", NULL)
                                    : g_build_filename (g_get_home_dir (), "Pictures", "Pentimento", NULL);
  self->library = g_build_filename (g_get_user_data_dir (), "pentimento", NULL);
  self->state = g_build_filename (g_get_user_state_dir (), "pentimento", NULL);
  return self;
}

PentFolders *
pent_folders_copy (const PentFolders *self)
{
  PentFolders *copy = g_new0 (PentFolders, 1);

  copy->pictures = g_strdup (self->pictures);
  copy->library = g_strdup (self->library);
  copy->state = g_strdup (self->state);
  return copy;
}

void
pent_folders_free (PentFolders *self)
{
  g_free (self->pictures);
  g_free (self->library);
  g_free (self->state);
  g_free (self);
}
