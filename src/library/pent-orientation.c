/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-orientation.h"

#include <string.h>

/**
 * pent_image_upright:
 * @orientation: 1 to 8: which sides of the seen picture the stored first row
 *   and first column lie on, as Exif 2.32 numbers them: 1 top left, 2 top right,
 *   3 bottom right, 4 bottom left, 5 left top, 6 right top, 7 right bottom,
 *   8 left bottom
 *
 * Returns: (transfer full): the picture as it is to be seen, possibly @image
 *   itself; %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_image_upright (PentImage *image, int orientation, GError **error)
{
  g_return_val_if_fail (orientation >= 1 && orientation <= 8, NULL);
  if (orientation == 1)
    return pent_image_ref (image);

  gboolean transposed = orientation >= 5;
  gboolean from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  gboolean from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  /* Seen pixel (x, y) is stored at (x, y), or (y, x) when transposed; then
   * "right" and "bottom" speak of the stored picture. */
  PentImage *seen = pent_image_new (transposed ? image->height : image->width,
                                    transposed ? image->width : image->height, image->channels, image->bits, error);
  if (seen == NULL)
    return NULL;

  gsize pixel = (gsize) image->channels * image->bits / 8;
  for (int y = 0; y < seen->height; y++)
    for (int x = 0; x < seen->width; x++)
      {
        int column = transposed ? y : x;
        int row = transposed ? x : y;
        if (from_right)
          column = image->width - 1 - column;
        if (from_bottom)
          row = image->height - 1 - row;
        memcpy (seen->pixels + y * seen->stride + x * pixel, image->pixels + row * image->stride + column * pixel, pixel);
      }
  if (image->icc_profile != NULL)
    seen->icc_profile = g_bytes_ref (image->icc_profile);
  return seen;
}
