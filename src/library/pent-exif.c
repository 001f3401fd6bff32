/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exif 2.32 in a TIFF 6.0 structure:
 *   1. "II" or "MM", the number 42, the offset of the first directory (IFD0)
 *   2. a directory: u16 number of entries, the entries, u32 next directory
 *   3. an entry: u16 tag, u16 type, u32 number of values, and in 4 bytes the
 *      values themselves or their offset
 * Two things are read: Orientation in IFD0 and UserComment in the Exif
 * directory that IFD0 points to. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-exif.h"

#include <string.h>

#define TAG_ORIENTATION  0x0112
#define TAG_EXIF_IFD     0x8769
#define TAG_EXIF_VERSION 0x9000
#define TAG_USER_COMMENT 0x9286

#define TYPE_SHORT     3
#define TYPE_LONG      4
#define TYPE_UNDEFINED 7

#define COMMENT_CODE_SIZE 8

typedef struct
{
  const guint8 *data;
  gsize         size;
  gboolean      big_endian;
} Tiff;

/* 0 outside the data: no offset or count of ours is that small. */
static guint32
read_number (const Tiff *tiff, gsize offset, gsize n_bytes)
{
  guint32 value = 0;
  if (offset > tiff->size || tiff->size - offset < n_bytes)
    return 0;
  for (gsize i = 0; i < n_bytes; i++)
    value = (value << 8) | tiff->data[offset + (tiff->big_endian ? i : n_bytes - 1 - i)];
  return value;
}

/* The offset of the entry of @tag in the directory at @directory, or 0. */
static gsize
find_entry (const Tiff *tiff, gsize directory, guint32 tag, guint32 type)
{
  guint32 n = read_number (tiff, directory, 2);
  for (guint32 i = 0; i < n; i++)
    {
      gsize entry = directory + 2 + (gsize) i * 12;
      if (entry > tiff->size || tiff->size - entry < 12)
        return 0;
      if (read_number (tiff, entry, 2) == tag && read_number (tiff, entry + 2, 2) == type)
        return entry;
    }
  return 0;
}

static gboolean
open_tiff (Tiff *tiff, const guint8 *data, gsize size)
{
  static const char prefix[] = "Exif\0";
  if (size >= 6 && memcmp (data, prefix, 6) == 0)
    {
      data += 6;
      size -= 6;
    }
  if (size < 8 || data[0] != data[1] || (data[0] != 'I' && data[0] != 'M'))
    return FALSE;
  *tiff = (Tiff) { data, size, data[0] == 'M' };
  return read_number (tiff, 2, 2) == 42;
}

/* UTF-16 is big-endian as piexif writes it, whatever the structure's order;
 * others write the structure's. Recipes are full of ASCII, so the order that
 * gives more of it is the right one. */
static char *
decode_utf16 (const guint8 *data, gsize size)
{
  gsize n = size / 2, n_big = 0, n_little = 0;
  g_autofree gunichar2 *units = g_new (gunichar2, n + 1);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      n_big += data[2 * i] == 0;
      n_little += data[2 * i + 1] == 0;
    }
  gboolean little = n_little > n_big;
  for (gsize i = 0; i < n; i++)
    units[i] = little ? data[2 * i] | data[2 * i + 1] << 8 : data[2 * i] << 8 | data[2 * i + 1];

  for (gsize i = 0; i < n; i++)
    {
      gunichar c = units[i];
      if (c >= 0xd800 && c < 0xdc00 && i + 1 < n && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000)
        c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00);
      else if (c >= 0xd800 && c < 0xe000)
        c = 0xfffd;
      if (c == 0)
        break;
      if (c != 0xfeff || i > 0)
        g_string_append_unichar (text, c);
    }
  return g_string_free (text, FALSE);
}

