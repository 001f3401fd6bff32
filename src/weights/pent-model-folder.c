/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Where the parts of a diffusers folder lie.
 *
 *   model_index.json             "part": ["library", "Class"], or [null, null]
 *                                for a part that the model does without
 *   PART/config.json
 *   PART/STEM.safetensors        or STEM.safetensors.index.json and the shards
 *                                it names, or STEM.fp16.safetensors
 *
 * with STEM diffusion_pytorch_model or model. Besides, a model that shares
 * parts with another one beside it may say "part": "../OTHER/PART": in the
 * folder OTHER next to its own. Nothing farther away can be named.
 *
 * Beside diffusers' parts a model may have a folder preview_decoder, with the
 * config.json and the decoder of an AutoencoderTiny.
 */

#include "pent-model-folder.h"

#include "pent-error.h"
#include "pent-file-read.h"
#include "pent-json-scanner.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_SHARDS      64
#define MAX_INDEX_BYTES (16 * 1024 * 1024)
#define MAX_INDEX_NAMES 65536

static gboolean
is_plain_name (const char *name)
{
  return *name != '\0' && *name != '.' && strlen (name) < 256 && strpbrk (name, "/\\") == NULL;
}

/* "../OTHER/PART", else NULL */
static char *
resolve_reference (const char *folder, const char *reference)
{
  g_auto (GStrv) pieces = g_strsplit (reference, "/", 4);
  g_autofree char *whole = NULL;
  g_autofree char *parent = NULL;

  if (g_strv_length (pieces) != 3 || strcmp (pieces[0], "..") != 0 || !is_plain_name (pieces[1])
      || !is_plain_name (pieces[2]))
    return NULL;
  whole = g_canonicalize_filename (folder, NULL);
  parent = g_path_get_dirname (whole);
  return g_build_filename (parent, pieces[1], pieces[2], NULL);
}

/**
 * pent_model_folder_find_part:
 * @folder: a model's folder
 * @index: (nullable): its model_index.json
 * @part: "unet", "vae", ...
 * @part_folder: (out) (nullable): the folder that holds it, or %NULL if the
 *   model has no such part
 *
 * Returns: %FALSE with %PENT_ERROR_FILE if the index names a place that
 *   cannot be used
 */
gboolean
pent_model_folder_find_part (const char      *folder,
                             PentConfigFile  *index,
                             const char      *part,
                             char           **part_folder,
                             GError         **error)
{
  JsonNode *node = index != NULL ? json_object_get_member (pent_config_file_get_object (index), part) : NULL;
  g_autofree char *found = g_build_filename (folder, part, NULL);
  g_autofree char *shown = g_filename_display_name (folder);

  *part_folder = NULL;
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      const char *reference = json_node_get_string (node);

      g_free (found);
      found = resolve_reference (folder, reference);
      if (found == NULL)
        {
          g_autofree char *escaped = g_strescape (reference, NULL);
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                       _("%s: model_index.json takes '%s' from '%.80s', and only a folder beside the "
                       "model's own can be named, as '../OTHER/%s'"),
                       shown, part, escaped, part);
          return FALSE;
        }
      if (!g_file_test (found, G_FILE_TEST_IS_DIR))
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                       _("%s: model_index.json takes '%s' from '%.80s', which does not exist: "
                       "put the other model beside this one"),
                       shown, part, reference);
          return FALSE;
        }
    }
  if (g_file_test (found, G_FILE_TEST_IS_DIR))
    *part_folder = g_steal_pointer (&found);
  return TRUE;
}

