/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-jpeg.h"

#include <glib/gi18n-lib.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "pent-error.h"
#include "pent-icc.h"
#include "pent-jpeg-segments.h"
#include "pent-picture.h"

/* libjpeg leaves through longjmp(), which runs no clean-up, so all that a call
 * owns lives in a struct of its caller. */

/* A file of a few bytes can ask for a scan over the whole picture thousands of
 * times; encoders make about ten. */
#define MAX_SCANS 200

/* The manager is the first member: libjpeg hands it back, and it is cast. */
typedef struct
{
  struct jpeg_error_mgr manager;
  jmp_buf               jump;
  GError               *error;
} Trouble;

static void
fail_cb (j_common_ptr jpeg)
{
  Trouble *trouble = (Trouble *) jpeg->err;
  char message[JMSG_LENGTH_MAX];
  if (trouble->error == NULL)
    {
      jpeg->err->format_message (jpeg, message);
      g_set_error (&trouble->error, PENT_ERROR, PENT_ERROR_FILE, jpeg->is_decompressor
                   ? _("the JPEG picture is damaged (%s): use another copy of it.")
                   : _("the JPEG picture cannot be made (%s)."), message);
    }
  longjmp (trouble->jump, 1);
}

/* libjpeg paints over missing and damaged pixels with a warning; a picture
 * that is partly grey is no picture to start from. */
static void
message_cb (j_common_ptr jpeg, int level)
{
  if (level >= 0)
    return;
  switch (jpeg->err->msg_code)
    {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
      fail_cb (jpeg);
      break;
    default:
      break;
    }
}

static void
print_cb (j_common_ptr jpeg)
{
}

static struct jpeg_error_mgr *
trouble_init (Trouble *trouble)
{
  jpeg_std_error (&trouble->manager);
  trouble->manager.error_exit = fail_cb;
  trouble->manager.emit_message = message_cb;
  trouble->manager.output_message = print_cb;
  return &trouble->manager;
}

typedef struct
{
  struct jpeg_decompress_struct jpeg;
  struct jpeg_progress_mgr progress;
  Trouble            trouble;
  PentImage         *image;
  JOCTET            *profile;
  unsigned           profile_size;
  guint8            *ink;
  PentCmykTransform *transform;
} Decoder;

static void
decoder_clear (Decoder *decoder)
{
  jpeg_destroy_decompress (&decoder->jpeg);
  g_clear_pointer (&decoder->image, pent_image_unref);
  g_clear_pointer (&decoder->transform, pent_cmyk_transform_free);
  g_clear_error (&decoder->trouble.error);
  g_free (decoder->ink);
  free (decoder->profile);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Decoder, decoder_clear)

static void
progress_cb (j_common_ptr jpeg)
{
  if (jpeg->is_decompressor && ((j_decompress_ptr) jpeg)->input_scan_number > MAX_SCANS)
    {
      g_set_error (&((Trouble *) jpeg->err)->error, PENT_ERROR, PENT_ERROR_FILE,
                   _("the JPEG picture has more than %d scans: use another copy of it."), MAX_SCANS);
      fail_cb (jpeg);
    }
}

static void
choose_layout (Decoder *decoder)
{
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  gboolean ink = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;

  if (ink)
    jpeg->out_color_space = JCS_CMYK;
  else if (jpeg->jpeg_color_space == JCS_GRAYSCALE)
    jpeg->out_color_space = JCS_GRAYSCALE;
  else
    jpeg->out_color_space = JCS_RGB;
  jpeg->dct_method = JDCT_ISLOW;
  jpeg_start_decompress (jpeg);

  decoder->image = pent_image_new (jpeg->output_width, jpeg->output_height, jpeg->output_components == 1 ? 1 : 3, 8,
                                   &decoder->trouble.error);
  if (decoder->image == NULL)
    longjmp (decoder->trouble.jump, 1);
  if (ink)
    {
      decoder->ink = g_new (guint8, (gsize) jpeg->output_width * 4);
      decoder->transform = pent_cmyk_transform_new (decoder->profile, decoder->profile_size);
    }
}

static void
read_ink_row (Decoder *decoder, guint8 *rgb)
{
  int width = decoder->image->width;
  jpeg_read_scanlines (&decoder->jpeg, &decoder->ink, 1);
  if (!decoder->jpeg.saw_Adobe_marker)
    for (gsize i = 0; i < (gsize) width * 4; i++)
      decoder->ink[i] = 255 - decoder->ink[i];
  pent_cmyk_transform_row (decoder->transform, decoder->ink, rgb, width);
}

