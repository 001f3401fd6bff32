/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe names its model by content. Here it is found again, wherever it lies
 * now: where it lay when it was used, beside that, in the folders where models
 * usually are, the starter model among them. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-finder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pent-data-dir.h"
#include "pent-error.h"
#include "pent-hash-cache.h"
#include "pent-shipped-model.h"

#define MAX_CANDIDATES 4096
#define MAX_DEPTH      4

typedef struct
{
  PentHashCache *cache;
  const char    *hash;
  const char    *name;
  GPtrArray     *candidates;   /* of char *: paths, the likeliest first */
} Search;

static gboolean
is_model_folder (const char *path)
{
  g_autofree char *index = g_build_filename (path, "model_index.json", NULL);
  return g_file_test (index, G_FILE_TEST_IS_REGULAR);
}

static void
add_candidate (Search *self, const char *path)
{
  if (self->candidates->len < MAX_CANDIDATES &&
      !g_ptr_array_find_with_equal_func (self->candidates, path, g_str_equal, NULL))
    g_ptr_array_add (self->candidates, g_strdup (path));
}

static void
add_folder (Search *self, const char *folder, int depth)
{
  g_autoptr (GDir) dir = depth < MAX_DEPTH ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && self->candidates->len < MAX_CANDIDATES)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (*name == '.')
        continue;
      if (g_str_has_suffix (name, ".safetensors") || is_model_folder (path))
        add_candidate (self, path);
      else if (g_file_test (path, G_FILE_TEST_IS_DIR))
        add_folder (self, path, depth + 1);
    }
}

/**
 * pent_model_known_folders:
 *
 * Returns: (transfer full) (array zero-terminated=1): where models usually lie:
 *   our own folder, those of other programs, and the Hugging Face cache; none
 *   of them need exist
 */
char **
pent_model_known_folders (void)
{
  static const char *const in_home[] = {
    "ComfyUI/models", "stable-diffusion-webui/models", "models",
  };
  const char *hub = g_getenv ("HF_HUB_CACHE"), *hugging = g_getenv ("HF_HOME");
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "pentimento", "models", NULL);
  g_autofree char *cache = hub != NULL ? g_strdup (hub)
    : hugging != NULL ? g_build_filename (hugging, "hub", NULL)
                      : g_build_filename (g_get_home_dir (), ".cache", "huggingface", "hub", NULL);

  g_strv_builder_add (folders, own);
  for (gsize i = 0; i < G_N_ELEMENTS (in_home); i++)
    {
      g_autofree char *folder = g_build_filename (g_get_home_dir (), in_home[i], NULL);
      g_strv_builder_add (folders, folder);
    }
  g_strv_builder_add (folders, cache);
  return g_strv_builder_end (folders);
}

static void
add_known_folders (Search *self)
{
  g_auto (GStrv) folders = pent_model_known_folders ();
  for (char **folder = folders; *folder != NULL; folder++)
    add_folder (self, *folder, 0);
}

static gboolean
add_used (Search *self, PentLibrary *library, GError **error)
{
  if (library == NULL)
    return TRUE;
  g_autoptr (GPtrArray) paths = pent_library_find_models (library, self->hash, error);
  if (paths == NULL)
    return FALSE;
  for (guint i = 0; i < paths->len; i++)
    if (g_file_test (g_ptr_array_index (paths, i), G_FILE_TEST_EXISTS))
      add_candidate (self, g_ptr_array_index (paths, i));
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *folder = g_path_get_dirname (g_ptr_array_index (paths, i));
      add_folder (self, folder, MAX_DEPTH - 2);
    }
  return TRUE;
}

/* Other programs write the first ten digits. */
static gboolean
matches (const Search *self, const char *hash)
{
  return hash != NULL && strlen (self->hash) >= 10 && g_str_has_prefix (hash, self->hash);
}

static gboolean
has_name (const Search *self, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  return self->name != NULL && g_str_has_prefix (base, self->name);
}

/* What is hashed already, then what has the right name, then everything. */
static char *
search (Search *self, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->candidates->len; i++)
    {
      g_autofree char *hash = pent_hash_cache_find_model (self->cache, g_ptr_array_index (self->candidates, i));
      if (matches (self, hash))
        return g_strdup (g_ptr_array_index (self->candidates, i));
    }
  for (int named = 1; named >= 0; named--)
    for (guint i = 0; i < self->candidates->len; i++)
      {
        const char *path = g_ptr_array_index (self->candidates, i);
        if (has_name (self, path) != named)
          continue;
        g_autofree char *hash = pent_hash_cache_hash_model (self->cache, path, cancellable, NULL);
        if (g_cancellable_set_error_if_cancelled (cancellable, error))
          return NULL;
        if (matches (self, hash))
          return g_strdup (path);
      }
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
               _("The model %s%s(hash %.10s) was not found where it was used nor in the known folders: add its "
                 "folder to the models, or name it with --model."),
               self->name != NULL ? self->name : "", self->name != NULL ? " " : "", self->hash);
  return NULL;
}

/**
 * pent_model_find:
 * @library: (nullable): knows where models lay
 * @hash: 64 digits, or their first ten
 * @name: (nullable): the model's name, which only says where to look first
 *
 * May read whole models, of which the hashes are kept for the next time.
 *
 * Returns: (transfer full): where a model with this hash lies; %NULL with
 *   %PENT_ERROR_FILE or %G_IO_ERROR_CANCELLED
 */
char *
pent_model_find (PentLibrary *library, const char *hash, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (PentHashCache) cache = pent_hash_cache_new ();
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);
  Search self = { .cache = cache, .hash = hash, .name = name, .candidates = candidates };

  for (gsize i = 0; pent_shipped_models[i] != NULL; i++)
    {
      g_autofree char *path = pent_data_path (pent_shipped_models[i], NULL);
      if (path != NULL)
        add_candidate (&self, path);
    }
  if (!add_used (&self, library, error))
    return NULL;
  add_known_folders (&self);
  return search (&self, cancellable, error);
}
