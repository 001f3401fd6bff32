/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-checkpoint-private.h"

#include "pent-error.h"
#include "pent-mapping.h"

#include <errno.h>
#include <unistd.h>

#define BLOCK (1024 * 1024)

static gboolean
add_descriptor (GChecksum *sum, int fd, const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree guchar *block = g_malloc (BLOCK);
  ssize_t n;

  do
    {
      if (g_cancellable_is_cancelled (cancellable))
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_CANCELLED, "Cancelled");
          return FALSE;
        }
      n = read (fd, block, BLOCK);
      if (n > 0)
        g_checksum_update (sum, block, n);
    }
  while (n > 0 || (n < 0 && errno == EINTR));
  if (n < 0)
    {
      g_autofree char *shown = g_filename_display_name (path);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be read (%s): check the disk", shown,
                   g_strerror (errno));
    }
  return n == 0;
}

static gboolean
add_file (GChecksum *sum, const char *path, GCancellable *cancellable, GError **error)
{
  int fd = pent_open_regular_file (path, NULL, error);
  gboolean added;

  if (fd < 0)
    return FALSE;
  added = add_descriptor (sum, fd, path, cancellable, error);
  close (fd);
  return added;
}

/**
 * pent_checkpoint_hash:
 * @cancellable: (nullable): stops the reading within a mebibyte
 *
 * Reads the whole model once. A single file's hash is that of its bytes, as
 * other programs write it into pictures. A folder's is that of the bytes of
 * its weight files one after the other: text encoder, UNet, VAE, and the
 * shards of one component by the order of their names' bytes. A VAE given
 * apart does not count.
 *
 * Returns: (transfer full): SHA-256 in 64 hexadecimal digits, or %NULL with
 *   %PENT_ERROR_FILE or %PENT_ERROR_CANCELLED
 */
char *
pent_checkpoint_hash (PentCheckpoint *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < self->weight_paths->len; i++)
    if (!add_file (sum, self->weight_paths->pdata[i], cancellable, error))
      return NULL;
  return g_strdup (g_checksum_get_string (sum));
}
