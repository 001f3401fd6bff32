/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-png.h"

#include <glib/gi18n-lib.h>
#include <png.h>
#include <string.h>

#include "pent-error.h"
#include "pent-icc.h"
#include "pent-picture.h"
#include "pent-png-chunks.h"

/* libpng leaves through longjmp(), which runs no clean-up, so all that a call
 * owns lives in a struct of its caller. */

typedef struct
{
  const guint8 *data;
  gsize         size;
  gsize         at;
  png_structp   png;
  png_infop     info;
  PentImage    *image;
  png_bytep    *rows;
  GError       *error;
} Decoder;

static void
decoder_clear (Decoder *decoder)
{
  png_destroy_read_struct (&decoder->png, &decoder->info, NULL);
  g_clear_pointer (&decoder->image, pent_image_unref);
  g_free (decoder->rows);
  g_clear_error (&decoder->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Decoder, decoder_clear)

static void
fail_cb (png_structp png, const char *message)
{
  /* The message may quote bytes of the file. */
  GError **error = png_get_error_ptr (png);
  g_autofree char *escaped = g_strescape (message, NULL);
  if (*error == NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("the PNG picture is damaged (%s): use another copy of it."),
                 escaped);
  g_clear_pointer (&escaped, g_free);
  png_longjmp (png, 1);
}

/* What libpng only warns of (a broken comment, a strange profile) does not
 * touch the pixels. */
static void
warn_cb (png_structp png, const char *message)
{
}

static void
read_cb (png_structp png, png_bytep data, size_t size)
{
  Decoder *decoder = png_get_io_ptr (png);
  if (decoder->size - decoder->at < size)
    png_error (png, "it is cut short");
  memcpy (data, decoder->data + decoder->at, size);
  decoder->at += size;
}

/* Makes libpng deliver 1 to 4 channels of 8 or 16 bits. */
static void
choose_layout (Decoder *decoder)
{
  png_set_expand (decoder->png);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (decoder->png);
  png_set_interlace_handling (decoder->png);
  png_read_update_info (decoder->png, decoder->info);
}

static void
read_profile (Decoder *decoder)
{
  png_charp name;
  png_bytep profile;
  png_uint_32 size;
  int compression;
  if (png_get_iCCP (decoder->png, decoder->info, &name, &compression, &profile, &size) != 0 &&
      pent_icc_fits (profile, size, decoder->image->channels))
    decoder->image->icc_profile = g_bytes_new (profile, size);
}

static gboolean
decode (Decoder *decoder)
{
  if (setjmp (png_jmpbuf (decoder->png)) != 0)
    return FALSE;

  png_set_read_fn (decoder->png, decoder, read_cb);
  png_set_user_limits (decoder->png, PENT_PICTURE_MAX_SIDE, PENT_PICTURE_MAX_SIDE);
  png_read_info (decoder->png, decoder->info);
  choose_layout (decoder);

  int height = png_get_image_height (decoder->png, decoder->info);
  decoder->image = pent_image_new (png_get_image_width (decoder->png, decoder->info), height,
                                   png_get_channels (decoder->png, decoder->info),
                                   png_get_bit_depth (decoder->png, decoder->info), &decoder->error);
  if (decoder->image == NULL)
    return FALSE;
  decoder->rows = g_new (png_bytep, height);
  for (int y = 0; y < height; y++)
    decoder->rows[y] = decoder->image->pixels + y * decoder->image->stride;
  png_read_image (decoder->png, decoder->rows);
  png_read_end (decoder->png, NULL);
  read_profile (decoder);
  return TRUE;
}

/**
 * pent_png_decode:
 * @data: a PNG file whose size was found acceptable
 *
 * Palettes become RGB, 1 to 4 bits become 8, 16 bits stay, transparency becomes
 * alpha, and a profile that fits the channels is kept.
 *
 * Returns: (transfer full): the pixels as stored; %NULL with %PENT_ERROR_FILE
 *   or %PENT_ERROR_MEMORY
 */
PentImage *
pent_png_decode (const guint8 *data, gsize size, GError **error)
{
  g_auto (Decoder) decoder = { .data = data, .size = size };

  decoder.png = png_create_read_struct (PNG_LIBPNG_VER_STRING, &decoder.error, fail_cb, warn_cb);
  decoder.info = decoder.png != NULL ? png_create_info_struct (decoder.png) : NULL;
  if (decoder.info == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, _("there is no memory left to read the PNG picture."));
      return NULL;
    }
  if (!decode (&decoder))
    {
      g_propagate_error (error, g_steal_pointer (&decoder.error));
      return NULL;
    }
  return g_steal_pointer (&decoder.image);
}

