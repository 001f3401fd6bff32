/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-checkpoint-private.h"
#include "pent-component-config.h"
#include "pent-error.h"
#include "pent-ldm-names.h"
#include "pent-model-folder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void G_GNUC_PRINTF (2, 3)
add_problem (PentCheckpoint *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->problems, g_strdup_vprintf (format, args));
  va_end (args);
}

/* Takes the error as a problem. */
static void
add_error (PentCheckpoint *self, GError *error)
{
  g_ptr_array_add (self->problems, g_strdup (error->message));
  g_error_free (error);
}

static void
add_missing (PentCheckpoint *self, PentComponent component)
{
  const char *advice = component == PENT_COMPONENT_VAE ? "give one with --vae FILE"
                                                       : "choose a model that has all its parts";

  g_ptr_array_add (self->missing, g_strdup (pent_component_name (component)));
  add_problem (self, "%s: the %s is missing: %s", self->shown, pent_component_name (component), advice);
}

static void
refuse_family (PentCheckpoint *self)
{
  const char *advice = pent_family_advice (self->family.family);

  if (advice == NULL)
    return;
  if (self->family.family == PENT_FAMILY_UNKNOWN && self->class_name != NULL)
    add_problem (self, "%s is a folder of the kind '%.60s', which is not supported: %s", self->shown,
                 self->class_name, advice);
  else
    add_problem (self, "%s is %s: %s", self->shown, pent_family_name (self->family.family), advice);
}

static void
refuse_variant (PentCheckpoint *self)
{
  static const char *const usable[] = { "plain", "inpainting", NULL };

  if (self->parts[PENT_COMPONENT_UNET].table == NULL || self->problems->len > 0)
    return;
  self->family.variant = pent_family_variant_of_unet (self->unet.in_channels, self->unet.out_channels);
  if (!g_strv_contains (usable, self->family.variant))
    add_problem (self, "%s is a Stable Diffusion 1 model of a variant that is not supported "
                 "(%s, %d input channels): choose a plain or an inpainting model", self->shown,
                 self->family.variant, self->unet.in_channels);
}

/* --- single files --- */

static void
add_to_part (PentCheckpoint *self, PentComponent component, const char *name, const PentTensorInfo *info)
{
  PentPart *part = &self->parts[component];

  if (part->table == NULL)
    {
      part->table = pent_tensor_table_new ();
      part->source = g_strdup (self->path);
    }
  pent_tensor_table_add (part->table, name, self->file, info);
}

static void
sort_tensors_into_parts (PentCheckpoint *self)
{
  g_autoptr (GString) name = g_string_new (NULL);
  PentLdmLayout layout;

  pent_ldm_layout_read (&layout, self->file);
  for (guint i = 0; i < pent_safetensors_get_n_tensors (self->file); i++)
    {
      const PentTensorInfo *info = pent_safetensors_get_tensor (self->file, i);

      if (pent_ldm_unet_name (&layout, info->name, name))
        add_to_part (self, PENT_COMPONENT_UNET, name->str, info);
      else if (pent_ldm_vae_name (&layout, info->name, name))
        add_to_part (self, PENT_COMPONENT_VAE, name->str, info);
      else if (pent_ldm_text_name (info->name, name))
        add_to_part (self, PENT_COMPONENT_TEXT_ENCODER, name->str, info);
      else if (self->n_unknown++ == 0)
        self->first_unknown = info->name;
    }
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    if (self->parts[i].table != NULL)
      self->n_unknown += pent_tensor_table_sort (self->parts[i].table);
}

static gboolean
configure_from_tensors (PentCheckpoint *self, PentComponent component, GError **error)
{
  PentTensorTable *table = self->parts[component].table;

  switch (component)
    {
    case PENT_COMPONENT_TEXT_ENCODER:
      return pent_clip_config_from_tensors (&self->clip, table, error);
    case PENT_COMPONENT_UNET:
      return pent_unet_config_from_tensors (&self->unet, table, error);
    case PENT_COMPONENT_VAE:
    default:
      return pent_vae_config_from_tensors (&self->vae, table, error);
    }
}

/* A tensor of this name, and nothing in it, marks a v-prediction model in a
 * single file; no shape tells it. */
static void
read_prediction_mark (PentCheckpoint *self)
{
  if (pent_safetensors_find (self->file, "v_pred") != NULL)
    self->noise.prediction = PENT_PREDICTION_V;
}

