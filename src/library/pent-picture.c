/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-picture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-jpeg-segments.h"
#include "pent-jpeg.h"
#include "pent-orientation.h"
#include "pent-picture-facts.h"
#include "pent-png-chunks.h"
#include "pent-png.h"
#include "pent-webp.h"

/* How many pixels a byte of a file can stand for at the most. zlib turns a byte
 * into 1032 at best, of which a pixel of one bit needs an eighth; a JPEG codes
 * each block of 64 with a bit or more, save in rare arithmetic coding. A
 * lossless WebP of one colour has no such bound. */
#define MAX_PIXELS_PER_BYTE (1032 * 8)

typedef struct
{
  const char *name;
  gboolean   (*read_facts) (const guint8 *data, gsize size, PentPictureFacts *facts, GError **error);
  PentImage *(*decode)     (const guint8 *data, gsize size, GError **error);
  GBytes    *(*encode)     (PentImage *image, const PentTextFields *texts, GError **error);
} Codec;

static const Codec codecs[] = {
  [PENT_PICTURE_PNG]  = { "PNG", pent_png_read_facts, pent_png_decode, pent_png_encode },
  [PENT_PICTURE_JPEG] = { "JPEG", pent_jpeg_read_facts, pent_jpeg_decode, pent_jpeg_encode },
  [PENT_PICTURE_WEBP] = { "WebP", pent_webp_read_facts, pent_webp_decode, pent_webp_encode },
};

/**
 * pent_picture_format_name:
 *
 * Returns: "PNG", "JPEG" or "WebP"
 */
const char *
pent_picture_format_name (PentPictureFormat format)
{
  return codecs[format].name;
}

/**
 * pent_picture_format_from_name:
 * @file_name: a file's name, whose suffix tells, upper or lower case
 * @format: (out): .png, .jpg or .jpeg, .webp
 *
 * Returns: %FALSE for any other suffix
 */
gboolean
pent_picture_format_from_name (const char *file_name, PentPictureFormat *format)
{
  static const struct { const char *suffix; PentPictureFormat format; } suffixes[] = {
    { ".png", PENT_PICTURE_PNG },
    { ".jpg", PENT_PICTURE_JPEG },
    { ".jpeg", PENT_PICTURE_JPEG },
    { ".webp", PENT_PICTURE_WEBP },
  };
  const char *dot = strrchr (file_name, '.');
  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (suffixes); i++)
    if (g_ascii_strcasecmp (dot, suffixes[i].suffix) == 0)
      {
        *format = suffixes[i].format;
        return TRUE;
      }
  return FALSE;
}

static gboolean
sniff (const guint8 *data, gsize size, PentPictureFormat *format)
{
  if (size >= PENT_PNG_SIGNATURE_SIZE && memcmp (data, PENT_PNG_SIGNATURE, PENT_PNG_SIGNATURE_SIZE) == 0)
    *format = PENT_PICTURE_PNG;
  else if (size >= 3 && memcmp (data, "\xff\xd8\xff", 3) == 0)
    *format = PENT_PICTURE_JPEG;
  else if (size >= 12 && memcmp (data, "RIFF", 4) == 0 && memcmp (data + 8, "WEBP", 4) == 0)
    *format = PENT_PICTURE_WEBP;
  else
    return FALSE;
  return TRUE;
}

static gboolean
check_size (const PentPictureFacts *facts, PentPictureFormat format, gsize file_size, GError **error)
{
  guint64 pixels = (guint64) facts->width * facts->height;
  if (pixels == 0)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("the %s picture has no pixels: use another one."),
                 pent_picture_format_name (format));
  else if (facts->width > PENT_PICTURE_MAX_SIDE || facts->height > PENT_PICTURE_MAX_SIDE ||
           pixels > PENT_PICTURE_MAX_PIXELS)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("the picture has %u x %u pixels, more than the %d a side that are read: scale it down."),
                 facts->width, facts->height, PENT_PICTURE_MAX_SIDE);
  else if (format != PENT_PICTURE_WEBP && pixels / MAX_PIXELS_PER_BYTE > file_size)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("the file is too small for the %u x %u pixels that it promises: use another copy of it."),
                 facts->width, facts->height);
  else
    return TRUE;
  return FALSE;
}

