/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "pent-image.h"
#include "pent-text-fields.h"

G_BEGIN_DECLS

/* What is refused before anything is allocated. */
#define PENT_PICTURE_MAX_SIDE   16384
#define PENT_PICTURE_MAX_PIXELS (G_GINT64_CONSTANT (256) << 20)
#define PENT_PICTURE_MAX_FILE   (G_GINT64_CONSTANT (1) << 30)

typedef enum
{
  PENT_PICTURE_PNG,
  PENT_PICTURE_JPEG,
  PENT_PICTURE_WEBP,
} PentPictureFormat;

/**
 * PentPictureFile:
 * @format: by content, whatever the file's suffix says
 * @width: pixels, as the picture is to be seen
 * @height: pixels
 * @image: (nullable): upright; %NULL where only the text was asked for
 * @texts: text fields
 * @warnings: (element-type utf8): sentences for the user
 *
 * What was read from a picture file.
 */
typedef struct
{
  PentPictureFormat format;
  int               width;
  int               height;
  PentImage        *image;
  PentTextFields   *texts;
  GPtrArray        *warnings;
} PentPictureFile;

PentPictureFile *pent_picture_file_read       (const char *path, GError **error);
PentPictureFile *pent_picture_file_read_texts (const char *path, GError **error);
PentPictureFile *pent_picture_file_decode     (GBytes *contents, gboolean with_pixels, GError **error);
void             pent_picture_file_free       (PentPictureFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentPictureFile, pent_picture_file_free)

gboolean    pent_picture_format_from_name (const char *file_name, PentPictureFormat *format);
const char *pent_picture_format_name      (PentPictureFormat format);

GBytes  *pent_picture_encode (PentImage *image, PentPictureFormat format, PentTextFields *texts, GError **error);
gboolean pent_picture_write  (const char      *path,
                              PentImage       *image,
                              PentTextFields  *texts,
                              gboolean         durable,
                              GError         **error);

G_END_DECLS
