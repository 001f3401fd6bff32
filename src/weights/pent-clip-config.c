/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-component-config.h"

#include "pent-error.h"

#define MAX_TEXT_LAYERS 64
#define MAX_VOCABULARY  1000000
#define POSITIONS       77
#define HEAD_WIDTH      64 /* of every CLIP text encoder; a single file does not say */

/* Configs written by older versions of transformers give 0, 2 and 1 for the
 * three special tokens, which are not CLIP's, and those of small models name
 * CLIP's own where the vocabulary ends earlier. The real ones are then the last
 * two of the vocabulary. Stable Diffusion 1 pads with the end token. */
static void
read_special_tokens (PentClipConfig *self, PentConfigFile *file)
{
  int last = self->vocabulary - 1;

  self->eos_token = pent_config_file_get_int (file, "eos_token_id", last, 0, G_MAXINT);
  self->bos_token = pent_config_file_get_int (file, "bos_token_id", last - 1, 0, G_MAXINT);
  if (self->eos_token == 2 || self->eos_token > last || self->bos_token > last
      || self->eos_token == self->bos_token)
    {
      self->eos_token = last;
      self->bos_token = last - 1;
    }
  self->pad_token = self->eos_token;
}

/**
 * pent_clip_config_from_file:
 * @file: the config.json of a CLIPTextModel
 */
gboolean
pent_clip_config_from_file (PentClipConfig *self, PentConfigFile *file, GError **error)
{
  const char *activation;

  pent_config_file_enter (file, "text_config");
  self->vocabulary = pent_config_file_get_int (file, "vocab_size", 49408, 4, MAX_VOCABULARY);
  self->positions = pent_config_file_get_int (file, "max_position_embeddings", POSITIONS, 1, 4096);
  self->width = pent_config_file_get_int (file, "hidden_size", 512, 1, PENT_MAX_CHANNELS);
  self->layers = pent_config_file_get_int (file, "num_hidden_layers", 12, 1, MAX_TEXT_LAYERS);
  self->heads = pent_config_file_get_int (file, "num_attention_heads", 8, 1, PENT_MAX_CHANNELS);
  self->intermediate = pent_config_file_get_int (file, "intermediate_size", 2048, 1, 4 * PENT_MAX_CHANNELS);
  self->layer_norm_eps = pent_config_file_get_double (file, "layer_norm_eps", 1e-5, 1e-12, 1.0);
  read_special_tokens (self, file);

  activation = pent_config_file_get_string (file, "hidden_act", "quick_gelu");
  self->activation = g_str_equal (activation, "gelu") ? PENT_CLIP_GELU : PENT_CLIP_QUICK_GELU;
  if (!g_str_equal (activation, "gelu") && !g_str_equal (activation, "quick_gelu"))
    pent_config_file_fail (file, "'hidden_act' is '%.40s', and only quick_gelu and gelu are known",
                           activation);
  if (self->positions != POSITIONS)
    pent_config_file_fail (file, "'max_position_embeddings' is %d, and Stable Diffusion has 77",
                           self->positions);
  if (self->width % self->heads != 0)
    pent_config_file_fail (file, "'hidden_size' (%d) cannot be divided by 'num_attention_heads' (%d)",
                           self->width, self->heads);
  return pent_config_file_finish (file, error);
}

/**
 * pent_clip_config_from_tensors:
 * @table: Stable Diffusion 1's text encoder
 */
gboolean
pent_clip_config_from_tensors (PentClipConfig *self, const PentTensorTable *table, GError **error)
{
  gint64 vocabulary = pent_tensor_table_dim (table, "embeddings.token_embedding.weight", 0);
  gint64 width = pent_tensor_table_dim (table, "embeddings.token_embedding.weight", 1);
  gint64 positions = pent_tensor_table_dim (table, "embeddings.position_embedding.weight", 0);
  gint64 intermediate = pent_tensor_table_dim (table, "encoder.layers.0.mlp.fc1.weight", 0);

  if (vocabulary < 4 || vocabulary > MAX_VOCABULARY || width < 1 || width > PENT_MAX_CHANNELS
      || positions != POSITIONS || intermediate < 1 || intermediate > 4 * PENT_MAX_CHANNELS)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "the text encoder's embeddings or first layer are missing or have no sizes of a "
                   "CLIP model with 77 positions: download the model again");
      return FALSE;
    }
  self->vocabulary = vocabulary;
  self->positions = positions;
  self->width = width;
  self->intermediate = intermediate;
  self->layers = pent_tensor_table_count (table, "encoder.layers.", ".", MAX_TEXT_LAYERS);
  self->heads = width % HEAD_WIDTH == 0 ? width / HEAD_WIDTH : 1;
  self->layer_norm_eps = 1e-5;
  self->activation = PENT_CLIP_QUICK_GELU;
  self->bos_token = vocabulary - 2;
  self->eos_token = vocabulary - 1;
  self->pad_token = vocabulary - 1;
  return TRUE;
}

/**
 * pent_clip_config_expect:
 *
 * Expects the tensors of CLIP's text transformer (Radford et al. 2021).
 */
void
pent_clip_config_expect (const PentClipConfig *self, PentTensorCheck *check)
{
  static const char *const projections[] = { "q_proj", "k_proj", "v_proj", "out_proj" };

  pent_expect_matrix (check, "embeddings.", "token_embedding", self->vocabulary, self->width);
  pent_expect_matrix (check, "embeddings.", "position_embedding", self->positions, self->width);
  for (int i = 0; i < self->layers; i++)
    {
      g_autofree char *layer = g_strdup_printf ("encoder.layers.%d.", i);
      g_autofree char *attention = g_strconcat (layer, "self_attn.", NULL);

      pent_expect_norm (check, layer, "layer_norm1", self->width);
      for (guint j = 0; j < G_N_ELEMENTS (projections); j++)
        pent_expect_linear (check, attention, projections[j], self->width, self->width);
      pent_expect_norm (check, layer, "layer_norm2", self->width);
      pent_expect_linear (check, layer, "mlp.fc1", self->intermediate, self->width);
      pent_expect_linear (check, layer, "mlp.fc2", self->width, self->intermediate);
    }
  pent_expect_norm (check, "", "final_layer_norm", self->width);
}
