/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The freedesktop.org Thumbnail Managing Standard 0.9: a thumbnail is a PNG
 * named by the MD5 of the picture's URI, in a folder named by its size, and says
 * in Thumb::MTime which version of the picture it shows. All programs of a
 * desktop share them. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-thumbnail.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-image-scale.h"
#include "pent-picture.h"

#define FIELD_URI   "Thumb::URI"
#define FIELD_MTIME "Thumb::MTime"

static const char *
folder_name (PentThumbnailSize size)
{
  switch (size)
    {
    case PENT_THUMBNAIL_NORMAL:
      return "normal";
    case PENT_THUMBNAIL_LARGE:
      return "large";
    case PENT_THUMBNAIL_X_LARGE:
      return "x-large";
    default:
      g_return_val_if_reached ("normal");
    }
}

static char *
make_path (const char *uri, PentThumbnailSize size)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, uri, -1);
  g_autofree char *name = g_strconcat (hash, ".png", NULL);
  return g_build_filename (g_get_user_cache_dir (), "thumbnails", folder_name (size), name, NULL);
}

/**
 * pent_thumbnail_path:
 * @file: an absolute name
 *
 * Returns: (transfer full) (nullable): where the desktop keeps the picture's
 *   thumbnail, whether there is one or not
 */
char *
pent_thumbnail_path (const char *file, PentThumbnailSize size)
{
  g_autofree char *uri = g_filename_to_uri (file, NULL, NULL);
  return uri != NULL ? make_path (uri, size) : NULL;
}

/* NULL where there is none of this very version of the picture. */
static PentImage *
find_kept (const char *path, const char *uri, const char *mtime)
{
  g_autoptr (PentPictureFile) kept = pent_picture_file_read (path, NULL);
  if (kept == NULL || g_strcmp0 (pent_text_fields_get (kept->texts, FIELD_URI), uri) != 0 ||
      g_strcmp0 (pent_text_fields_get (kept->texts, FIELD_MTIME), mtime) != 0)
    return NULL;
  return pent_image_ref (kept->image);
}

static PentImage *
make_smaller (PentImage *image, int longest, GError **error)
{
  g_autoptr (PentImage) rgb = pent_image_over_white (image, error);
  double factor = rgb != NULL ? (double) longest / MAX (rgb->width, rgb->height) : 1;
  if (rgb == NULL || factor >= 1)
    return g_steal_pointer (&rgb);
  return pent_image_scale (rgb, MAX (1, (int) (rgb->width * factor + 0.5)), MAX (1, (int) (rgb->height * factor + 0.5)),
                           error);
}

/* A thumbnail that cannot be kept is only made again the next time. */
static void
keep (PentImage *image, const char *path, const char *uri, const char *mtime)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  pent_text_fields_add (texts, FIELD_URI, uri);
  pent_text_fields_add (texts, FIELD_MTIME, mtime);
  pent_text_fields_add (texts, "Software", "Pentimento");
  g_autoptr (GBytes) contents = pent_picture_encode (image, PENT_PICTURE_PNG, texts, NULL);
  if (contents != NULL && g_mkdir_with_parents (folder, 0700) == 0 && pent_file_write (path, contents, FALSE, NULL))
    g_chmod (path, 0600);
}

/**
 * pent_thumbnail_load:
 * @file: a picture's name
 *
 * Takes the desktop's thumbnail if it shows the file as it is now, else makes
 * one and keeps it. A picture that is smaller than @size stays as it is.
 *
 * Returns: (transfer full): the thumbnail, RGB, 8 bits; %NULL with
 *   %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
PentImage *
pent_thumbnail_load (const char *file, PentThumbnailSize size, GError **error)
{
  GStatBuf st;
  if (g_stat (file, &st) < 0)
    {
      g_autofree char *shown = g_filename_display_name (file);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be read: %s.", shown, g_strerror (errno));
      return NULL;
    }

  g_autofree char *absolute = g_canonicalize_filename (file, NULL);
  g_autofree char *uri = g_filename_to_uri (absolute, NULL, NULL);
  g_autofree char *path = uri != NULL ? make_path (uri, size) : NULL;
  g_autofree char *mtime = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) st.st_mtime);
  g_autoptr (PentImage) kept = path != NULL ? find_kept (path, uri, mtime) : NULL;
  if (kept != NULL)
    return pent_image_to_rgb8 (kept, error);

  g_autoptr (PentPictureFile) picture = pent_picture_file_read (file, error);
  g_autoptr (PentImage) image = picture != NULL ? make_smaller (picture->image, size, error) : NULL;
  if (image != NULL && path != NULL)
    keep (image, path, uri, mtime);
  return g_steal_pointer (&image);
}
