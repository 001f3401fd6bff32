/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-files.h"

#include <string.h>

#include "pent-model-folder.h"

/* The folders of a model whose files decide its pictures; "" is its own. */
static const char *const parts[] = {
  "", "scheduler", "text_encoder", "text_encoder_2", "text_encoder_3", "tokenizer", "tokenizer_2", "tokenizer_3",
  "transformer", "unet", "vae",
};
static const char *const suffixes[] = { ".json", ".safetensors", ".txt" };

static void
model_file_free (gpointer data)
{
  PentModelFile *file = data;
  g_free (file->name);
  g_free (file->path);
  g_free (file);
}

static void
add_file (GPtrArray *files, const char *name, const char *path)
{
  PentModelFile *file = g_new (PentModelFile, 1);
  file->name = g_strdup (name);
  file->path = g_strdup (path);
  g_ptr_array_add (files, file);
}

static gboolean
has_suffix (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;
  return FALSE;
}

/* "model.fp16.safetensors" beside "model.safetensors" is not read. */
static gboolean
is_unused_variant (const char *folder, const char *name)
{
  const char *suffix = strrchr (name, '.');
  g_autofree char *stem = g_strndup (name, suffix - name);
  char *variant = strrchr (stem, '.');
  if (variant == NULL)
    return FALSE;
  *variant = '\0';
  g_autofree char *plain = g_strconcat (folder, "/", stem, suffix, NULL);
  return g_file_test (plain, G_FILE_TEST_EXISTS);
}

static void
add_folder (GPtrArray *files, const char *part, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    if (has_suffix (entry) && !is_unused_variant (folder, entry))
      {
        g_autofree char *name = g_build_filename (part, entry, NULL);
        g_autofree char *path = g_build_filename (folder, entry, NULL);
        add_file (files, name, path);
      }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const PentModelFile *const *) a)->name, (*(const PentModelFile *const *) b)->name);
}

/**
 * pent_model_files_list:
 * @path: a model's file or folder
 *
 * Says which files decide what a model paints: the file itself, or a folder's
 * configuration, vocabulary and weights, sorted by the bytes of their names.
 * A part that model_index.json takes from a model beside this one is listed
 * from there, under the name it would have here. Nothing is read but the index.
 *
 * Returns: (transfer full) (element-type PentModelFile): the files; none where
 *   nothing lies at @path
 */
GPtrArray *
pent_model_files_list (const char *path)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (model_file_free);
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        add_file (files, "", path);
      return files;
    }

  g_autofree char *index_path = g_build_filename (path, "model_index.json", NULL);
  g_autoptr (PentConfigFile) index = pent_config_file_open (index_path, NULL);
  add_folder (files, "", path);
  for (gsize i = 1; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *folder = NULL;
      if (pent_model_folder_find_part (path, index, parts[i], &folder, NULL) && folder != NULL)
        add_folder (files, parts[i], folder);
    }
  g_ptr_array_sort (files, compare_names);
  return files;
}
