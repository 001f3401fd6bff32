/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Portable Network Graphics, second edition (ISO/IEC 15948):
 *   1. the signature, 8 bytes
 *   2. chunks: u32 length, 4 letters of type, the data, u32 CRC of both
 *   tEXt: keyword, 0, Latin-1 text
 *   zTXt: keyword, 0, method 0, zlib stream of Latin-1 text
 *   iTXt: keyword, 0, compressed?, method 0, language, 0, keyword, 0, UTF-8 text
 *   eXIf: a TIFF structure
 * All numbers are big-endian. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-png-chunks.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>

#include "pent-error.h"

#define MAX_TEXT      (16u << 20)   /* bytes of a text once inflated */
#define MAX_ALL_TEXTS (64u << 20)
#define MAX_TEXTS     1024u

typedef struct
{
  PentPictureFacts *facts;
  gsize             n_inflated;
} Reader;

static guint32
read_u32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
}

static char *
latin1_to_utf8 (const guint8 *data, gsize size)
{
  return g_convert ((const char *) data, strnlen ((const char *) data, size), "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

static char *
make_utf8 (const guint8 *data, gsize size)
{
  return g_utf8_make_valid ((const char *) data, strnlen ((const char *) data, size));
}

/* A bomb is cut off at the limit and counts as damaged. */
static GBytes *
inflate_text (Reader *reader, const guint8 *data, gsize size)
{
  gsize limit = MIN (MAX_TEXT, MAX_ALL_TEXTS - MIN (reader->n_inflated, MAX_ALL_TEXTS));
  g_autoptr (GByteArray) text = g_byte_array_new ();
  z_stream stream = { .next_in = (Bytef *) data, .avail_in = size };
  int status = inflateInit (&stream);

  while (status == Z_OK && text->len < limit)
    {
      guint8 block[16384];
      stream.next_out = block;
      stream.avail_out = sizeof block;
      status = inflate (&stream, Z_NO_FLUSH);
      g_byte_array_append (text, block, sizeof block - stream.avail_out);
    }
  inflateEnd (&stream);
  reader->n_inflated += text->len;
  return status == Z_STREAM_END ? g_byte_array_free_to_bytes (g_steal_pointer (&text)) : NULL;
}

/* The length of the keyword, 1 to 79; 0 where there is none. */
static gsize
keyword_size (const guint8 *data, gsize size)
{
  const guint8 *end = memchr (data, 0, MIN (size, 80));
  return end != NULL ? end - data : 0;
}

static void
read_latin1_text (Reader *reader, const guint8 *data, gsize size, gboolean compressed)
{
  gsize n = keyword_size (data, size);
  if (n == 0)
    return;
  const guint8 *text = data + n + 1;
  gsize text_size = size - n - 1;
  g_autoptr (GBytes) inflated = NULL;

  if (compressed)
    {
      if (text_size < 1 || text[0] != 0)
        return;
      inflated = inflate_text (reader, text + 1, text_size - 1);
      if (inflated == NULL)
        return;
      text = g_bytes_get_data (inflated, &text_size);
    }
  char *utf8 = latin1_to_utf8 (text, text_size);
  if (utf8 != NULL)
    pent_text_fields_add_take (reader->facts->texts, latin1_to_utf8 (data, n), utf8);
}

static void
read_international_text (Reader *reader, const guint8 *data, gsize size)
{
  gsize n = keyword_size (data, size);
  if (n == 0 || size - n < 3)
    return;
  gboolean compressed = data[n + 1] != 0;
  const guint8 *end = data + size;
  const guint8 *language = data + n + 3;
  const guint8 *translated = memchr (language, 0, end - language);
  const guint8 *text = translated != NULL ? memchr (translated + 1, 0, end - translated - 1) : NULL;
  if (text == NULL)
    return;
  text++;

  gsize text_size = end - text;
  g_autoptr (GBytes) inflated = NULL;
  if (compressed)
    {
      inflated = inflate_text (reader, text, text_size);
      if (inflated == NULL)
        return;
      text = g_bytes_get_data (inflated, &text_size);
    }
  pent_text_fields_add_take (reader->facts->texts, latin1_to_utf8 (data, n), make_utf8 (text, text_size));
}

static void
read_chunk (Reader *reader, const char *type, const guint8 *data, gsize size)
{
  if (memcmp (type, "acTL", 4) == 0)
    reader->facts->animated = TRUE;
  else if (memcmp (type, "eXIf", 4) == 0)
    pent_picture_facts_add_exif (reader->facts, data, size);
  else if (reader->facts->texts->fields->len >= MAX_TEXTS)
    return;
  else if (memcmp (type, "tEXt", 4) == 0)
    read_latin1_text (reader, data, size, FALSE);
  else if (memcmp (type, "zTXt", 4) == 0)
    read_latin1_text (reader, data, size, TRUE);
  else if (memcmp (type, "iTXt", 4) == 0)
    read_international_text (reader, data, size);
}

/**
 * pent_png_read_facts:
 * @data: a PNG file, from its signature on
 * @facts: (inout): what is found is filled in
 *
 * Reads everything but the pixels. A text that is damaged is left out: pixels
 * and the other texts may be whole.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where the file is cut short or has no
 *   header
 */
gboolean
pent_png_read_facts (const guint8 *data, gsize size, PentPictureFacts *facts, GError **error)
{
  Reader reader = { .facts = facts };
  gsize at = PENT_PNG_SIGNATURE_SIZE;

  while (size - at >= 12)
    {
      gsize length = read_u32 (data + at);
      const char *type = (const char *) data + at + 4;
      const guint8 *body = data + at + 8;
      if (length > size - at - 12)
        break;
      gboolean whole = crc32 (0, body - 4, length + 4) == read_u32 (body + length);

      if (at == PENT_PNG_SIGNATURE_SIZE)
        {
          if (!whole || length != 13 || memcmp (type, "IHDR", 4) != 0)
            break;
          facts->width = read_u32 (body);
          facts->height = read_u32 (body + 4);
        }
      else if (whole)
        read_chunk (&reader, type, body, length);
      if (memcmp (type, "IEND", 4) == 0)
        return TRUE;
      at += 12 + length;
    }
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, facts->width == 0
               ? _("the PNG picture has no header: use another copy of it.")
               : _("the PNG picture is cut short: use another copy of it."));
  return FALSE;
}

/**
 * pent_png_make_text:
 * @chunk_type: (out): "tEXt" where Latin-1 is enough, because other programs
 *   overlook the rest, else "iTXt"
 *
 * Returns: (transfer full): the chunk's data
 */
GBytes *
pent_png_make_text (const PentTextField *field, const char **chunk_type)
{
  gsize n_latin1 = 0;
  GByteArray *bytes = g_byte_array_new ();
  g_autofree char *latin1 = g_convert (field->text, -1, "ISO-8859-1", "UTF-8", NULL, &n_latin1, NULL);

  *chunk_type = latin1 != NULL ? "tEXt" : "iTXt";
  g_byte_array_append (bytes, (const guint8 *) field->keyword, strlen (field->keyword) + 1);
  if (latin1 != NULL)
    g_byte_array_append (bytes, (const guint8 *) latin1, n_latin1);
  else
    {
      static const guint8 plain_without_language[4];
      g_byte_array_append (bytes, plain_without_language, sizeof plain_without_language);
      g_byte_array_append (bytes, (const guint8 *) field->text, strlen (field->text));
    }
  return g_byte_array_free_to_bytes (bytes);
}
