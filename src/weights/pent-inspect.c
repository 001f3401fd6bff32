/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-inspect.h"

#include "pent-checkpoint-private.h"
#include "pent-model-folder.h"

#include <string.h>

#define CLIP_VOCABULARY 49408

typedef struct
{
  PentInspectedPart *part;
  guint              by_type[PENT_N_TENSOR_TYPES];
} Tally;

static void
count_tensor (Tally *tally, const PentTensorInfo *info)
{
  tally->part->present = TRUE;
  tally->part->n_tensors++;
  tally->part->bytes += info->size;
  tally->part->parameters += info->size / pent_tensor_type_size (info->type);
  tally->by_type[info->type]++;
}

static void
count_file (Tally *tally, PentSafetensors *file)
{
  for (guint i = 0; i < pent_safetensors_get_n_tensors (file); i++)
    count_tensor (tally, pent_safetensors_get_tensor (file, i));
}

static void
count_table (Tally *tally, const PentTensorTable *table)
{
  for (guint i = 0; i < pent_tensor_table_get_n (table); i++)
    count_tensor (tally, pent_tensor_table_get (table, i)->info);
}

/* Element types by how many tensors have them. */
static void
finish_tally (Tally *tally)
{
  GString *text = g_string_new (NULL);

  for (;;)
    {
      int best = 0;
      for (int i = 1; i < PENT_N_TENSOR_TYPES; i++)
        if (tally->by_type[i] > tally->by_type[best])
          best = i;
      if (tally->by_type[best] == 0)
        break;
      tally->by_type[best] = 0;
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", pent_tensor_type_name (best));
    }
  tally->part->precision = g_string_free (text, FALSE);
}

/* The sizes of a folder that cannot be used, and of which no more is read. */
static void
count_unread_folder (Tally *tally, const char *path)
{
  static const char *const folders[] = {
    "", "text_encoder", "text_encoder_2", "text_encoder_3", "transformer", "unet", "vae",
  };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
      g_autofree char *folder = g_build_filename (path, folders[i], NULL);

      if (!g_file_test (folder, G_FILE_TEST_IS_DIR)
          || !pent_model_folder_find_weights (folder, paths, NULL))
        continue;
      for (guint j = 0; j < paths->len; j++)
        {
          g_autoptr (PentSafetensors) file = pent_safetensors_open (paths->pdata[j], NULL);
          if (file != NULL)
            count_file (tally, file);
        }
    }
}

static void
count_model (PentInspection *self, PentCheckpoint *model)
{
  Tally whole = { .part = &self->whole };

  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    {
      Tally tally = { .part = &self->parts[i] };

      if (model->parts[i].table == NULL)
        continue;
      count_table (&tally, model->parts[i].table);
      finish_tally (&tally);
      self->parts[i].source = g_filename_display_name (model->parts[i].source);
      if (model->file == NULL)
        count_table (&whole, model->parts[i].table);
    }
  if (model->file != NULL)
    count_file (&whole, model->file);
  else if (!self->whole.present)
    count_unread_folder (&whole, model->path);
  finish_tally (&whole);
}

static gboolean
is_buffer (const char *name)
{
  return g_str_has_suffix (name, "position_ids");
}

static void
count_extras (PentInspection *self, PentCheckpoint *model)
{
  const char *first = model->first_unknown;

  self->n_extra = model->n_unknown;
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    for (guint j = 0; self->usable && model->parts[i].table != NULL && j < pent_tensor_table_get_n (model->parts[i].table); j++)
      {
        const PentTensorEntry *entry = pent_tensor_table_get (model->parts[i].table, j);
        if (entry->needed || is_buffer (entry->name))
          continue;
        self->n_extra++;
        first = first != NULL ? first : entry->info->name;
      }
  if (self->n_extra > 0 && self->usable)
    g_ptr_array_add (self->notes, g_strdup_printf ("%u tensors that the model does not need are ignored%s%s",
                                                   self->n_extra, first != NULL ? ", such as " : "",
                                                   first != NULL ? first : ""));
}

static void
add_notes (PentInspection *self)
{
  if (!self->usable)
    return;
  if (!self->is_folder)
    g_ptr_array_add (self->notes, g_strdup ("attention heads, norm groups, latent scale and noise schedule "
                                            "are Stable Diffusion 1's, for a single file does not say them"));
  if (self->tokenizer_dir == NULL && self->clip.vocabulary != CLIP_VOCABULARY)
    g_ptr_array_add (self->notes,
                     g_strdup_printf ("the text encoder knows %d tokens and CLIP's own table has %d: "
                                      "prompts need a tokenizer folder that belongs to the model",
                                      self->clip.vocabulary, CLIP_VOCABULARY));
}

/* As many halvings lie between the picture and its latent as the VAE has
 * levels below the first. */
static void
copy_configs (PentInspection *self, PentCheckpoint *model)
{
  self->has_configs = self->usable;
  self->clip = model->clip;
  self->unet = model->unet;
  self->vae = model->vae;
  self->noise = model->noise;
  if (self->has_configs)
    self->native_size = model->unet.sample_size << (model->vae.n_levels - 1);
}

static GPtrArray *
copy_texts (GPtrArray *texts)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < texts->len; i++)
    g_ptr_array_add (copy, g_strdup (texts->pdata[i]));
  return copy;
}

/**
 * pent_inspect:
 * @path: a model's file or folder
 *
 * Describes a model without reading its weights. A model that is recognised
 * but cannot be used is described too, with the reason.
 *
 * Returns: (transfer full): what was found, or %NULL with %PENT_ERROR_FILE if
 *   there is nothing there that could be read
 */
PentInspection *
pent_inspect (const char *path, GError **error)
{
  g_autoptr (PentCheckpoint) model = pent_checkpoint_load (path, NULL, error);
  PentInspection *self;

  if (model == NULL)
    return NULL;
  self = g_new0 (PentInspection, 1);
  self->path = g_strdup (model->shown);
  self->name = g_strdup (model->name);
  self->is_folder = model->is_folder;
  self->family = model->family;
  self->missing = copy_texts (model->missing);
  self->problems = copy_texts (model->problems);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->usable = model->problems->len == 0;
  if (model->tokenizer_dir != NULL)
    self->tokenizer_dir = g_filename_display_name (model->tokenizer_dir);
  copy_configs (self, model);
  count_model (self, model);
  count_extras (self, model);
  add_notes (self);
  return self;
}

static void
clear_part (PentInspectedPart *part)
{
  g_free (part->source);
  g_free (part->precision);
}

void
pent_inspection_free (PentInspection *self)
{
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    clear_part (&self->parts[i]);
  clear_part (&self->whole);
  g_ptr_array_unref (self->missing);
  g_ptr_array_unref (self->problems);
  g_ptr_array_unref (self->notes);
  g_free (self->path);
  g_free (self->name);
  g_free (self->tokenizer_dir);
  g_free (self);
}
