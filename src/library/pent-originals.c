/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pictures were made from. An edit's recipe names its source and its mask
 * by their content (source_hash, mask_hash: see pent_image_hash()); each lies
 * once, as a lossless PNG file called HASH.png, in a hidden folder beside the
 * pictures that were made from it:
 *
 *   sea.png
 *   sea-with-moon.png                    recipe: source_hash 3f2a..., mask_hash 90c1...
 *   .pentimento-originals/3f2a....png    what was read from sea.png
 *   .pentimento-originals/90c1....png
 */
#define G_LOG_DOMAIN "pentimento"

#include "pent-originals.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "pent-error.h"
#include "pent-hash.h"
#include "pent-picture.h"

#define FOLDER ".pentimento-originals"
#define HASH_DIGITS 64

/**
 * pent_originals_folder:
 *
 * Returns: (transfer full): where originals lie that are kept beside @picture
 */
char *
pent_originals_folder (const char *picture)
{
  g_autofree char *folder = g_path_get_dirname (picture);
  return g_build_filename (folder, FOLDER, NULL);
}

/* A recipe may come from anywhere, and its hash becomes a file's name. */
static gboolean
is_hash (const char *hash)
{
  return strlen (hash) == HASH_DIGITS && strspn (hash, "0123456789abcdef") == HASH_DIGITS;
}

static char *
file_beside (const char *picture, const char *hash)
{
  g_autofree char *folder = pent_originals_folder (picture);
  g_autofree char *name = g_strconcat (hash, ".png", NULL);
  return g_build_filename (folder, name, NULL);
}

/**
 * pent_originals_keep:
 * @picture: the file of a picture that was made from @original; it need not
 *   exist yet
 * @original: in its own format, with its profile
 * @hash: pent_image_hash() of @original
 *
 * Stores @original beside @picture, unless it is there: files have their name
 * only when they are whole.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
gboolean
pent_originals_keep (const char *picture, PentImage *original, const char *hash, GError **error)
{
  g_autofree char *folder = pent_originals_folder (picture);
  g_autofree char *file = file_beside (picture, hash);
  g_autoptr (PentTextFields) no_texts = pent_text_fields_new ();

  g_return_val_if_fail (is_hash (hash), FALSE);
  if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (g_mkdir (folder, 0777) < 0 && errno != EEXIST)
    {
      int number = errno;
      g_autofree char *name = g_filename_display_name (folder);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("The folder %s, where originals of edited pictures are kept, cannot be made: %s."), name,
                   g_strerror (number));
      return FALSE;
    }
  return pent_picture_write (file, original, no_texts, TRUE, error);
}

/**
 * pent_originals_find:
 * @picture: the file of an edited picture
 * @hash: of its recipe; checked like anything that comes from a file
 *
 * Returns: (transfer full): the source or the mask it was made from, the very
 *   pixels; %NULL with %PENT_ERROR_FILE where it is not there or was changed,
 *   or %PENT_ERROR_MEMORY
 */
PentImage *
pent_originals_find (const char *picture, const char *hash, GError **error)
{
  g_autofree char *name = g_filename_display_name (picture);

  if (!is_hash (hash))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s: the recipe names a picture it was made from in a way that is not understood: name it yourself."),
                   name);
      return NULL;
    }
  g_autofree char *file = file_beside (picture, hash);
  g_autofree char *shown = g_filename_display_name (file);
  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s was made from a picture that is no longer beside it, in %s: put it back, or name the picture."),
                   name, shown);
      return NULL;
    }
  g_autoptr (PentPictureFile) found = pent_picture_file_read (file, error);
  if (found == NULL)
    return NULL;
  g_autofree char *content = pent_image_hash (found->image);
  if (!g_str_equal (content, hash))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s was changed since %s was made from it: bring back the file as it was."), shown, name);
      return NULL;
    }
  return g_steal_pointer (&found->image);
}