static gboolean
load_file (PentCheckpoint *self, GError **error)
{
  self->file = pent_safetensors_open (self->path, error);
  if (self->file == NULL)
    return FALSE;
  self->family = pent_family_detect_file (self->file);
  sort_tensors_into_parts (self);
  refuse_family (self);
  if (self->problems->len > 0)
    return TRUE;

  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    {
      GError *problem = NULL;
      if (self->parts[i].table != NULL && !configure_from_tensors (self, i, &problem))
        {
          add_problem (self, "%s: %s", self->shown, problem->message);
          g_error_free (problem);
        }
    }
  read_prediction_mark (self);
  return TRUE;
}

/* --- diffusers folders --- */

static gboolean
configure_from_folder (PentCheckpoint *self, PentComponent component, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autoptr (PentConfigFile) file = pent_config_file_open (path, error);

  if (file == NULL)
    return FALSE;
  switch (component)
    {
    case PENT_COMPONENT_TEXT_ENCODER:
      return pent_clip_config_from_file (&self->clip, file, error);
    case PENT_COMPONENT_UNET:
      return pent_unet_config_from_file (&self->unet, file, error);
    case PENT_COMPONENT_PREVIEW_DECODER:
      return pent_preview_decoder_config_from_file (&self->preview_decoder, file, error);
    case PENT_COMPONENT_VAE:
    default:
      return pent_vae_config_from_file (&self->vae, file, error);
    }
}

static void
load_part (PentCheckpoint *self, PentConfigFile *index, PentComponent component)
{
  static const char *const names[] = { "text_encoder", "unet", "vae", "preview_decoder" };
  g_autofree char *folder = NULL;
  GError *problem = NULL;

  if (!pent_model_folder_find_part (self->path, index, names[component], &folder, &problem))
    add_error (self, problem);
  else if (folder != NULL
           && !(configure_from_folder (self, component, folder, &problem)
                && pent_part_read_files (&self->parts[component], component, folder, &problem)))
    add_error (self, problem);
}

static void
load_scheduler (PentCheckpoint *self, PentConfigFile *index)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr (PentConfigFile) file = NULL;
  GError *problem = NULL;

  if (!pent_model_folder_find_part (self->path, index, "scheduler", &folder, &problem))
    add_error (self, problem);
  if (folder == NULL)
    return;
  path = g_build_filename (folder, "scheduler_config.json", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  file = pent_config_file_open (path, &problem);
  if (file == NULL || !pent_noise_config_from_file (&self->noise, file, &problem))
    add_error (self, problem);
}

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

static void
load_tokenizer (PentCheckpoint *self, PentConfigFile *index)
{
  g_autofree char *folder = NULL;
  GError *problem = NULL;

  if (!pent_model_folder_find_part (self->path, index, "tokenizer", &folder, &problem))
    add_error (self, problem);
  if (folder != NULL
      && (has_file (folder, "tokenizer.json")
          || (has_file (folder, "vocab.json") && has_file (folder, "merges.txt"))))
    self->tokenizer_dir = g_steal_pointer (&folder);
}

/* Stable Diffusion 2 folders have the pipeline's name of Stable Diffusion 1;
 * their text encoders, from OpenCLIP, are the ones with the exact GELU. */
static PentFamily
family_by_text_encoder (PentCheckpoint *self, PentConfigFile *index)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr (PentConfigFile) file = NULL;

  if (!pent_model_folder_find_part (self->path, index, "text_encoder", &folder, NULL) || folder == NULL)
    return PENT_FAMILY_SD1;
  path = g_build_filename (folder, "config.json", NULL);
  file = pent_config_file_open (path, NULL);
  if (file == NULL || !g_str_equal (pent_config_file_get_string (file, "hidden_act", ""), "gelu"))
    return PENT_FAMILY_SD1;
  return PENT_FAMILY_SD2;
}

static void
load_indexed_folder (PentCheckpoint *self, PentConfigFile *index)
{
  const char *class_name = pent_config_file_get_string (index, "_class_name", "StableDiffusionPipeline");

  self->class_name = g_strescape (class_name, NULL);
  self->family = pent_family_detect_pipeline (class_name);
  if (self->family.family == PENT_FAMILY_SD1)
    self->family.family = family_by_text_encoder (self, index);
  refuse_family (self);
  if (self->problems->len > 0)
    return;
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    load_part (self, index, i);
  load_scheduler (self, index);
  load_tokenizer (self, index);
}

