/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-icc.h"

#include <lcms2.h>
#include <string.h>

/* ICC.1:2022: the header has 128 bytes, the colour space stands at 16. */
#define HEADER_SIZE 128

/**
 * pent_icc_fits:
 * @channels: of a picture: 1 or 2 grey, 3 or 4 RGB
 *
 * Returns: whether @profile describes such pixels; a grey profile on an RGB
 *   picture makes other programs refuse the file or show wrong colours
 */
gboolean
pent_icc_fits (gconstpointer profile, gsize size, int channels)
{
  if (size < HEADER_SIZE)
    return FALSE;
  return memcmp ((const char *) profile + 16, channels < 3 ? "GRAY" : "RGB ", 4) == 0;
}

/**
 * PentCmykTransform:
 *
 * Turns ink into sRGB: by the picture's own profile where it has one, else by
 * the plain product of white paper and ink.
 */
struct _PentCmykTransform
{
  cmsHTRANSFORM transform;   /* NULL: plain */
};

PentCmykTransform *
pent_cmyk_transform_new (gconstpointer profile, gsize size)
{
  PentCmykTransform *self = g_new0 (PentCmykTransform, 1);
  cmsHPROFILE from = profile != NULL ? cmsOpenProfileFromMem (profile, size) : NULL;
  cmsHPROFILE to = cmsCreate_sRGBProfile ();

  if (from != NULL && to != NULL && cmsGetColorSpace (from) == cmsSigCmykData)
    self->transform = cmsCreateTransform (from, TYPE_CMYK_8_REV, to, TYPE_RGB_8, INTENT_PERCEPTUAL, cmsFLAGS_NOCACHE);
  if (from != NULL)
    cmsCloseProfile (from);
  if (to != NULL)
    cmsCloseProfile (to);
  return self;
}

void
pent_cmyk_transform_free (PentCmykTransform *self)
{
  if (self->transform != NULL)
    cmsDeleteTransform (self->transform);
  g_free (self);
}

/**
 * pent_cmyk_transform_row:
 * @cmyk: (width, 4): 255 is bare paper, as Adobe stores JPEG
 * @rgb: (out): (width, 3)
 */
void
pent_cmyk_transform_row (PentCmykTransform *self, const guint8 *cmyk, guint8 *rgb, int width)
{
  if (self->transform != NULL)
    {
      cmsDoTransform (self->transform, cmyk, rgb, width);
      return;
    }
  for (int x = 0; x < width; x++)
    for (int c = 0; c < 3; c++)
      rgb[3 * x + c] = (cmyk[4 * x + c] * cmyk[4 * x + 3] + 127) / 255;
}
