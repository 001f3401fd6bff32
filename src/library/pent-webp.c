/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-webp.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "pent-error.h"
#include "pent-exif.h"
#include "pent-icc.h"
#include "pent-xmp.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebPDemuxer, WebPDemuxDelete)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebPMux, WebPMuxDelete)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebPAnimDecoder, WebPAnimDecoderDelete)

static gboolean
set_damaged (GError **error)
{
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
               _("the WebP picture is damaged or cut short: use another copy of it."));
  return FALSE;
}

/* The contents of the first chunk named @name: owned by @demuxer. */
static const guint8 *
find_chunk (WebPDemuxer *demuxer, const char *name, gsize *size)
{
  WebPChunkIterator iterator;
  const guint8 *data = NULL;
  if (WebPDemuxGetChunk (demuxer, name, 1, &iterator))
    {
      data = iterator.chunk.bytes;
      *size = iterator.chunk.size;
      WebPDemuxReleaseChunkIterator (&iterator);
    }
  return data;
}

/**
 * pent_webp_read_facts:
 * @data: a WebP file
 * @facts: (inout): what is found is filled in
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where the file is cut short or damaged
 */
gboolean
pent_webp_read_facts (const guint8 *data, gsize size, PentPictureFacts *facts, GError **error)
{
  const WebPData file = { data, size };
  g_autoptr (WebPDemuxer) demuxer = WebPDemux (&file);
  if (demuxer == NULL)
    return set_damaged (error);

  gsize chunk_size;
  facts->width = WebPDemuxGetI (demuxer, WEBP_FF_CANVAS_WIDTH);
  facts->height = WebPDemuxGetI (demuxer, WEBP_FF_CANVAS_HEIGHT);
  facts->animated = WebPDemuxGetI (demuxer, WEBP_FF_FRAME_COUNT) > 1;
  const guint8 *chunk = find_chunk (demuxer, "EXIF", &chunk_size);
  if (chunk != NULL)
    pent_picture_facts_add_exif (facts, chunk, chunk_size);
  chunk = find_chunk (demuxer, "XMP ", &chunk_size);
  if (chunk != NULL)
    pent_picture_facts_add_xmp (facts, chunk, chunk_size);
  return TRUE;
}

/* An animation's first picture, on its whole canvas. */
static PentImage *
decode_first_frame (const guint8 *data, gsize size, GError **error)
{
  const WebPData file = { data, size };
  WebPAnimInfo info;
  uint8_t *canvas;
  int timestamp;
  g_autoptr (WebPAnimDecoder) decoder = WebPAnimDecoderNew (&file, NULL);

  if (decoder == NULL || !WebPAnimDecoderGetInfo (decoder, &info) ||
      !WebPAnimDecoderGetNext (decoder, &canvas, &timestamp))
    {
      set_damaged (error);
      return NULL;
    }
  PentImage *image = pent_image_new (info.canvas_width, info.canvas_height, 4, 8, error);
  if (image != NULL)
    memcpy (image->pixels, canvas, image->stride * image->height);
  return image;
}

static PentImage *
decode_still (const guint8 *data, gsize size, const WebPBitstreamFeatures *features, GError **error)
{
  int channels = features->has_alpha ? 4 : 3;
  g_autoptr (PentImage) image = pent_image_new (features->width, features->height, channels, 8, error);
  if (image == NULL)
    return NULL;

  gsize n = image->stride * image->height;
  const uint8_t *decoded = channels == 4 ? WebPDecodeRGBAInto (data, size, image->pixels, n, image->stride)
                                         : WebPDecodeRGBInto (data, size, image->pixels, n, image->stride);
  if (decoded == NULL)
    {
      set_damaged (error);
      return NULL;
    }
  return g_steal_pointer (&image);
}

static void
read_profile (PentImage *image, const guint8 *data, gsize size)
{
  const WebPData file = { data, size };
  gsize profile_size;
  g_autoptr (WebPDemuxer) demuxer = WebPDemux (&file);
  const guint8 *profile = demuxer != NULL ? find_chunk (demuxer, "ICCP", &profile_size) : NULL;
  if (profile != NULL && pent_icc_fits (profile, profile_size, image->channels))
    image->icc_profile = g_bytes_new (profile, profile_size);
}

/**
 * pent_webp_decode:
 * @data: a WebP file whose size was found acceptable
 *
 * Returns: (transfer full): the pixels as stored, RGB with alpha where there is
 *   some; of an animation the first picture; %NULL with %PENT_ERROR_FILE or
 *   %PENT_ERROR_MEMORY
 */
PentImage *
pent_webp_decode (const guint8 *data, gsize size, GError **error)
{
  WebPBitstreamFeatures features;
  if (WebPGetFeatures (data, size, &features) != VP8_STATUS_OK)
    {
      set_damaged (error);
      return NULL;
    }
  PentImage *image = features.has_animation ? decode_first_frame (data, size, error)
                                            : decode_still (data, size, &features, error);
  if (image != NULL)
    read_profile (image, data, size);
  return image;
}

