/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentImage:
 * @width: pixels, at least 1
 * @height: pixels, at least 1
 * @channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (not premultiplied)
 * @bits: 8 or 16 for a channel; 16-bit samples are in the machine's byte order
 * @stride: bytes from one row to the next: width * channels * bits / 8
 * @pixels: rows from the top
 * @icc_profile: (nullable): the colour profile the samples are in; %NULL is sRGB
 *
 * A picture in the processor's memory. Reference counted; not to be changed
 * once it is shared.
 */
typedef struct
{
  gatomicrefcount refs;
  int     width;
  int     height;
  int     channels;
  int     bits;
  gsize   stride;
  guint8 *pixels;
  GBytes *icc_profile;
} PentImage;

PentImage *pent_image_new   (int width, int height, int channels, int bits, GError **error);
PentImage *pent_image_ref   (PentImage *self);
void       pent_image_unref (PentImage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentImage, pent_image_unref)

PentImage *pent_image_to_rgb8    (PentImage *self, GError **error);
PentImage *pent_image_to_rgba8   (PentImage *self, GError **error);
PentImage *pent_image_to_rgb16   (PentImage *self, GError **error);
PentImage *pent_image_over_white (PentImage *self, GError **error);

G_END_DECLS
