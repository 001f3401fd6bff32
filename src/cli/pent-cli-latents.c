/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-latents.h"

#include <string.h>

#include "pent-error.h"
#include "pent-file.h"

void
pent_cli_latents_init (PentCliLatents *self)
{
  *self = (PentCliLatents) { .values = g_byte_array_new () };
}

void
pent_cli_latents_clear (PentCliLatents *self)
{
  g_clear_pointer (&self->values, g_byte_array_unref);
}

/**
 * pent_cli_latents_add:
 * @picture: of the same size as those before it
 *
 * Returns: %FALSE with %PENT_ERROR_MEMORY where the file would pass 2 GiB
 */
gboolean
pent_cli_latents_add (PentCliLatents *self, const PentPicture *picture, GError **error)
{
  gsize n = (gsize) picture->latent_channels * picture->latent_height * picture->latent_width;
  if (n * sizeof (float) > G_MAXINT - MIN (self->values->len, G_MAXINT))
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_MEMORY,
                           "The latents of so many pictures do not fit in one file: lower --count.");
      return FALSE;
    }
  self->count++;
  self->channels = picture->latent_channels;
  self->height = picture->latent_height;
  self->width = picture->latent_width;
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;
      memcpy (&bits, &picture->latents[i], sizeof bits);
      bits = GUINT32_TO_LE (bits);
      g_byte_array_append (self->values, (const guint8 *) &bits, sizeof bits);
    }
  return TRUE;
}

/**
 * pent_cli_latents_write:
 *
 * Writes one tensor "latents" (count, channels, height, width), f32.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE
 */
gboolean
pent_cli_latents_write (PentCliLatents *self, const char *path, GError **error)
{
  g_autoptr (GString) header = g_string_new (NULL);
  g_string_append_printf (header, "{\"latents\":{\"dtype\":\"F32\",\"shape\":[%d,%d,%d,%d],\"data_offsets\":[0,%u]}}",
                          self->count, self->channels, self->height, self->width, self->values->len);
  /* Tensors start at a multiple of 8 bytes; the length itself has 8. */
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');

  guint64 size = GUINT64_TO_LE ((guint64) header->len);
  GByteArray *file = g_byte_array_sized_new (sizeof size + header->len + self->values->len);
  g_byte_array_append (file, (const guint8 *) &size, sizeof size);
  g_byte_array_append (file, (const guint8 *) header->str, header->len);
  g_byte_array_append (file, self->values->data, self->values->len);
  g_autoptr (GBytes) contents = g_byte_array_free_to_bytes (file);
  return pent_file_write (path, contents, TRUE, error);
}
