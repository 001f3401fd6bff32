/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-checkpoint-private.h"
#include "pent-component-config.h"
#include "pent-error.h"
#include "pent-ldm-names.h"
#include "pent-model-folder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/**
 * pent_component_name:
 *
 * Returns: the component in words, to follow "the"
 */
const char *
pent_component_name (PentComponent component)
{
  static const char *const names[] = { "text encoder", "UNet", "VAE", "preview decoder" };

  return names[component];
}

void
pent_part_clear (PentPart *part)
{
  g_clear_pointer (&part->table, pent_tensor_table_free);
  g_clear_pointer (&part->source, g_free);
}

static void
modern_name (PentComponent component, const char *name, GString *modern)
{
  if (component == PENT_COMPONENT_VAE)
    pent_modern_vae_name (name, modern);
  else if (component == PENT_COMPONENT_TEXT_ENCODER && g_str_has_prefix (name, "text_model."))
    g_string_assign (modern, name + strlen ("text_model."));
  else
    g_string_assign (modern, name);
}

static void
add_file (PentTensorTable *table, PentComponent component, PentSafetensors *file)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (guint i = 0; i < pent_safetensors_get_n_tensors (file); i++)
    {
      const PentTensorInfo *info = pent_safetensors_get_tensor (file, i);
      modern_name (component, info->name, name);
      pent_tensor_table_add (table, name->str, file, info);
    }
}

/**
 * pent_part_read_files:
 * @part: (out): filled with the tensors of @folder's files
 * @folder: a component's folder
 */
gboolean
pent_part_read_files (PentPart *part, PentComponent component, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PentTensorTable) table = pent_tensor_table_new ();

  if (!pent_model_folder_find_weights (folder, files, error))
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (PentSafetensors) file = pent_safetensors_open (files->pdata[i], error);
      if (file == NULL)
        return FALSE;
      add_file (table, component, file);
    }
  if (pent_tensor_table_sort (table) > 0)
    {
      g_autofree char *shown = g_filename_display_name (folder);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s has tensors of one name in several of its files: download the model again"),
                   shown);
      return FALSE;
    }
  part->table = g_steal_pointer (&table);
  part->source = g_strdup (files->len == 1 ? files->pdata[0] : folder);
  return TRUE;
}

/**
 * pent_part_report:
 * @check: what came out of expecting a component's tensors
 *
 * Returns: %FALSE with a sentence if tensors are missing or wrong
 */
gboolean
pent_part_report (PentPart *part, PentTensorCheck *check, const char *what, GError **error)
{
  g_autofree char *shown = g_filename_display_name (part->source);

  if (check->n_missing > 0)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s: %u of the %s's %u tensors are missing, the first of them '%s': "
                 "the model is incomplete, download it again"),
                 shown, check->n_missing, what, check->n_needed, check->first_missing);
  else if (check->problem != NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s: %s", shown, check->problem);
  else
    return TRUE;
  return FALSE;
}

gboolean
pent_part_check_vae (PentPart *part, const PentVaeConfig *config, GError **error)
{
  g_auto (PentTensorCheck) check = { .table = part->table };

  pent_vae_config_expect (config, &check);
  return pent_part_report (part, &check, "VAE", error);
}

/* The VAE of a file with LDM names or diffusers' own, whole model or not. */
static PentTensorTable *
collect_vae (PentSafetensors *file)
{
  g_autoptr (PentTensorTable) table = pent_tensor_table_new ();
  g_autoptr (GString) name = g_string_new (NULL);
  PentLdmLayout layout;

  pent_ldm_layout_read (&layout, file);
  if (pent_safetensors_has_prefix (file, "encoder.down_blocks.")
      || pent_safetensors_has_prefix (file, "decoder.up_blocks."))
    add_file (table, PENT_COMPONENT_VAE, file);
  else
    for (guint i = 0; i < pent_safetensors_get_n_tensors (file); i++)
      {
        const PentTensorInfo *info = pent_safetensors_get_tensor (file, i);
        if (pent_ldm_vae_name (&layout, info->name, name))
          pent_tensor_table_add (table, name->str, file, info);
      }
  pent_tensor_table_sort (table);
  return g_steal_pointer (&table);
}

static gboolean
read_vae_config (PentVaeConfig *config, const char *path, GError **error)
{
  g_autoptr (PentConfigFile) file = pent_config_file_open (path, error);

  return file != NULL && pent_vae_config_from_file (config, file, error);
}

static gboolean
set_prefixed (GError **error, const char *shown, GError *problem)
{
  g_set_error (error, problem->domain, problem->code, "%s: %s", shown, problem->message);
  g_error_free (problem);
  return FALSE;
}

/* A file taken out of a diffusers folder has its config.json beside it. */
static gboolean
read_vae_file (PentPart *part, PentVaeConfig *config, const char *path, GError **error)
{
  g_autoptr (PentSafetensors) file = pent_safetensors_open (path, error);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *config_path = g_build_filename (folder, "config.json", NULL);
  g_autoptr (PentConfigFile) beside = NULL;
  GError *problem = NULL;

  if (file == NULL)
    return FALSE;
  part->table = collect_vae (file);
  part->source = g_strdup (path);
  if (pent_tensor_table_get_n (part->table) == 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s holds no VAE: choose a VAE or a whole model"), shown);
      return FALSE;
    }
  if (g_file_test (config_path, G_FILE_TEST_EXISTS))
    beside = pent_config_file_open (config_path, NULL);
  if (beside != NULL
      && g_str_equal (pent_config_file_get_string (beside, "_class_name", ""), "AutoencoderKL"))
    return pent_vae_config_from_file (config, beside, error);
  return pent_vae_config_from_tensors (config, part->table, &problem)
         || set_prefixed (error, shown, problem);
}

static gboolean
read_vae_folder (PentPart *part, PentVaeConfig *config, const char *path, GError **error)
{
  g_autofree char *index_path = g_build_filename (path, "model_index.json", NULL);
  g_autofree char *folder = NULL;
  g_autofree char *config_path = NULL;

  if (g_file_test (index_path, G_FILE_TEST_EXISTS))
    {
      g_autoptr (PentConfigFile) index = pent_config_file_open (index_path, error);
      if (index == NULL || !pent_model_folder_find_part (path, index, "vae", &folder, error))
        return FALSE;
      if (folder == NULL)
        {
          g_autofree char *shown = g_filename_display_name (path);
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                       _("%s holds no VAE: choose a VAE or a whole model"), shown);
          return FALSE;
        }
    }
  else
    folder = g_strdup (path);
  config_path = g_build_filename (folder, "config.json", NULL);
  return read_vae_config (config, config_path, error)
         && pent_part_read_files (part, PENT_COMPONENT_VAE, folder, error);
}

/**
 * pent_vae_source_read:
 * @part: (out): must be clear
 * @config: (out): its sizes
 * @path: a VAE alone or a whole model, as a file with LDM or diffusers' names
 *   or as a folder
 */
gboolean
pent_vae_source_read (PentPart *part, PentVaeConfig *config, const char *path, GError **error)
{
  gboolean read = g_file_test (path, G_FILE_TEST_IS_DIR) ? read_vae_folder (part, config, path, error)
                                                         : read_vae_file (part, config, path, error);

  return read && pent_part_check_vae (part, config, error);
}
