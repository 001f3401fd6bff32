/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

#include "pent-error.h"

static char *
finish (struct sha256_ctx *sha)
{
  guint8 digest[SHA256_DIGEST_SIZE];
  GString *text = g_string_sized_new (2 * SHA256_DIGEST_SIZE);
  sha256_digest (sha, sizeof digest, digest);
  for (gsize i = 0; i < sizeof digest; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_string_free (text, FALSE);
}

/**
 * pent_image_hash:
 *
 * Names a picture by its pixels, so that the same pixels are found again in
 * whatever file they lie. Hashed are the line "WIDTHxHEIGHTxCHANNELSxBITS\n"
 * in decimal and the rows from the top, 16-bit samples low byte first.
 *
 * Returns: (transfer full): SHA-256, 64 hexadecimal digits
 */
char *
pent_image_hash (PentImage *image)
{
  struct sha256_ctx sha;
  g_autofree char *shape = g_strdup_printf ("%dx%dx%dx%d\n", image->width, image->height, image->channels, image->bits);

  sha256_init (&sha);
  sha256_update (&sha, strlen (shape), (const guint8 *) shape);
  if (image->bits == 8 || G_BYTE_ORDER == G_LITTLE_ENDIAN)
    sha256_update (&sha, image->stride * image->height, image->pixels);
  else
    for (gsize i = 0; i < image->stride * image->height; i += 2)
      {
        const guint8 sample[2] = { image->pixels[i + 1], image->pixels[i] };
        sha256_update (&sha, 2, sample);
      }
  return finish (&sha);
}

static gboolean
hash_contents (int fd, struct sha256_ctx *sha, GCancellable *cancellable, GError **error)
{
  const gsize block_size = 1 << 20;
  g_autofree guint8 *block = g_malloc (block_size);
  for (;;)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      gssize n = read (fd, block, block_size);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "cannot be read: %s.", g_strerror (errno));
          return FALSE;
        }
      if (n == 0)
        return TRUE;
      sha256_update (sha, n, block);
    }
}

/**
 * pent_file_hash:
 * @path: a regular file
 *
 * Returns: (transfer full): SHA-256 of its contents, 64 hexadecimal digits;
 *   %NULL with %PENT_ERROR_FILE, or %G_IO_ERROR_CANCELLED
 */
char *
pent_file_hash (const char *path, GCancellable *cancellable, GError **error)
{
  struct sha256_ctx sha;
  g_autofree char *name = g_filename_display_name (path);
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s: cannot be opened: %s.", name, g_strerror (errno));
      return NULL;
    }

  sha256_init (&sha);
  gboolean ok = hash_contents (fd, &sha, cancellable, error);
  close (fd);
  if (!ok)
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  return finish (&sha);
}