typedef struct
{
  WebPPicture      picture;
  WebPMemoryWriter writer;
} Encoder;

static void
encoder_clear (Encoder *encoder)
{
  WebPPictureFree (&encoder->picture);
  WebPMemoryWriterClear (&encoder->writer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Encoder, encoder_clear)

/* Channels and bits that libwebp takes. */
static PentImage *
prepare (PentImage *image, GError **error)
{
  if (image->width > WEBP_MAX_DIMENSION || image->height > WEBP_MAX_DIMENSION)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("a WebP picture has at most %d pixels a side, not %d x %d: choose .png."),
                   WEBP_MAX_DIMENSION, image->width, image->height);
      return NULL;
    }
  return image->channels % 2 == 0 ? pent_image_to_rgba8 (image, error) : pent_image_to_rgb8 (image, error);
}

static gboolean
encode_pixels (Encoder *encoder, const PentImage *image)
{
  WebPConfig config;
  if (!WebPConfigInit (&config) || !WebPConfigLosslessPreset (&config, 6))
    return FALSE;
  config.exact = 1;   /* colours under full transparency count as well */

  encoder->picture.use_argb = 1;
  encoder->picture.width = image->width;
  encoder->picture.height = image->height;
  encoder->picture.writer = WebPMemoryWrite;
  encoder->picture.custom_ptr = &encoder->writer;
  if (!(image->channels == 4 ? WebPPictureImportRGBA (&encoder->picture, image->pixels, image->stride)
                             : WebPPictureImportRGB (&encoder->picture, image->pixels, image->stride)))
    return FALSE;
  return WebPEncode (&config, &encoder->picture);
}

static gboolean
set_chunk (WebPMux *mux, const char *name, gconstpointer data, gsize size)
{
  const WebPData chunk = { data, size };
  return WebPMuxSetChunk (mux, name, &chunk, TRUE) == WEBP_MUX_OK;
}

static gboolean
set_chunks (WebPMux *mux, const PentImage *image, const PentTextFields *texts)
{
  const char *parameters = pent_text_fields_get (texts, PENT_FIELD_PARAMETERS);
  const char *recipe = pent_text_fields_get (texts, PENT_FIELD_RECIPE);
  gsize size;

  if (image->icc_profile != NULL)
    {
      gconstpointer profile = g_bytes_get_data (image->icc_profile, &size);
      if (pent_icc_fits (profile, size, 3) && !set_chunk (mux, "ICCP", profile, size))
        return FALSE;
    }
  if (parameters != NULL)
    {
      g_autoptr (GBytes) exif = pent_exif_write (parameters);
      gconstpointer data = g_bytes_get_data (exif, &size);
      if (!set_chunk (mux, "EXIF", data, size))
        return FALSE;
    }
  if (recipe != NULL)
    {
      g_autofree char *packet = pent_xmp_write (recipe);
      if (!set_chunk (mux, "XMP ", packet, strlen (packet)))
        return FALSE;
    }
  return TRUE;
}

static GBytes *
assemble (const Encoder *encoder, const PentImage *image, const PentTextFields *texts)
{
  const WebPData pixels = { encoder->writer.mem, encoder->writer.size };
  WebPData file = { 0 };
  g_autoptr (WebPMux) mux = WebPMuxNew ();

  if (mux == NULL || WebPMuxSetImage (mux, &pixels, FALSE) != WEBP_MUX_OK || !set_chunks (mux, image, texts) ||
      WebPMuxAssemble (mux, &file) != WEBP_MUX_OK)
    return NULL;
  GBytes *bytes = g_bytes_new (file.bytes, file.size);
  WebPDataClear (&file);
  return bytes;
}

/**
 * pent_webp_encode:
 * @image: 16 bits are rounded to 8; grey becomes RGB
 * @texts: %PENT_FIELD_PARAMETERS becomes an Exif UserComment and
 *   %PENT_FIELD_RECIPE goes into XMP; other fields have no place here
 *
 * Lossless, so that what was to be kept byte for byte is kept.
 *
 * Returns: (transfer full): a WebP file; %NULL with %PENT_ERROR_FILE or
 *   %PENT_ERROR_MEMORY
 */
GBytes *
pent_webp_encode (PentImage *image, const PentTextFields *texts, GError **error)
{
  g_auto (Encoder) encoder = { 0 };
  g_autoptr (PentImage) plain = prepare (image, error);
  if (plain == NULL)
    return NULL;

  WebPMemoryWriterInit (&encoder.writer);
  GBytes *bytes = NULL;
  if (WebPPictureInit (&encoder.picture) && encode_pixels (&encoder, plain))
    bytes = assemble (&encoder, plain, texts);
  if (bytes == NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                 _("the WebP picture cannot be made (libwebp's error %d): choose .png."), encoder.picture.error_code);
  return bytes;
}