static PentPictureFile *
picture_file_new (PentPictureFormat format)
{
  PentPictureFile *self = g_new0 (PentPictureFile, 1);
  self->format = format;
  self->texts = pent_text_fields_new ();
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
pent_picture_file_free (PentPictureFile *self)
{
  g_clear_pointer (&self->image, pent_image_unref);
  pent_text_fields_free (self->texts);
  g_ptr_array_unref (self->warnings);
  g_free (self);
}

static gboolean
decode_pixels (PentPictureFile *self, const PentPictureFacts *facts, const guint8 *data, gsize size, GError **error)
{
  g_autoptr (PentImage) stored = codecs[self->format].decode (data, size, error);
  if (stored == NULL)
    return FALSE;
  self->image = pent_image_upright (stored, facts->orientation, error);
  if (self->image == NULL)
    return FALSE;
  if (facts->ink)
    g_ptr_array_add (self->warnings, g_strdup ("the picture is CMYK, which is brought to sRGB."));
  if (facts->animated)
    g_ptr_array_add (self->warnings, g_strdup ("the file is an animation, of which the first picture is used."));
  return TRUE;
}

/**
 * pent_picture_file_decode:
 * @contents: a picture file, PNG, JPEG or WebP by its content
 * @with_pixels: whether pixels are wanted
 *
 * Sizes are checked before anything is allocated. Exif's orientation is
 * applied once, here.
 *
 * Returns: (transfer full): the picture; %NULL with %PENT_ERROR_FILE or
 *   %PENT_ERROR_MEMORY, in a sentence to go after the file's name and a colon
 */
PentPictureFile *
pent_picture_file_decode (GBytes *contents, gboolean with_pixels, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (contents, &size);
  PentPictureFormat format;
  if (!sniff (data, size, &format))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("not a PNG, JPEG or WebP picture: convert it to one of these."));
      return NULL;
    }

  g_autoptr (PentPictureFile) self = picture_file_new (format);
  PentPictureFacts facts = { .orientation = 1, .texts = self->texts };
  if (!codecs[format].read_facts (data, size, &facts, error) || !check_size (&facts, format, size, error))
    return NULL;
  self->width = facts.orientation >= 5 ? facts.height : facts.width;
  self->height = facts.orientation >= 5 ? facts.width : facts.height;
  if (with_pixels && !decode_pixels (self, &facts, data, size, error))
    return NULL;
  return g_steal_pointer (&self);
}

static PentPictureFile *
read_file (const char *path, gboolean with_pixels, GError **error)
{
  g_autoptr (GBytes) contents = pent_file_read (path, PENT_PICTURE_MAX_FILE, error);
  if (contents == NULL)
    return NULL;
  PentPictureFile *self = pent_picture_file_decode (contents, with_pixels, error);
  if (self == NULL)
    {
      g_autofree char *name = g_filename_display_name (path);
      g_prefix_error (error, "%s: ", name);
    }
  return self;
}

/**
 * pent_picture_file_read:
 *
 * Returns: (transfer full): the picture at @path with pixels and texts; %NULL
 *   with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY and a sentence that names @path
 */
PentPictureFile *
pent_picture_file_read (const char *path, GError **error)
{
  return read_file (path, TRUE, error);
}

/**
 * pent_picture_file_read_texts:
 *
 * Returns: (transfer full): as pent_picture_file_read(), without the pixels,
 *   which may even be damaged
 */
PentPictureFile *
pent_picture_file_read_texts (const char *path, GError **error)
{
  return read_file (path, FALSE, error);
}

/**
 * pent_picture_encode:
 * @texts: fields to carry; each format keeps %PENT_FIELD_PARAMETERS and
 *   %PENT_FIELD_RECIPE, PNG keeps all
 *
 * Equal pictures and texts give equal bytes.
 *
 * Returns: (transfer full): the contents of a file; %NULL with an error
 */
GBytes *
pent_picture_encode (PentImage *image, PentPictureFormat format, PentTextFields *texts, GError **error)
{
  return codecs[format].encode (image, texts, error);
}

/**
 * pent_picture_write:
 * @path: a name that ends in .png, .jpg, .jpeg or .webp
 * @durable: see pent_file_write()
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY and a sentence
 *   that names @path; then no file was made or changed
 */
gboolean
pent_picture_write (const char *path, PentImage *image, PentTextFields *texts, gboolean durable, GError **error)
{
  PentPictureFormat format;
  g_autofree char *name = g_filename_display_name (path);
  if (!pent_picture_format_from_name (path, &format))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, _("%s must end in .png, .jpg, .jpeg or .webp."), name);
      return FALSE;
    }
  g_autoptr (GBytes) contents = pent_picture_encode (image, format, texts, error);
  if (contents == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  return pent_file_write (path, contents, durable, error);
}
