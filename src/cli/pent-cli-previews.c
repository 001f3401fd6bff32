/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-previews.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-image-scale.h"
#include "pent-picture.h"

/**
 * pent_cli_previews_prepare:
 * @folder: made, with the folders above it, if it does not exist
 *
 * Returns: %FALSE with %PENT_ERROR_FILE if no preview can be written there
 */
gboolean
pent_cli_previews_prepare (const char *folder, GError **error)
{
  g_autofree char *probe = g_build_filename (folder, "preview.png", NULL);
  if (g_mkdir_with_parents (folder, 0777) < 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "The folder for previews, %s, cannot be made: %s.", folder,
                   g_strerror (errno));
      return FALSE;
    }
  return pent_file_check_writable (probe, TRUE, error);
}

static int
digits (int number)
{
  int n = 1;
  while (number >= 10)
    {
      number /= 10;
      n++;
    }
  return n;
}

/* The preview where it belongs in the picture, which is otherwise as it is. */
static PentImage *
place (const PentProgress *progress, int width, int height, GError **error)
{
  g_autoptr (PentImage) preview = pent_image_scale (progress->preview, progress->area.width, progress->area.height,
                                                    error);

  if (preview == NULL || (progress->area.width == width && progress->area.height == height))
    return g_steal_pointer (&preview);
  g_autoptr (PentImage) rgb = pent_image_over_white (progress->canvas, error);
  PentImage *whole = rgb != NULL ? pent_image_crop (rgb, 0, 0, width, height, error) : NULL;
  for (int y = 0; whole != NULL && y < preview->height; y++)
    memcpy (whole->pixels + (progress->area.y + y) * whole->stride + progress->area.x * 3,
            preview->pixels + y * preview->stride, preview->stride);
  return whole;
}

/**
 * pent_cli_previews_write:
 * @every: every how many steps; the last is always written
 * @progress: news from the pipeline, with a preview or without
 * @width: of the picture, pixels
 * @height: likewise
 *
 * Writes preview-PICTURE-STEP.png, both counted from 1 and padded with zeros to
 * one width, at the picture's size; of an edit, in the midst of what is kept.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
gboolean
pent_cli_previews_write (const char *folder, int every, const PentProgress *progress, int width, int height,
                         GError **error)
{
  gboolean due = progress->step % every == 0 || progress->step == progress->n_steps;
  if (progress->stage != PENT_STAGE_STEP || progress->preview == NULL || !due)
    return TRUE;

  g_autofree char *name = g_strdup_printf ("preview-%0*d-%0*d.png", digits (progress->n_pictures), progress->picture + 1,
                                           digits (progress->n_steps), progress->step);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (PentTextFields) no_texts = pent_text_fields_new ();
  g_autoptr (PentImage) enlarged = place (progress, width, height, error);
  return enlarged != NULL && pent_picture_write (path, enlarged, no_texts, FALSE, error);
}