typedef struct
{
  PentImage            *image;
  const PentTextFields *texts;
  png_structp           png;
  png_infop             info;
  GByteArray           *bytes;
  GBytes               *chunk;
  GError               *error;
} Encoder;

static void
encoder_clear (Encoder *encoder)
{
  png_destroy_write_struct (&encoder->png, &encoder->info);
  g_clear_pointer (&encoder->bytes, g_byte_array_unref);
  g_clear_pointer (&encoder->chunk, g_bytes_unref);
  g_clear_error (&encoder->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Encoder, encoder_clear)

static void
encode_fail_cb (png_structp png, const char *message)
{
  GError **error = png_get_error_ptr (png);
  if (*error == NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("the PNG picture cannot be made (%s)."), message);
  png_longjmp (png, 1);
}

static void
write_cb (png_structp png, png_bytep data, size_t size)
{
  GByteArray *bytes = png_get_io_ptr (png);
  if (size > G_MAXUINT - bytes->len - 1)
    png_error (png, "the file would exceed 4 GiB");
  g_byte_array_append (bytes, data, size);
}

static void
write_texts (Encoder *encoder)
{
  for (guint i = 0; i < encoder->texts->fields->len; i++)
    {
      const char *type;
      gsize size;
      encoder->chunk = pent_png_make_text (g_ptr_array_index (encoder->texts->fields, i), &type);
      gconstpointer data = g_bytes_get_data (encoder->chunk, &size);
      png_write_chunk (encoder->png, (png_const_bytep) type, data, size);
      g_clear_pointer (&encoder->chunk, g_bytes_unref);
    }
}

static void
write_header (Encoder *encoder)
{
  static const int types[] = {
    PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA,
  };
  const PentImage *image = encoder->image;
  png_set_IHDR (encoder->png, encoder->info, image->width, image->height, image->bits, types[image->channels - 1],
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (image->icc_profile != NULL)
    {
      gsize size;
      gconstpointer profile = g_bytes_get_data (image->icc_profile, &size);
      if (pent_icc_fits (profile, size, image->channels))
        png_set_iCCP (encoder->png, encoder->info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, profile, size);
    }
  png_write_info (encoder->png, encoder->info);
}

static gboolean
encode (Encoder *encoder)
{
  if (setjmp (png_jmpbuf (encoder->png)) != 0)
    return FALSE;

  png_set_write_fn (encoder->png, encoder->bytes, write_cb, NULL);
  png_set_user_limits (encoder->png, PENT_PICTURE_MAX_SIDE, PENT_PICTURE_MAX_SIDE);
  png_set_benign_errors (encoder->png, TRUE);
  write_header (encoder);
  write_texts (encoder);
  if (encoder->image->bits == 16 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (encoder->png);
  for (int y = 0; y < encoder->image->height; y++)
    png_write_row (encoder->png, encoder->image->pixels + y * encoder->image->stride);
  png_write_end (encoder->png, encoder->info);
  return TRUE;
}

/**
 * pent_png_encode:
 * @texts: written before the pixels
 *
 * Returns: (transfer full): a PNG file of the same channels and bits; %NULL
 *   with %PENT_ERROR_FILE
 */
GBytes *
pent_png_encode (PentImage *image, const PentTextFields *texts, GError **error)
{
  g_auto (Encoder) encoder = { .image = image, .texts = texts, .bytes = g_byte_array_new () };

  encoder.png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &encoder.error, encode_fail_cb, warn_cb);
  encoder.info = encoder.png != NULL ? png_create_info_struct (encoder.png) : NULL;
  if (encoder.info == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, _("there is no memory left to write the PNG picture."));
      return NULL;
    }
  if (!encode (&encoder))
    {
      g_propagate_error (error, g_steal_pointer (&encoder.error));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&encoder.bytes));
}
