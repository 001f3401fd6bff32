/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "pent-text-fields.h"

G_BEGIN_DECLS

/**
 * PentPictureFacts:
 * @width: pixels as stored, before @orientation is applied
 * @height: pixels as stored
 * @orientation: 1 to 8 as Exif counts
 * @animated: there is more than one picture
 * @ink: samples are CMYK, which becomes sRGB
 * @texts: text fields
 *
 * What a picture file says before its pixels are decoded.
 */
typedef struct
{
  guint32         width;
  guint32         height;
  int             orientation;
  gboolean        animated;
  gboolean        ink;
  PentTextFields *texts;
} PentPictureFacts;

void pent_picture_facts_add_exif (PentPictureFacts *self, const guint8 *data, gsize size);
void pent_picture_facts_add_xmp  (PentPictureFacts *self, const guint8 *data, gsize size);

G_END_DECLS
