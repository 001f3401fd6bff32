/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-pipeline-file.h"

#include <string.h>

#define MAGIC "PENTVKC1"
#define DIGEST_SIZE 32

/* No driver's data come near this. */
#define MAX_SIZE (256 * 1024 * 1024)

typedef struct
{
  char    magic[8];
  guint8  uuid[VK_UUID_SIZE];
  guint32 driver_version;
  guint8  digest[DIGEST_SIZE];
} Header;

G_STATIC_ASSERT (sizeof (Header) == 60);

static Header
make_header (const PentVkFacts *facts, const guint8 *data, gsize size)
{
  Header header = { .driver_version = GUINT32_TO_LE (facts->driver_version) };
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = DIGEST_SIZE;

  memcpy (header.magic, MAGIC, sizeof header.magic);
  memcpy (header.uuid, facts->uuid, sizeof header.uuid);
  g_checksum_update (checksum, data, size);
  g_checksum_get_digest (checksum, header.digest, &length);
  return header;
}

/**
 * pent_vk_cache_path:
 * @kind: the name's end
 *
 * Returns: (transfer full): where a file for that device and driver is kept
 */
char *
pent_vk_cache_path (const PentVkFacts *facts, const char *kind)
{
  g_autoptr (GString) name = g_string_new ("vulkan-");

  for (int i = 0; i < VK_UUID_SIZE; i++)
    g_string_append_printf (name, "%02x", facts->uuid[i]);
  g_string_append_printf (name, "-%08x.%s", facts->driver_version, kind);
  return g_build_filename (g_get_user_cache_dir (), "pentimento", name->str, NULL);
}

/* The data begin with a header of Vulkan's own: its length, its version and
 * whom they are for, the same for every driver. */
static gboolean
is_for_device (const PentVkFacts *facts, const guint8 *data, gsize size)
{
  VkPipelineCacheHeaderVersionOne own;

  if (size < sizeof own)
    return FALSE;
  memcpy (&own, data, sizeof own);
  return own.headerSize >= sizeof own && own.headerSize <= size
         && own.headerVersion == VK_PIPELINE_CACHE_HEADER_VERSION_ONE && own.vendorID == facts->vendor_id
         && own.deviceID == facts->device_id && memcmp (own.pipelineCacheUUID, facts->uuid, VK_UUID_SIZE) == 0;
}

/**
 * pent_vk_pipeline_file_read:
 *
 * Returns: (transfer full) (nullable): the driver's data; %NULL if there is no
 *   file, or it is not whole or not this driver's
 */
GBytes *
pent_vk_pipeline_file_read (const PentVkFacts *facts)
{
  g_autofree char *path = pent_vk_cache_path (facts, "cache");
  g_autofree char *bytes = NULL;
  gsize size;
  if (!g_file_get_contents (path, &bytes, &size, NULL) || size <= sizeof (Header) || size > MAX_SIZE)
    return NULL;

  const guint8 *data = (const guint8 *) bytes + sizeof (Header);
  size -= sizeof (Header);
  Header expected = make_header (facts, data, size);
  if (memcmp (bytes, &expected, sizeof expected) != 0 || !is_for_device (facts, data, size))
    return NULL;
  return g_bytes_new (data, size);
}

/**
 * pent_vk_pipeline_file_write:
 *
 * Replaces the file as a whole. Failure is not worth a word: the shaders are
 * compiled again next time.
 */
void
pent_vk_pipeline_file_write (const PentVkFacts *facts, const guint8 *data, gsize size)
{
  g_autofree char *path = pent_vk_cache_path (facts, "cache");
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GByteArray) content = g_byte_array_new ();
  Header header = make_header (facts, data, size);

  if (size > MAX_SIZE - sizeof header || g_mkdir_with_parents (folder, 0700) != 0)
    return;
  g_byte_array_append (content, (const guint8 *) &header, sizeof header);
  g_byte_array_append (content, data, size);
  g_file_set_contents_full (path, (const char *) content->data, content->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}