/* A folder without model_index.json: one part of a model, most likely. */
static gboolean
load_part_folder (PentCheckpoint *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, "config.json", NULL);
  g_autoptr (PentConfigFile) file = NULL;
  const char *class_name = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s is not a model's folder, having no model_index.json: choose a safetensors "
                   "file, or a folder in diffusers' format"), self->shown);
      return FALSE;
    }
  file = pent_config_file_open (path, error);
  if (file == NULL)
    return FALSE;
  class_name = pent_config_file_get_string (file, "_class_name", NULL);
  if (class_name == NULL
      && pent_config_file_get_strings (file, "architectures", &class_name, 1) != 1)
    class_name = "unknown";
  self->class_name = g_strescape (class_name, NULL);
  self->family = pent_family_detect_component (class_name);
  refuse_family (self);
  return TRUE;
}

static gboolean
load_folder (PentCheckpoint *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, "model_index.json", NULL);
  g_autoptr (PentConfigFile) index = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return load_part_folder (self, error);
  index = pent_config_file_open (path, error);
  if (index == NULL)
    return FALSE;
  load_indexed_folder (self, index);
  return TRUE;
}

/* --- both --- */

static void
check_part (PentCheckpoint *self, PentComponent component)
{
  PentPart *part = &self->parts[component];
  g_auto (PentTensorCheck) check = { .table = part->table };
  GError *problem = NULL;

  if (component == PENT_COMPONENT_TEXT_ENCODER)
    pent_clip_config_expect (&self->clip, &check);
  else if (component == PENT_COMPONENT_UNET)
    pent_unet_config_expect (&self->unet, &check);
  else if (component == PENT_COMPONENT_PREVIEW_DECODER)
    pent_preview_decoder_config_expect (&self->preview_decoder, &check);
  else
    pent_vae_config_expect (&self->vae, &check);
  if (!pent_part_report (part, &check, pent_component_name (component), &problem))
    add_error (self, problem);
}

/* A preview that were of another size or had other channels would be of
 * another model's latents. */
static void
check_preview_fit (PentCheckpoint *self)
{
  const PentPreviewDecoderConfig *preview = pent_checkpoint_get_preview_decoder (self);

  if (preview != NULL
      && (preview->latent_channels != self->unet.out_channels || preview->n_levels != self->vae.n_levels))
    add_problem (self, "%s: the preview decoder is for latents of %d channels at 1/%d of the size and the model's have "
                 "%d at 1/%d: use one that belongs to the model, or none", self->shown, preview->latent_channels,
                 1 << (preview->n_levels - 1), self->unet.out_channels, 1 << (self->vae.n_levels - 1));
}

static void
check_fit (PentCheckpoint *self)
{
  if (self->clip.width != self->unet.context_width)
    add_problem (self, "%s: the text encoder gives %d channels and the UNet expects %d: "
                 "use parts that belong together", self->shown, self->clip.width,
                 self->unet.context_width);
  if (self->vae.latent_channels != self->unet.out_channels)
    add_problem (self, "%s: the VAE has %d latent channels and the UNet %d: use a VAE that belongs "
                 "to the model", self->shown, self->vae.latent_channels, self->unet.out_channels);
  check_preview_fit (self);
}

static void
load_given_vae (PentCheckpoint *self, const char *vae_path)
{
  PentPart part = { NULL };
  GError *problem = NULL;

  if (!pent_vae_source_read (&part, &self->vae, vae_path, &problem))
    {
      pent_part_clear (&part);
      add_error (self, problem);
      return;
    }
  pent_part_clear (&self->parts[PENT_COMPONENT_VAE]);
  self->parts[PENT_COMPONENT_VAE] = part;
}

/* Nothing is added to what was found already: a part that is broken is not
 * missing too. */
static void
check_whole (PentCheckpoint *self)
{
  if (self->problems->len > 0)
    return;
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    if (self->parts[i].table == NULL && i != PENT_COMPONENT_PREVIEW_DECODER)
      add_missing (self, i);
  refuse_variant (self);
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    if (self->parts[i].table != NULL)
      check_part (self, i);
  if (self->problems->len == 0)
    check_fit (self);
}

static char *
base_name (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *base = g_path_get_basename (whole);

  if (g_str_has_suffix (base, ".safetensors"))
    base[strlen (base) - strlen (".safetensors")] = '\0';
  return g_filename_display_name (base);
}

PentCheckpoint *
pent_checkpoint_load (const char *path, const char *vae_path, GError **error)
{
  g_autoptr (PentCheckpoint) self = g_new0 (PentCheckpoint, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_strdup (path);
  self->shown = g_filename_display_name (path);
  self->name = base_name (path);
  self->missing = g_ptr_array_new_with_free_func (g_free);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  pent_noise_config_init (&self->noise);

  if (!(self->is_folder ? load_folder (self, error) : load_file (self, error)))
    return NULL;
  if (vae_path != NULL && self->problems->len == 0)
    load_given_vae (self, vae_path);
  check_whole (self);
  return g_steal_pointer (&self);
}