static gboolean
add_shard (GPtrArray *paths, const char *part_folder, const char *name)
{
  g_autofree char *path = g_build_filename (part_folder, name, NULL);

  if (!is_plain_name (name) || !g_str_has_suffix (name, ".safetensors"))
    return FALSE;
  if (g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
    return TRUE;
  if (paths->len == MAX_SHARDS)
    return FALSE;
  g_ptr_array_add (paths, g_steal_pointer (&path));
  return TRUE;
}

/* The object that maps tensors to files, of which the files are kept. */
static void
read_weight_map (PentJsonScanner *json, const char *part_folder, GPtrArray *paths)
{
  g_autoptr (GString) name = g_string_new (NULL);

  pent_json_scanner_begin_object (json);
  for (guint n = 0; pent_json_scanner_next_member (json, NULL); n++)
    if (n == MAX_INDEX_NAMES)
      pent_json_scanner_fail (json, "it lists more than 65,536 tensors");
    else if (pent_json_scanner_read_string (json, name) && !add_shard (paths, part_folder, name->str))
      pent_json_scanner_fail (json, "it names a file that is not a safetensors file in the same folder, or too many");
}

static gboolean
read_index (PentJsonScanner *json, const char *part_folder, GPtrArray *paths)
{
  g_autoptr (GString) key = g_string_new (NULL);

  pent_json_scanner_begin_object (json);
  while (pent_json_scanner_next_member (json, key))
    if (strcmp (key->str, "weight_map") == 0)
      read_weight_map (json, part_folder, paths);
    else
      pent_json_scanner_skip (json, 8);
  if (paths->len == 0)
    pent_json_scanner_fail (json, "it names no files");
  return pent_json_scanner_finish (json);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
find_shards (const char *part_folder, const char *index_path, GPtrArray *paths, GError **error)
{
  PentJsonScanner json;
  g_autofree char *shown = g_filename_display_name (index_path);
  g_autofree char *text = NULL;
  gsize length = 0;

  text = pent_read_small_file (index_path, MAX_INDEX_BYTES, &length, error);
  if (text == NULL)
    return FALSE;
  pent_json_scanner_init (&json, text, length, MAX_INDEX_NAMES);
  if (!read_index (&json, part_folder, paths))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s is damaged (%s): download it again"),
                   shown, json.problem);
      return FALSE;
    }
  g_ptr_array_sort (paths, compare_paths);
  return TRUE;
}

/* For a folder without any of the usual names: its one safetensors file, or
 * what it holds instead. */
static gboolean
find_other_weights (const char *part_folder, GPtrArray *paths, GError **error)
{
  g_autofree char *shown = g_filename_display_name (part_folder);
  g_autoptr (GDir) dir = g_dir_open (part_folder, 0, NULL);
  gboolean pickle = FALSE;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && paths->len < MAX_SHARDS)
    {
      if (g_str_has_suffix (name, ".safetensors"))
        g_ptr_array_add (paths, g_build_filename (part_folder, name, NULL));
      pickle |= g_str_has_suffix (name, ".bin") || g_str_has_suffix (name, ".ckpt")
                || g_str_has_suffix (name, ".pt") || g_str_has_suffix (name, ".pth");
    }
  if (paths->len == 1)
    return TRUE;
  if (paths->len > 1)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s holds several safetensors files, none of them named as diffusers does: "
                 "choose one file"), shown);
  else if (pickle)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s holds its weights as a pickle only, which could run code when it is opened: "
                 "convert it to safetensors"), shown);
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s holds no safetensors file: download the model again"), shown);
  return FALSE;
}

/**
 * pent_model_folder_find_weights:
 * @part_folder: a folder with one part of a model
 * @paths: (out) (element-type filename): what to open, in an order that does
 *   not depend on the file system
 *
 * The plain files come before their fp16 versions.
 */
gboolean
pent_model_folder_find_weights (const char *part_folder, GPtrArray *paths, GError **error)
{
  static const char *const stems[] = { "diffusion_pytorch_model", "model" };
  static const struct { const char *suffix; gboolean shards; } versions[] = {
    { ".safetensors", FALSE },      { ".safetensors.index.json", TRUE },
    { ".fp16.safetensors", FALSE }, { ".safetensors.index.fp16.json", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    for (guint j = 0; j < G_N_ELEMENTS (stems); j++)
      {
        g_autofree char *name = g_strconcat (stems[j], versions[i].suffix, NULL);
        g_autofree char *path = g_build_filename (part_folder, name, NULL);

        if (!g_file_test (path, G_FILE_TEST_EXISTS))
          continue;
        if (versions[i].shards)
          return find_shards (part_folder, path, paths, error);
        g_ptr_array_add (paths, g_steal_pointer (&path));
        return TRUE;
      }
  return find_other_weights (part_folder, paths, error);
}