static char *
decode_bytes (const guint8 *data, gsize size)
{
  gsize n = strnlen ((const char *) data, size);
  if (g_utf8_validate_len ((const char *) data, n, NULL))
    return g_strndup ((const char *) data, n);
  return g_convert ((const char *) data, n, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

static char *
read_comment (const Tiff *tiff, gsize directory)
{
  gsize entry = find_entry (tiff, directory, TAG_USER_COMMENT, TYPE_UNDEFINED);
  if (entry == 0)
    return NULL;

  gsize size = read_number (tiff, entry + 4, 4);
  gsize offset = read_number (tiff, entry + 8, 4);
  if (size <= COMMENT_CODE_SIZE || offset > tiff->size || tiff->size - offset < size)
    return NULL;

  const guint8 *code = tiff->data + offset;
  const guint8 *text = code + COMMENT_CODE_SIZE;
  size -= COMMENT_CODE_SIZE;
  gboolean is_utf16 = memcmp (code, "UNICODE", COMMENT_CODE_SIZE) == 0;
  if (is_utf16 && memchr (text, 0, size) == NULL && g_utf8_validate_len ((const char *) text, size, NULL))
    is_utf16 = FALSE;
  return is_utf16 ? decode_utf16 (text, size) : decode_bytes (text, size);
}

/**
 * pent_exif_read:
 * @data: Exif data, with or without "Exif\0\0" before it
 * @orientation: (out): 1 to 8 as Exif counts; 1 (upright) where nothing is said
 * @comment: (out) (transfer full) (nullable): the UserComment as UTF-8
 *
 * Damaged data is as good as none.
 */
void
pent_exif_read (const guint8 *data, gsize size, int *orientation, char **comment)
{
  Tiff tiff;

  *orientation = 1;
  *comment = NULL;
  if (!open_tiff (&tiff, data, size))
    return;

  gsize ifd0 = read_number (&tiff, 4, 4);
  gsize entry = find_entry (&tiff, ifd0, TAG_ORIENTATION, TYPE_SHORT);
  if (entry != 0)
    {
      guint32 value = read_number (&tiff, entry + 8, 2);
      *orientation = value >= 1 && value <= 8 ? value : 1;
    }
  entry = find_entry (&tiff, ifd0, TAG_EXIF_IFD, TYPE_LONG);
  if (entry != 0)
    *comment = read_comment (&tiff, read_number (&tiff, entry + 8, 4));
}

static void
append_number (GByteArray *bytes, guint32 value, guint n_bytes)
{
  for (guint i = n_bytes; i-- > 0;)
    {
      guint8 byte = value >> (8 * i);
      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
append_entry (GByteArray *bytes, guint32 tag, guint32 type, guint32 count, guint32 value)
{
  append_number (bytes, tag, 2);
  append_number (bytes, type, 2);
  append_number (bytes, count, 4);
  append_number (bytes, value, 4);
}

/**
 * pent_exif_write:
 * @comment: UTF-8, below a gigabyte
 *
 * Returns: (transfer full): a big-endian TIFF structure, without "Exif\0\0",
 *   with @comment as UserComment: "UNICODE\0" and UTF-16BE, the form that
 *   A1111 (through piexif) writes and everyone reads
 */
GBytes *
pent_exif_write (const char *comment)
{
  const guint32 exif_ifd = 8 + 2 + 12 + 4;
  const guint32 text = exif_ifd + 2 + 2 * 12 + 4;
  GByteArray *bytes = g_byte_array_new ();
  glong n_units;
  g_autofree gunichar2 *units = g_utf8_to_utf16 (comment, -1, NULL, &n_units, NULL);

  if (units == NULL)
    n_units = 0;
  g_byte_array_append (bytes, (const guint8 *) "MM", 2);
  append_number (bytes, 42, 2);
  append_number (bytes, 8, 4);

  append_number (bytes, 1, 2);
  append_entry (bytes, TAG_EXIF_IFD, TYPE_LONG, 1, exif_ifd);
  append_number (bytes, 0, 4);

  append_number (bytes, 2, 2);
  append_entry (bytes, TAG_EXIF_VERSION, TYPE_UNDEFINED, 4, 0x30323332);
  append_entry (bytes, TAG_USER_COMMENT, TYPE_UNDEFINED, COMMENT_CODE_SIZE + 2 * n_units, text);
  append_number (bytes, 0, 4);

  g_byte_array_append (bytes, (const guint8 *) "UNICODE", COMMENT_CODE_SIZE);
  for (glong i = 0; i < n_units; i++)
    append_number (bytes, units[i], 2);
  return g_byte_array_free_to_bytes (bytes);
}
