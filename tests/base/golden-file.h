/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <string.h>

/* A list of cases and the little-endian floats that belong to them, as
 * the make-...goldens.py scripts write them into a folder's golden/. */

static inline GStrv
golden_lines (const char *folder, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, folder, "golden", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_strchomp (text);
  return g_strsplit (text, "\n", -1);
}

static inline GBytes *
golden_floats (const char *folder, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, folder, "golden", name, NULL);
  char *data = NULL;
  gsize size;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
#if G_BYTE_ORDER == G_BIG_ENDIAN
  for (gsize i = 0; i + 4 <= size; i += 4)
    {
      guint32 word;
      memcpy (&word, data + i, 4);
      word = GUINT32_SWAP_LE_BE (word);
      memcpy (data + i, &word, 4);
    }
#endif
  return g_bytes_new_take (data, size);
}

static inline const float *
golden_take (GBytes *bytes, gsize *offset, gsize n)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint (*offset + n * sizeof (float), <=, size);
  const float *floats = (const float *) (data + *offset);
  *offset += n * sizeof (float);
  return floats;
}
