/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-image.h"

#include <glib/gi18n-lib.h>

#include "pent-error.h"

/**
 * pent_image_new:
 * @width: 1 or more
 * @height: 1 or more
 * @channels: 1 to 4
 * @bits: 8 or 16
 *
 * Returns: (transfer full): a picture of zeros, without a profile; %NULL with
 *   %PENT_ERROR_MEMORY where there is no room for it
 */
PentImage *
pent_image_new (int width, int height, int channels, int bits, GError **error)
{
  gsize stride, size;

  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (channels >= 1 && channels <= 4, NULL);
  g_return_val_if_fail (bits == 8 || bits == 16, NULL);

  stride = (gsize) width * channels * (bits / 8);
  guint8 *pixels = g_size_checked_mul (&size, stride, height) ? g_try_malloc0 (size) : NULL;
  if (pixels == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   _("A picture of %d x %d pixels does not fit in memory: choose a smaller size"), width, height);
      return NULL;
    }

  PentImage *self = g_new0 (PentImage, 1);
  g_atomic_ref_count_init (&self->refs);
  self->width = width;
  self->height = height;
  self->channels = channels;
  self->bits = bits;
  self->stride = stride;
  self->pixels = pixels;
  return self;
}

PentImage *
pent_image_ref (PentImage *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_image_unref (PentImage *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->icc_profile, g_bytes_unref);
  g_free (self->pixels);
  g_free (self);
}

static guint8
sample8 (const PentImage *self, int x, int y, int channel)
{
  const guint8 *row = self->pixels + y * self->stride;
  gsize i = (gsize) x * self->channels + channel;

  if (self->bits == 8)
    return row[i];
  /* 65535 / 255 = 257 exactly, so this rounds to the nearest of 256 levels. */
  return (((const guint16 *) (const void *) row)[i] + 128u) / 257u;
}

/* An empty picture as large, in colour; the profile of a colour picture is
 * kept, a grey one describes no RGB. */
static PentImage *
new_in_colour (const PentImage *self, int channels, int bits, GError **error)
{
  PentImage *colour = pent_image_new (self->width, self->height, channels, bits, error);

  if (colour != NULL && self->icc_profile != NULL && self->channels >= 3)
    colour->icc_profile = g_bytes_ref (self->icc_profile);
  return colour;
}

/* The channel of @self that becomes channel @c of RGB. */
static int
channel_for (const PentImage *self, int c)
{
  return self->channels < 3 ? 0 : c;
}

/**
 * pent_image_to_rgb8:
 *
 * Grey becomes three equal channels, 16 bits are rounded to 8, alpha is left
 * out; the profile of a colour picture is kept, a grey one describes no RGB.
 *
 * Returns: (transfer full): an 8-bit RGB picture, possibly @self itself
 */
PentImage *
pent_image_to_rgb8 (PentImage *self, GError **error)
{
  if (self->channels == 3 && self->bits == 8)
    return pent_image_ref (self);

  PentImage *rgb = new_in_colour (self, 3, 8, error);
  if (rgb == NULL)
    return NULL;

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      for (int c = 0; c < 3; c++)
        rgb->pixels[y * rgb->stride + 3 * x + c] = sample8 (self, x, y, channel_for (self, c));
  return rgb;
}

/**
 * pent_image_to_rgba8:
 *
 * As pent_image_to_rgb8(), with alpha, which is full where there is none.
 */
PentImage *
pent_image_to_rgba8 (PentImage *self, GError **error)
{
  if (self->channels == 4 && self->bits == 8)
    return pent_image_ref (self);

  PentImage *rgba = new_in_colour (self, 4, 8, error);
  if (rgba == NULL)
    return NULL;

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      {
        guint8 *to = rgba->pixels + y * rgba->stride + 4 * x;
        for (int c = 0; c < 3; c++)
          to[c] = sample8 (self, x, y, channel_for (self, c));
        to[3] = self->channels % 2 == 0 ? sample8 (self, x, y, self->channels - 1) : 255;
      }
  return rgba;
}

/**
 * pent_image_over_white:
 *
 * Returns: (transfer full): an 8-bit RGB picture, possibly @self itself, where
 *   white shows through what is transparent; %NULL with %PENT_ERROR_MEMORY
 */
PentImage *
pent_image_over_white (PentImage *self, GError **error)
{
  if (self->channels % 2 != 0)
    return pent_image_to_rgb8 (self, error);

  PentImage *rgb = new_in_colour (self, 3, 8, error);
  for (int y = 0; rgb != NULL && y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      {
        int alpha = sample8 (self, x, y, self->channels - 1);
        for (int c = 0; c < 3; c++)
          {
            int over = sample8 (self, x, y, channel_for (self, c)) * alpha + 255 * (255 - alpha);
            rgb->pixels[y * rgb->stride + 3 * x + c] = (over + 127) / 255;
          }
      }
  return rgb;
}

static guint16
sample16 (const PentImage *self, int x, int y, int channel)
{
  const guint8 *row = self->pixels + y * self->stride;
  gsize i = (gsize) x * self->channels + channel;

  return self->bits == 16 ? ((const guint16 *) (const void *) row)[i] : row[i] * 257;
}

/**
 * pent_image_to_rgb16:
 *
 * As pent_image_to_rgb8(), with 16 bits a channel and nothing rounded.
 */
PentImage *
pent_image_to_rgb16 (PentImage *self, GError **error)
{
  if (self->channels == 3 && self->bits == 16)
    return pent_image_ref (self);

  PentImage *rgb = new_in_colour (self, 3, 16, error);
  if (rgb == NULL)
    return NULL;

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      for (int c = 0; c < 3; c++)
        ((guint16 *) (void *) (rgb->pixels + y * rgb->stride))[3 * x + c] = sample16 (self, x, y, channel_for (self, c));
  return rgb;
}
