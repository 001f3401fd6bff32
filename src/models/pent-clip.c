/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CLIP's text encoder (Radford et al. 2021, "Learning transferable visual
 * models from natural language supervision"), as transformers' CLIPTextModel:
 *
 *   x = token_embedding[id] + position_embedding        (1, 1, 77, width)
 *   a layer, pre-norm: x += attention (layer_norm1 (x)), causal
 *                      x += fc2 (act (fc1 (layer_norm2 (x))))
 *   out = final_layer_norm (x)
 *
 * Names: text_model.embeddings.{token,position}_embedding,
 * text_model.encoder.layers.N.{self_attn.{q,k,v,out}_proj, layer_norm1,
 * layer_norm2, mlp.fc1, mlp.fc2}, text_model.final_layer_norm. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-clip.h"

#include "pent-error.h"
#include "pent-layers.h"

static PentTensor *
build_layer (PentLayers *l, const PentClipConfig *c, PentTensor *x, int i)
{
  const char *const prefix = "text_model.encoder.layers";
  PentActivation act = c->activation == PENT_CLIP_GELU ? PENT_ACTIVATION_GELU : PENT_ACTIVATION_QUICK_GELU;

  PentTensor *h = pent_layers_layer_norm (l, x, c->layer_norm_eps, "%s.%d.layer_norm1", prefix, i);
  PentTensor *q = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.%d.self_attn.q_proj", prefix, i);
  PentTensor *k = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.%d.self_attn.k_proj", prefix, i);
  PentTensor *v = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.%d.self_attn.v_proj", prefix, i);
  h = pent_graph_attention (l->graph, q, k, v, c->heads, TRUE);
  x = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, x, "%s.%d.self_attn.out_proj", prefix, i);

  h = pent_layers_layer_norm (l, x, c->layer_norm_eps, "%s.%d.layer_norm2", prefix, i);
  h = pent_layers_linear (l, h, act, NULL, "%s.%d.mlp.fc1", prefix, i);
  return pent_layers_linear (l, h, PENT_ACTIVATION_NONE, x, "%s.%d.mlp.fc2", prefix, i);
}

/**
 * pent_clip_build:
 * @clip_skip: as A1111 counts: 1 uses every layer, 2 leaves out the last one;
 *   the final LayerNorm is applied in any case. At most the number of layers.
 *
 * Input: the embedded tokens of one chunk, (1, 1, positions, width), from
 * pent_clip_embed(). Output: the hidden states, of the same shape.
 *
 * Returns: (transfer full): the graph, or %NULL with %PENT_ERROR_FILE, or
 *   %PENT_ERROR_USAGE for a clip skip the encoder is too shallow for
 */
PentGraph *
pent_clip_build (PentCheckpoint *checkpoint, int clip_skip, GError **error)
{
  const PentClipConfig *c = pent_checkpoint_get_clip (checkpoint);
  PentLayers layers, *l = &layers;

  if (clip_skip < 1 || clip_skip > c->layers)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "--clip-skip %d is more than this model allows: its text encoder has %d layers, so choose 1 to %d",
                   clip_skip, c->layers, c->layers);
      return NULL;
    }

  pent_layers_init (l, "text encoder", checkpoint, PENT_COMPONENT_TEXT_ENCODER);
  PentTensor *x = pent_graph_input (l->graph, "embeddings", (PentShape){ 1, 1, c->positions, c->width },
                                    PENT_INPUT_DYNAMIC);
  for (int i = 0; i < c->layers - (clip_skip - 1); i++)
    x = build_layer (l, c, x, i);
  x = pent_layers_layer_norm (l, x, c->layer_norm_eps, "text_model.final_layer_norm");
  pent_graph_output (l->graph, x);
  return pent_layers_finish (l, error);
}

static void
read_row (const PentWeight *table, gint64 row, float *values)
{
  gint64 width = table->dim[1];
  const guint8 *data = table->data;

  pent_convert (PENT_F32, values, table->dtype, data + (gsize) row * width * pent_dtype_size (table->dtype), width);
}

/**
 * pent_clip_embed:
 * @ids: one chunk of tokens, as many as the encoder has positions, each below
 *   the vocabulary's size
 * @embeddings: (out): (positions, width) f32
 *
 * Looks the tokens up in the mapped file: the table itself, the largest tensor
 * of the encoder, never enters a device's memory.
 */
gboolean
pent_clip_embed (PentCheckpoint *checkpoint, const gint32 *ids, float *embeddings, GError **error)
{
  const PentClipConfig *c = pent_checkpoint_get_clip (checkpoint);
  PentWeight tokens, positions;

  if (!pent_checkpoint_get_weight (checkpoint, PENT_COMPONENT_TEXT_ENCODER,
                                   "text_model.embeddings.token_embedding.weight", &tokens, error)
      || !pent_checkpoint_get_weight (checkpoint, PENT_COMPONENT_TEXT_ENCODER,
                                      "text_model.embeddings.position_embedding.weight", &positions, error))
    return FALSE;

  g_autofree float *position = g_new (float, c->width);
  for (int i = 0; i < c->positions; i++)
    {
      float *row = embeddings + (gsize) i * c->width;
      if (ids[i] < 0 || ids[i] >= tokens.dim[0])
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                       "The tokenizer of %s gives token %d, but its text encoder knows only %" G_GINT64_FORMAT
                       ": they belong to different models; restore the model's own files",
                       pent_checkpoint_get_path (checkpoint), ids[i], tokens.dim[0]);
          return FALSE;
        }
      read_row (&tokens, ids[i], row);
      read_row (&positions, i, position);
      for (int j = 0; j < c->width; j++)
        row[j] += position[j];
    }
  return TRUE;
}
