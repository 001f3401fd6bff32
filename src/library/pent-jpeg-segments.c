/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG (ITU-T T.81, annex B):
 *   1. FF D8
 *   2. segments: FF, marker, u16 length that counts itself, the data
 *   3. after the first scan's header (FF DA) come pixels
 *   APP1 "Exif\0\0": a TIFF structure
 *   APP1 "http://ns.adobe.com/xap/1.0/\0": an XMP packet
 *   APP1 "http://ns.adobe.com/xmp/extension/\0": 32 digits of the MD5 sum of
 *     a longer packet, u32 its size, u32 the offset of this part, the part
 *   COM: a comment
 * All numbers are big-endian. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-jpeg-segments.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pent-error.h"
#include "pent-exif.h"
#include "pent-xmp.h"

#define MARKER_APP1 0xe1
#define MARKER_COM  0xfe

#define EXIF_ID     "Exif\0"
#define XMP_ID      "http://ns.adobe.com/xap/1.0/"
#define EXTENDED_ID "http://ns.adobe.com/xmp/extension/"

#define GUID_SIZE      32
#define MAX_SEGMENT    65533u
#define EXTENDED_PART  65000u
#define MAX_EXTENDED   (64u << 20)

typedef struct
{
  PentPictureFacts *facts;
  GByteArray       *extended;   /* parts in order; NULL before the first */
} Reader;

static gboolean
is_frame_header (int marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static guint32
read_u32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
}

/* The data after an identifier, its zero included; %NULL if it is another. */
static const guint8 *
after_id (const guint8 *data, gsize size, const char *id, gsize id_size)
{
  return size > id_size && memcmp (data, id, id_size) == 0 ? data + id_size : NULL;
}

/* Parts are taken in the order of their offsets, which is how all write them;
 * a hole ends the packet. */
static void
add_extended_part (Reader *reader, const guint8 *data, gsize size)
{
  if (size < GUID_SIZE + 8)
    return;
  guint32 total = read_u32 (data + GUID_SIZE);
  guint32 offset = read_u32 (data + GUID_SIZE + 4);
  gsize n = size - GUID_SIZE - 8;

  if (reader->extended == NULL)
    reader->extended = g_byte_array_new ();
  if (offset != reader->extended->len || total > MAX_EXTENDED || n > total - MIN (offset, total))
    return;
  g_byte_array_append (reader->extended, data + GUID_SIZE + 8, n);
}

static void
add_comment (Reader *reader, const guint8 *data, gsize size)
{
  gsize n = strnlen ((const char *) data, size);
  if (pent_text_fields_get (reader->facts->texts, "comment") == NULL)
    pent_text_fields_add_take (reader->facts->texts, g_strdup ("comment"), g_utf8_make_valid ((const char *) data, n));
}

static void
read_segment (Reader *reader, int marker, const guint8 *data, gsize size)
{
  const guint8 *rest;
  const guint8 *end = data + size;

  if (marker == MARKER_COM)
    add_comment (reader, data, size);
  else if (marker != MARKER_APP1)
    return;
  else if ((rest = after_id (data, size, EXIF_ID, sizeof EXIF_ID)) != NULL)
    pent_picture_facts_add_exif (reader->facts, rest, end - rest);
  else if ((rest = after_id (data, size, XMP_ID, sizeof XMP_ID)) != NULL)
    pent_picture_facts_add_xmp (reader->facts, rest, end - rest);
  else if ((rest = after_id (data, size, EXTENDED_ID, sizeof EXTENDED_ID)) != NULL)
    add_extended_part (reader, rest, end - rest);
}

static gboolean
read_segments (Reader *reader, const guint8 *data, gsize size)
{
  gsize at = 2;
  while (size - at >= 4)
    {
      if (data[at] != 0xff)
        return FALSE;
      int marker = data[at + 1];
      if (marker == 0xff)
        {
          at++;   /* filling */
          continue;
        }
      if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7))
        {
          at += 2;   /* markers that stand alone */
          continue;
        }
      if (marker == 0xda)
        return reader->facts->width > 0;
      gsize length = data[at + 2] << 8 | data[at + 3];
      if (length < 2 || length > size - at - 2)
        return FALSE;
      const guint8 *body = data + at + 4;
      if (is_frame_header (marker) && length >= 8)
        {
          reader->facts->height = body[1] << 8 | body[2];
          reader->facts->width = body[3] << 8 | body[4];
          reader->facts->ink = body[5] == 4;
        }
      else
        read_segment (reader, marker, body, length - 2);
      at += 2 + length;
    }
  return FALSE;
}