static gboolean
decode (Decoder *decoder, const guint8 *data, gsize size)
{
  if (setjmp (decoder->trouble.jump) != 0)
    return FALSE;

  jpeg_create_decompress (&decoder->jpeg);
  decoder->jpeg.progress = &decoder->progress;
  jpeg_mem_src (&decoder->jpeg, data, size);
  jpeg_save_markers (&decoder->jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header (&decoder->jpeg, TRUE);
  if (decoder->jpeg.image_width > PENT_PICTURE_MAX_SIDE || decoder->jpeg.image_height > PENT_PICTURE_MAX_SIDE)
    ERREXIT1 (&decoder->jpeg, JERR_IMAGE_TOO_BIG, PENT_PICTURE_MAX_SIDE);
  jpeg_read_icc_profile (&decoder->jpeg, &decoder->profile, &decoder->profile_size);
  choose_layout (decoder);

  PentImage *image = decoder->image;
  for (int y = 0; y < image->height; y++)
    {
      guint8 *row = image->pixels + y * image->stride;
      if (decoder->ink != NULL)
        read_ink_row (decoder, row);
      else
        jpeg_read_scanlines (&decoder->jpeg, &row, 1);
    }
  jpeg_finish_decompress (&decoder->jpeg);
  if (decoder->profile != NULL && pent_icc_fits (decoder->profile, decoder->profile_size, image->channels))
    image->icc_profile = g_bytes_new (decoder->profile, decoder->profile_size);
  return TRUE;
}

/**
 * pent_jpeg_decode:
 * @data: a JPEG file whose size was found acceptable
 *
 * Grey stays grey, CMYK becomes sRGB, all else RGB; a profile that fits the
 * channels is kept.
 *
 * Returns: (transfer full): the pixels as stored, 8 bits; %NULL with
 *   %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
PentImage *
pent_jpeg_decode (const guint8 *data, gsize size, GError **error)
{
  g_auto (Decoder) decoder = { 0 };

  decoder.jpeg.err = trouble_init (&decoder.trouble);
  decoder.progress.progress_monitor = progress_cb;
  if (!decode (&decoder, data, size))
    {
      g_propagate_error (error, g_steal_pointer (&decoder.trouble.error));
      return NULL;
    }
  return g_steal_pointer (&decoder.image);
}

typedef struct
{
  struct jpeg_compress_struct jpeg;
  Trouble        trouble;
  GArray        *segments;
  unsigned char *bytes;
  unsigned long  size;
} Encoder;

static void
encoder_clear (Encoder *encoder)
{
  jpeg_destroy_compress (&encoder->jpeg);
  g_array_unref (encoder->segments);
  g_clear_error (&encoder->trouble.error);
  free (encoder->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Encoder, encoder_clear)

static void
write_segments (Encoder *encoder, const PentImage *image)
{
  for (guint i = 0; i < encoder->segments->len; i++)
    {
      const PentJpegSegment *segment = &g_array_index (encoder->segments, PentJpegSegment, i);
      gsize size;
      gconstpointer data = g_bytes_get_data (segment->data, &size);
      jpeg_write_marker (&encoder->jpeg, segment->marker, data, size);
    }
  if (image->icc_profile != NULL)
    {
      gsize size;
      gconstpointer profile = g_bytes_get_data (image->icc_profile, &size);
      if (pent_icc_fits (profile, size, image->channels))
        jpeg_write_icc_profile (&encoder->jpeg, profile, size);
    }
}

static gboolean
encode (Encoder *encoder, const PentImage *image)
{
  if (setjmp (encoder->trouble.jump) != 0)
    return FALSE;

  jpeg_create_compress (&encoder->jpeg);
  jpeg_mem_dest (&encoder->jpeg, &encoder->bytes, &encoder->size);
  encoder->jpeg.image_width = image->width;
  encoder->jpeg.image_height = image->height;
  encoder->jpeg.input_components = image->channels;
  encoder->jpeg.in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults (&encoder->jpeg);
  jpeg_set_quality (&encoder->jpeg, PENT_JPEG_QUALITY, TRUE);
  /* Full colour resolution: halved, red lines on black turn to mud. */
  encoder->jpeg.comp_info[0].h_samp_factor = 1;
  encoder->jpeg.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress (&encoder->jpeg, TRUE);
  write_segments (encoder, image);
  for (int y = 0; y < image->height; y++)
    {
      JSAMPROW row = image->pixels + y * image->stride;
      jpeg_write_scanlines (&encoder->jpeg, &row, 1);
    }
  jpeg_finish_compress (&encoder->jpeg);
  return TRUE;
}

/**
 * pent_jpeg_encode:
 * @image: 16 bits are rounded to 8, alpha is left out
 * @texts: see pent_jpeg_make_segments()
 *
 * Returns: (transfer full): a JPEG file of quality %PENT_JPEG_QUALITY with
 *   colour at full resolution; %NULL with %PENT_ERROR_FILE or
 *   %PENT_ERROR_MEMORY
 */
GBytes *
pent_jpeg_encode (PentImage *image, const PentTextFields *texts, GError **error)
{
  g_auto (Encoder) encoder = { .segments = pent_jpeg_make_segments (texts) };
  g_autoptr (PentImage) plain = image->channels == 1 && image->bits == 8 ? pent_image_ref (image)
                                                                        : pent_image_to_rgb8 (image, error);
  if (plain == NULL)
    return NULL;

  encoder.jpeg.err = trouble_init (&encoder.trouble);
  if (!encode (&encoder, plain))
    {
      g_propagate_error (error, g_steal_pointer (&encoder.trouble.error));
      return NULL;
    }
  unsigned char *bytes = g_steal_pointer (&encoder.bytes);
  return g_bytes_new_with_free_func (bytes, encoder.size, free, bytes);
}
