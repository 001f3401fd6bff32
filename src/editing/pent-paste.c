/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-paste.h"

#include <math.h>
#include <string.h>

#include "pent-image-scale.h"

/**
 * pent_paste_cut:
 * @region: begins on the canvas; may reach over its right and lower edge, where
 *   the canvas goes on as it ends
 *
 * Returns: (transfer full): the region, 8-bit RGB, transparent pixels over white; %NULL with
 *   %PENT_ERROR_MEMORY
 */
PentImage *
pent_paste_cut (PentImage *canvas, const PentRect *region, GError **error)
{
  int width = MIN (region->width, canvas->width - region->x), height = MIN (region->height, canvas->height - region->y);
  g_autoptr (PentImage) cropped = pent_image_crop (canvas, region->x, region->y, width, height, error);
  g_autoptr (PentImage) rgb = cropped != NULL ? pent_image_over_white (cropped, error) : NULL;

  if (rgb == NULL || (width == region->width && height == region->height))
    return g_steal_pointer (&rgb);
  PentImage *padded = pent_image_new (region->width, region->height, 3, 8, error);
  for (int y = 0; padded != NULL && y < region->height; y++)
    for (int x = 0; x < region->width; x++)
      memcpy (padded->pixels + y * padded->stride + x * 3,
              rgb->pixels + MIN (y, height - 1) * rgb->stride + MIN (x, width - 1) * 3, 3);
  return padded;
}

/* Mixes one pixel in the canvas' own format; where that has an alpha, what is
 * painted is opaque. */
static void
mix (PentImage *canvas, int x, int y, const guint16 *painted, float alpha)
{
  guint8 *row = canvas->pixels + y * canvas->stride;
  int colours = canvas->channels >= 3 ? 3 : 1;
  float most = canvas->bits == 8 ? 255 : 65535;
  float grey = 0.299f * painted[0] + 0.587f * painted[1] + 0.114f * painted[2];

  for (int c = 0; c < canvas->channels; c++)
    {
      gsize i = (gsize) x * canvas->channels + c;
      float old = canvas->bits == 8 ? row[i] : ((const guint16 *) (const void *) row)[i];
      float colour = (colours == 1 ? grey : painted[MIN (c, 2)]) / 65535 * most;
      float target = c >= colours ? most : colour;
      long value = lrintf (CLAMP (old + alpha * (target - old), 0, most));
      if (canvas->bits == 8)
        row[i] = value;
      else
        ((guint16 *) (void *) row)[i] = value;
    }
}

/**
 * pent_paste:
 * @painted: 16-bit RGB, of any size: it is brought to the region's
 * @canvas: of any kind; changed
 * @region: begins on the canvas; what reaches over its edges is cut off
 * @alpha: (nullable): of the region's size: how much of @painted each pixel
 *   takes; where it is 0 no byte is touched. %NULL takes all of it
 *
 * Returns: %FALSE with %PENT_ERROR_MEMORY
 */
gboolean
pent_paste (PentImage *painted, PentImage *canvas, const PentRect *region, const PentMask *alpha, GError **error)
{
  gboolean fits = painted->width == region->width && painted->height == region->height;
  g_autoptr (PentImage) scaled = fits ? pent_image_ref (painted)
                                      : pent_image_scale (painted, region->width, region->height, error);

  if (scaled == NULL)
    return FALSE;
  int width = MIN (region->width, canvas->width - region->x), height = MIN (region->height, canvas->height - region->y);
  for (int y = 0; y < height; y++)
    {
      const guint16 *row = (const guint16 *) (const void *) (scaled->pixels + y * scaled->stride);
      for (int x = 0; x < width; x++)
        {
          float a = alpha != NULL ? alpha->values[(gsize) y * alpha->width + x] : 1;
          if (a > 0)
            mix (canvas, region->x + x, region->y + y, row + x * 3, a);
        }
    }
  return TRUE;
}