/**
 * pent_jpeg_read_facts:
 * @data: a JPEG file, from its first marker on; at least 2 bytes
 * @facts: (inout): what is found is filled in
 *
 * Reads what stands before the pixels: size, Exif, XMP and comment.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where the file is cut short or damaged
 */
gboolean
pent_jpeg_read_facts (const guint8 *data, gsize size, PentPictureFacts *facts, GError **error)
{
  Reader reader = { .facts = facts };
  gboolean ok = read_segments (&reader, data, size);

  if (reader.extended != NULL)
    {
      pent_picture_facts_add_xmp (facts, reader.extended->data, reader.extended->len);
      g_byte_array_unref (reader.extended);
    }
  if (!ok)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("the JPEG picture is cut short or damaged before its pixels: use another copy of it."));
  return ok;
}

static void
segment_clear (gpointer data)
{
  g_bytes_unref (((PentJpegSegment *) data)->data);
}

static void
add_segment (GArray *segments, const char *id, gsize id_size, gconstpointer data, gsize size)
{
  GByteArray *bytes = g_byte_array_sized_new (id_size + size);
  g_byte_array_append (bytes, (const guint8 *) id, id_size);
  if (size > 0)
    g_byte_array_append (bytes, data, size);
  PentJpegSegment segment = { MARKER_APP1, g_byte_array_free_to_bytes (bytes) };
  g_array_append_val (segments, segment);
}

static void
add_extended_segments (GArray *segments, const char *packet)
{
  gsize size = strlen (packet);
  g_autofree char *md5 = g_compute_checksum_for_data (G_CHECKSUM_MD5, (const guchar *) packet, size);
  g_autofree char *guid = g_ascii_strup (md5, -1);
  g_autofree char *announcement = pent_xmp_write_extended (guid);
  add_segment (segments, XMP_ID, sizeof XMP_ID, announcement, strlen (announcement));

  for (gsize at = 0; at < size; at += EXTENDED_PART)
    {
      gsize n = MIN (EXTENDED_PART, size - at);
      guint32 numbers[2] = { GUINT32_TO_BE ((guint32) size), GUINT32_TO_BE ((guint32) at) };
      g_autoptr (GByteArray) part = g_byte_array_sized_new (n + 64);
      g_byte_array_append (part, (const guint8 *) guid, GUID_SIZE);
      g_byte_array_append (part, (const guint8 *) numbers, sizeof numbers);
      g_byte_array_append (part, (const guint8 *) packet + at, n);
      add_segment (segments, EXTENDED_ID, sizeof EXTENDED_ID, part->data, part->len);
    }
}

/**
 * pent_jpeg_make_segments:
 *
 * Turns %PENT_FIELD_PARAMETERS into an Exif UserComment and %PENT_FIELD_RECIPE
 * into XMP; other fields have no place in a JPEG file. A segment ends at 64
 * KiB: a longer recipe goes on in extended XMP, a longer comment (a prompt of
 * some 32,000 characters) is left out, as nobody could read it.
 *
 * Returns: (transfer full) (element-type PentJpegSegment): in order
 */
GArray *
pent_jpeg_make_segments (const PentTextFields *texts)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (PentJpegSegment));
  const char *parameters = pent_text_fields_get (texts, PENT_FIELD_PARAMETERS);
  const char *recipe = pent_text_fields_get (texts, PENT_FIELD_RECIPE);

  g_array_set_clear_func (segments, segment_clear);
  if (parameters != NULL)
    {
      g_autoptr (GBytes) exif = pent_exif_write (parameters);
      gsize size;
      gconstpointer data = g_bytes_get_data (exif, &size);
      if (size <= MAX_SEGMENT - sizeof EXIF_ID)
        add_segment (segments, EXIF_ID, sizeof EXIF_ID, data, size);
    }
  if (recipe != NULL)
    {
      g_autofree char *packet = pent_xmp_write (recipe);
      if (strlen (packet) <= MAX_SEGMENT - sizeof XMP_ID)
        add_segment (segments, XMP_ID, sizeof XMP_ID, packet, strlen (packet));
      else
        add_extended_segments (segments, packet);
    }
  return segments;
}
