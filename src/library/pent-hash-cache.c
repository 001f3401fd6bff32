/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-hash-cache.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-hash.h"
#include "pent-json.h"
#include "pent-model-files.h"

#define MAX_CACHE_FILE (4u << 20)
#define MAX_ENTRIES    512u
#define HASH_DIGITS    64u

struct _PentHashCache
{
  char       *path;
  GHashTable *hashes;   /* from "PATH\nSIZE\nTIME\nINODE" to the hash */
  gboolean    changed;
};

static void
load (PentHashCache *self)
{
  g_autoptr (GBytes) contents = pent_file_read (self->path, MAX_CACHE_FILE, NULL);
  if (contents == NULL)
    return;
  gsize size;
  const char *text = g_bytes_get_data (contents, &size);
  g_autoptr (JsonNode) node = pent_json_parse (text, size, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;

  JsonObjectIter iter;
  const char *key;
  JsonNode *value;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      const char *hash = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_string (value) : NULL;
      if (hash != NULL && strlen (hash) == HASH_DIGITS && strspn (hash, "0123456789abcdef") == HASH_DIGITS)
        g_hash_table_insert (self->hashes, g_strdup (key), g_strdup (hash));
    }
}

static void
save (PentHashCache *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->hashes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (object, key, value);
  json_node_take_object (node, object);

  g_autofree char *text = pent_json_print (node, TRUE);
  g_autofree char *folder = g_path_get_dirname (self->path);
  gsize size = strlen (text);
  g_autoptr (GBytes) contents = g_bytes_new_take (g_steal_pointer (&text), size);
  g_autoptr (GError) error = NULL;
  g_mkdir_with_parents (folder, 0700);
  if (!pent_file_write (self->path, contents, FALSE, &error))
    g_debug ("hashes are not kept: %s", error->message);
}

/**
 * pent_hash_cache_new:
 *
 * Returns: (transfer full): what pentimento/hashes.json in the user's cache
 *   folder holds
 */
PentHashCache *
pent_hash_cache_new (void)
{
  PentHashCache *self = g_new0 (PentHashCache, 1);
  self->path = g_build_filename (g_get_user_cache_dir (), "pentimento", "hashes.json", NULL);
  self->hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  load (self);
  return self;
}

/**
 * pent_hash_cache_free:
 *
 * Stores what is new.
 */
void
pent_hash_cache_free (PentHashCache *self)
{
  if (self->changed)
    save (self);
  g_hash_table_unref (self->hashes);
  g_free (self->path);
  g_free (self);
}

/* Names the state of a file; %NULL if it is not a regular one. The key is valid
 * UTF-8 so that JSON can hold it. */
static char *
make_key (const char *path)
{
  struct stat st;
  if (stat (path, &st) < 0 || !S_ISREG (st.st_mode))
    return NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *escaped = g_uri_escape_string (absolute, "/ ", FALSE);
  return g_strdup_printf ("%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT ".%09ld\n%" G_GUINT64_FORMAT, escaped,
                          (gint64) st.st_size, (gint64) st.st_mtim.tv_sec, (long) st.st_mtim.tv_nsec,
                          (guint64) st.st_ino);
}

/* @compute: hash what is not in the cache; else give up with no error. */
static char *
hash_file (PentHashCache *self, const char *path, gboolean compute, GCancellable *cancellable, GError **error)
{
  g_autofree char *key = make_key (path);
  const char *known = key != NULL ? g_hash_table_lookup (self->hashes, key) : NULL;
  if (known != NULL || !compute)
    return g_strdup (known);

  char *hash = pent_file_hash (path, cancellable, error);
  if (hash == NULL || key == NULL)
    return hash;
  /* Old states of files are never asked for again, and which entries they are
   * is not worth knowing: a full cache starts anew. */
  if (g_hash_table_size (self->hashes) >= MAX_ENTRIES)
    g_hash_table_remove_all (self->hashes);
  g_hash_table_insert (self->hashes, g_steal_pointer (&key), g_strdup (hash));
  self->changed = TRUE;
  return hash;
}

static char *
hash_folder (PentHashCache *self, const char *path, gboolean compute, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) files = pent_model_files_list (path);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < files->len; i++)
    {
      const PentModelFile *file = g_ptr_array_index (files, i);
      g_autofree char *hash = hash_file (self, file->path, compute, cancellable, error);
      if (hash == NULL)
        return NULL;
      g_autofree char *line = g_strconcat (hash, "  ", file->name, "\n", NULL);
      g_checksum_update (sum, (const guchar *) line, -1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

static char *
hash_model (PentHashCache *self, const char *path, gboolean compute, GCancellable *cancellable, GError **error)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR) ? hash_folder (self, path, compute, cancellable, error)
                                                : hash_file (self, path, compute, cancellable, error);
}

/**
 * pent_hash_cache_find_model:
 *
 * Returns: (transfer full) (nullable): as pent_hash_cache_hash_model(), but
 *   only where no file need be read for it
 */
char *
pent_hash_cache_find_model (PentHashCache *self, const char *path)
{
  return hash_model (self, path, FALSE, NULL, NULL);
}

/**
 * pent_hash_cache_hash_model:
 * @path: a model's file or folder
 *
 * A file's hash is the SHA-256 of its contents, as everyone has it. A folder's
 * is the SHA-256 of what
 *
 *   sha256sum FILE...
 *
 * prints for its configuration, vocabulary and weight files, named from the
 * folder and sorted by bytes; a part that it takes from a model beside it is
 * named as if it lay in the folder (see pent_model_files_list()).
 *
 * Returns: (transfer full): 64 hexadecimal digits; %NULL with %PENT_ERROR_FILE
 *   or %G_IO_ERROR_CANCELLED
 */
char *
pent_hash_cache_hash_model (PentHashCache *self, const char *path, GCancellable *cancellable, GError **error)
{
  return hash_model (self, path, TRUE, cancellable, error);
}
