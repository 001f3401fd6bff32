/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-checkpoint-private.h"

#include "pent-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/**
 * pent_checkpoint_open:
 * @path: a single file or a folder
 *
 * Opens a model and makes sure that all its tensors are there, in the shapes
 * that its sizes call for, so that nothing is wrong later. No data is read.
 *
 * Returns: (transfer full): the model, or %NULL with %PENT_ERROR_FILE naming
 *   the gravest of what is wrong
 */
PentCheckpoint *
pent_checkpoint_open (const char *path, GError **error)
{
  return pent_checkpoint_open_with_vae (path, NULL, error);
}

/**
 * pent_checkpoint_open_with_vae:
 * @path: a single file or a folder, which may lack its VAE
 * @vae_path: (nullable): where to take the VAE from: a VAE alone or a whole
 *   model, as a file or a folder
 *
 * As pent_checkpoint_open(), with another VAE than the model's own.
 */
PentCheckpoint *
pent_checkpoint_open_with_vae (const char *path, const char *vae_path, GError **error)
{
  g_autoptr (PentCheckpoint) self = pent_checkpoint_load (path, vae_path, error);

  if (self == NULL)
    return NULL;
  if (self->problems->len > 0)
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_FILE, self->problems->pdata[0]);
      return NULL;
    }
  return g_steal_pointer (&self);
}

PentCheckpoint *
pent_checkpoint_ref (PentCheckpoint *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
pent_checkpoint_unref (PentCheckpoint *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    pent_part_clear (&self->parts[i]);
  g_clear_pointer (&self->file, pent_safetensors_unref);
  g_clear_pointer (&self->missing, g_ptr_array_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_free (self->path);
  g_free (self->name);
  g_free (self->shown);
  g_free (self->class_name);
  g_free (self->tokenizer_dir);
  g_free (self);
}

/**
 * pent_checkpoint_get_path:
 *
 * Returns: the path it was opened by, in UTF-8 for messages
 */
const char *
pent_checkpoint_get_path (PentCheckpoint *self)
{
  return self->shown;
}

/**
 * pent_checkpoint_get_name:
 *
 * Returns: the file's name without its suffix, or the folder's, in UTF-8
 */
const char *
pent_checkpoint_get_name (PentCheckpoint *self)
{
  return self->name;
}

const PentClipConfig *
pent_checkpoint_get_clip (PentCheckpoint *self)
{
  return &self->clip;
}

const PentUnetConfig *
pent_checkpoint_get_unet (PentCheckpoint *self)
{
  return &self->unet;
}

const PentVaeConfig *
pent_checkpoint_get_vae (PentCheckpoint *self)
{
  return &self->vae;
}

const PentPreviewDecoderConfig *
pent_checkpoint_get_preview_decoder (PentCheckpoint *self)
{
  return self->parts[PENT_COMPONENT_PREVIEW_DECODER].table != NULL ? &self->preview_decoder : NULL;
}

const PentNoiseConfig *
pent_checkpoint_get_noise (PentCheckpoint *self)
{
  return &self->noise;
}

const char *
pent_checkpoint_get_tokenizer_dir (PentCheckpoint *self)
{
  return self->tokenizer_dir;
}

/* An opened model may be without some part that it need not have. */
static gboolean
has_part (PentCheckpoint *self, PentComponent component)
{
  return self->parts[component].table != NULL;
}

/* The text encoder's names are kept without transformers' old prefix and found
 * with it as well. */
static const PentTensorEntry *
find_entry (PentCheckpoint *self, PentComponent component, const char *name)
{
  if (component == PENT_COMPONENT_TEXT_ENCODER && g_str_has_prefix (name, "text_model."))
    name += strlen ("text_model.");
  return has_part (self, component) ? pent_tensor_table_find (self->parts[component].table, name) : NULL;
}

static void
release_weight (const PentWeight *weight)
{
  const PentTensorEntry *entry = weight->owner;

  pent_safetensors_release (entry->file, entry->info);
}

/* A tensor that the checks at opening did not cover may be of any kind. */
static gboolean
fill_weight (PentWeight *weight, const PentTensorEntry *entry)
{
  const PentTensorInfo *info = entry->info;

  *weight = (PentWeight) { .name = info->name, .n_dims = info->n_dims, .release = release_weight, .owner = entry };
  if (info->n_dims < 1 || info->n_dims > PENT_WEIGHT_MAX_DIMS || info->size == 0
      || !pent_tensor_is_readable (info, &weight->dtype))
    return FALSE;
  for (int i = 0; i < info->n_dims; i++)
    weight->dim[i] = info->dim[i];
  weight->data = pent_safetensors_get_data (entry->file, info);
  return TRUE;
}

gboolean
pent_checkpoint_get_weight (PentCheckpoint *self,
                            PentComponent   component,
                            const char     *name,
                            PentWeight     *weight,
                            GError        **error)
{
  const PentTensorEntry *entry = find_entry (self, component, name);

  if (entry == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s: the %s lacks the tensor '%s': download the model again"), self->shown,
                   pent_component_name (component), name);
      return FALSE;
    }
  if (!fill_weight (weight, entry))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s: tensor '%s' is stored as %s in a form that cannot be read: "
                   "use another version of the model"),
                   self->shown, entry->info->name, pent_tensor_type_name (entry->info->type));
      return FALSE;
    }
  return TRUE;
}

gboolean
pent_checkpoint_has_weight (PentCheckpoint *self, PentComponent component, const char *name)
{
  return find_entry (self, component, name) != NULL;
}

gboolean
pent_checkpoint_check (PentCheckpoint *self, GError **error)
{
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    for (guint j = 0; has_part (self, i) && j < pent_tensor_table_get_n_files (self->parts[i].table); j++)
      if (!pent_safetensors_check (pent_tensor_table_get_file (self->parts[i].table, j), error))
        return FALSE;
  return TRUE;
}

void
pent_checkpoint_release_pages (PentCheckpoint *self, PentComponent component)
{
  PentTensorTable *table = self->parts[component].table;

  for (guint i = 0; has_part (self, component) && i < pent_tensor_table_get_n (table); i++)
    {
      const PentTensorEntry *entry = pent_tensor_table_get (table, i);
      pent_safetensors_release (entry->file, entry->info);
    }
}
