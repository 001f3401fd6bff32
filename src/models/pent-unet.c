/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The denoising UNet of latent diffusion (Rombach et al. 2022, "High-resolution
 * image synthesis with latent diffusion models"), as diffusers'
 * UNet2DConditionModel for the Stable Diffusion family:
 *
 *   emb  = silu (linear_2 (silu (linear_1 (time embedding))))   all uses are behind a silu
 *   x    = conv_in (latent)
 *   down: a level is layers_per_block times [resnet, transformer], every
 *         result kept as a skip; between levels a convolution of stride 2
 *   mid:  resnet, transformer, resnet
 *   up:   a level is layers_per_block + 1 times [concat skip, resnet,
 *         transformer]; between levels nearest upsampling to the skip's size
 *         and a convolution
 *   out  = conv_out (silu (group_norm (x)))                      (n, h, w, out_channels)
 *
 * The names are those of diffusers: conv_in, time_embedding.linear_{1,2},
 * down_blocks.L.{resnets,attentions}.J, down_blocks.L.downsamplers.0.conv,
 * mid_block, up_blocks, conv_norm_out, conv_out. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-unet.h"

#include "pent-layers.h"

#include <math.h>

/* SpatialTransformer's own norm differs from the resnets'. */
#define TRANSFORMER_NORM_EPS 1e-6
#define LAYER_NORM_EPS 1e-5

typedef struct
{
  PentLayers            layers;
  const PentUnetConfig *config;
  PentTensor           *emb;       /* (n, 1, 1, 4 channels[0]), behind its silu */
  PentTensor           *context;
  GPtrArray            *skips;     /* of PentTensor; NULL once building has failed */
} Builder;

static const PentConvOptions same_3x3 = { .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1 };

/* x + conv2 (silu (norm2 (conv1 (silu (norm1 (x))) + proj (emb)))), x through a
 * 1x1 convolution where the width changes. */
static PentTensor *
build_resnet (Builder *b, PentTensor *x, const char *name)
{
  PentLayers *l = &b->layers;
  const PentUnetConfig *c = b->config;
  PentConvOptions first = same_3x3, second = same_3x3;

  PentTensor *h = pent_layers_group_norm (l, x, c->norm_groups, c->norm_eps, PENT_ACTIVATION_SILU, "%s.norm1", name);
  first.channel_bias = pent_layers_linear (l, b->emb, PENT_ACTIVATION_NONE, NULL, "%s.time_emb_proj", name);
  h = pent_layers_conv (l, h, &first, "%s.conv1", name);
  h = pent_layers_group_norm (l, h, c->norm_groups, c->norm_eps, PENT_ACTIVATION_SILU, "%s.norm2", name);

  second.residual = x;
  if (pent_layers_has (l, "%s.conv_shortcut", name))
    second.residual = pent_layers_linear (l, x, PENT_ACTIVATION_NONE, NULL, "%s.conv_shortcut", name);
  return pent_layers_conv (l, h, &second, "%s.conv2", name);
}

static PentTensor *
build_attention (Builder *b, PentTensor *x, PentTensor *h, PentTensor *context, int heads, const char *name)
{
  PentLayers *l = &b->layers;

  PentTensor *q = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.to_q", name);
  PentTensor *k = pent_layers_linear (l, context, PENT_ACTIVATION_NONE, NULL, "%s.to_k", name);
  PentTensor *v = pent_layers_linear (l, context, PENT_ACTIVATION_NONE, NULL, "%s.to_v", name);
  h = pent_graph_attention (l->graph, q, k, v, heads, FALSE);
  return pent_layers_linear (l, h, PENT_ACTIVATION_NONE, x, "%s.to_out.0", name);
}

/* Self-attention, attention to the prompt, gated feed-forward; all residual. */
static PentTensor *
build_transformer_block (Builder *b, PentTensor *x, int heads, const char *name)
{
  PentLayers *l = &b->layers;
  g_autofree char *attn1 = g_strconcat (name, ".attn1", NULL);
  g_autofree char *attn2 = g_strconcat (name, ".attn2", NULL);

  PentTensor *h = pent_layers_layer_norm (l, x, LAYER_NORM_EPS, "%s.norm1", name);
  x = build_attention (b, x, h, h, heads, attn1);
  h = pent_layers_layer_norm (l, x, LAYER_NORM_EPS, "%s.norm2", name);
  x = build_attention (b, x, h, b->context, heads, attn2);
  h = pent_layers_layer_norm (l, x, LAYER_NORM_EPS, "%s.norm3", name);
  h = pent_layers_geglu (l, h, "%s.ff.net.0.proj", name);
  return pent_layers_linear (l, h, PENT_ACTIVATION_NONE, x, "%s.ff.net.2", name);
}

static PentTensor *
build_transformer (Builder *b, PentTensor *x, int level, const char *name)
{
  PentLayers *l = &b->layers;
  const PentUnetConfig *c = b->config;

  PentTensor *h = pent_layers_group_norm (l, x, c->norm_groups, TRANSFORMER_NORM_EPS, PENT_ACTIVATION_NONE,
                                          "%s.norm", name);
  h = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.proj_in", name);
  for (int i = 0; i < c->transformer_depth[level]; i++)
    {
      g_autofree char *block = g_strdup_printf ("%s.transformer_blocks.%d", name, i);
      h = build_transformer_block (b, h, c->heads[level], block);
    }
  return pent_layers_linear (l, h, PENT_ACTIVATION_NONE, x, "%s.proj_out", name);
}

/* A resnet and, where the level has one, a transformer: @path is
 * "down_blocks.0" and the like. */
static PentTensor *
build_pair (Builder *b, PentTensor *x, gboolean attention, int level, const char *path, int j)
{
  g_autofree char *resnet = g_strdup_printf ("%s.resnets.%d", path, j);

  x = build_resnet (b, x, resnet);
  if (attention)
    {
      g_autofree char *transformer = g_strdup_printf ("%s.attentions.%d", path, j);
      x = build_transformer (b, x, level, transformer);
    }
  return x;
}

static PentTensor *
build_down_level (Builder *b, PentTensor *x, int level)
{
  const PentUnetConfig *c = b->config;
  g_autofree char *path = g_strdup_printf ("down_blocks.%d", level);

  for (int j = 0; j < c->layers_per_block; j++)
    {
      x = build_pair (b, x, c->down_attention[level], level, path, j);
      g_ptr_array_add (b->skips, x);
    }
  return x;
}

static PentTensor *
build_mid (Builder *b, PentTensor *x)
{
  int level = b->config->n_levels - 1;

  x = build_pair (b, x, b->config->mid_attention, level, "mid_block", 0);
  return build_resnet (b, x, "mid_block.resnets.1");
}

static PentTensor *
build_up_level (Builder *b, PentTensor *x, int i)
{
  const PentUnetConfig *c = b->config;
  g_autofree char *path = g_strdup_printf ("up_blocks.%d", i);

  for (int j = 0; j < c->layers_per_block + 1; j++)
    {
      PentTensor *skip = g_ptr_array_steal_index (b->skips, b->skips->len - 1);
      x = pent_graph_concat (b->layers.graph, x, skip);
      x = build_pair (b, x, c->up_attention[i], c->n_levels - 1 - i, path, j);
    }
  return x;
}

static PentTensor *
build_upsampler (Builder *b, PentTensor *x, int i)
{
  PentTensor *next = g_ptr_array_index (b->skips, b->skips->len - 1);

  if (x != NULL && next != NULL)
    x = pent_graph_upsample (b->layers.graph, x, next->shape.h, next->shape.w);
  return pent_layers_conv (&b->layers, x, &same_3x3, "up_blocks.%d.upsamplers.0.conv", i);
}

/* All that lies between the first down level and the last up level: what the
 * latter reads from below. */
static PentTensor *
build_deep (Builder *b, PentTensor *x)
{
  const PentUnetConfig *c = b->config;
  PentConvOptions halve = same_3x3;

  halve.stride = 2;
  for (int level = 1; level < c->n_levels; level++)
    {
      x = pent_layers_conv (&b->layers, x, &halve, "down_blocks.%d.downsamplers.0.conv", level - 1);
      g_ptr_array_add (b->skips, x);
      x = build_down_level (b, x, level);
    }
  x = build_mid (b, x);
  for (int i = 0; i < c->n_levels - 1; i++)
    {
      x = build_up_level (b, x, i);
      x = build_upsampler (b, x, i);
    }
  return x;
}

/* Channels of what build_deep() gives: those of the level below the last. */
static int
get_deep_channels (const PentUnetConfig *c)
{
  return c->channels[MIN (1, c->n_levels - 1)];
}

/**
 * pent_unet_build:
 * @form: %PENT_UNET_WHOLE, or one half of a pair that shares deep features
 * @n: pictures at once: 2 for guidance (the two prompts), else 1
 * @height: of the latent, in cells; at least 1
 * @width: of the latent, in cells
 * @tokens: of the context, a multiple of the text encoder's positions
 *
 * Inputs: %PENT_UNET_LATENT, %PENT_UNET_TIME, %PENT_UNET_CONTEXT. Output: the
 * prediction, (@n, @height, @width, out_channels). For the other forms also
 * %PENT_UNET_DEEP, (@n, @height, @width, channels of the second level).
 *
 * Returns: (transfer full): the graph, or %NULL with %PENT_ERROR_FILE
 */
PentGraph *
pent_unet_build (PentCheckpoint *checkpoint, PentUnetForm form, int n, int height, int width, int tokens,
                 GError **error)
{
  const PentUnetConfig *c = pent_checkpoint_get_unet (checkpoint);
  g_autoptr (GPtrArray) skips = g_ptr_array_new ();
  Builder b = { .config = c, .skips = skips };
  PentLayers *l = &b.layers;

  pent_layers_init (l, "UNet", checkpoint, PENT_COMPONENT_UNET);
  PentTensor *latent = pent_graph_input (l->graph, "latent", (PentShape){ n, height, width, c->in_channels },
                                         PENT_INPUT_DYNAMIC);
  PentTensor *time = pent_graph_input (l->graph, "time", (PentShape){ n, 1, 1, c->channels[0] }, PENT_INPUT_DYNAMIC);
  b.context = pent_graph_input (l->graph, "context", (PentShape){ n, 1, tokens, c->context_width },
                                PENT_INPUT_STATIC);

  PentTensor *emb = pent_layers_linear (l, time, PENT_ACTIVATION_SILU, NULL, "time_embedding.linear_1");
  b.emb = pent_layers_linear (l, emb, PENT_ACTIVATION_SILU, NULL, "time_embedding.linear_2");

  PentTensor *x = pent_layers_conv (l, latent, &same_3x3, "conv_in");
  g_ptr_array_add (skips, x);
  x = build_down_level (&b, x, 0);
  x = form == PENT_UNET_SHALLOW
        ? pent_graph_input (l->graph, "deep", (PentShape){ n, height, width, get_deep_channels (c) }, PENT_INPUT_DYNAMIC)
        : build_deep (&b, x);
  PentTensor *deep = x;
  x = build_up_level (&b, x, c->n_levels - 1);
  x = pent_layers_group_norm (l, x, c->norm_groups, c->norm_eps, PENT_ACTIVATION_SILU, "conv_norm_out");
  x = pent_layers_conv (l, x, &same_3x3, "conv_out");
  pent_graph_output (l->graph, x);
  if (form == PENT_UNET_KEEPING)
    pent_graph_output (l->graph, deep);
  return pent_layers_finish (l, error);
}

/**
 * pent_unet_time_embedding:
 * @timestep: 0 to 999, fractions included
 * @embedding: (out): channels[0] values
 *
 * Sinusoids of Vaswani et al. 2017, "Attention is all you need", with
 * frequencies 10000^(-i / (half - freq_shift)); cosines first where the
 * configuration flips them, as all of Stable Diffusion does.
 */
void
pent_unet_time_embedding (const PentUnetConfig *config, double timestep, float *embedding)
{
  int half = config->channels[0] / 2;
  float *cosines = config->flip_sin_to_cos ? embedding : embedding + half;
  float *sines = config->flip_sin_to_cos ? embedding + half : embedding;

  for (int i = 0; i < half; i++)
    {
      double frequency = exp (-log (10000.0) * i / (half - config->freq_shift));
      /* The reference multiplies in single precision. */
      float angle = (float) timestep * (float) frequency;
      cosines[i] = cosf (angle);
      sines[i] = sinf (angle);
    }
  if (config->channels[0] % 2 != 0)
    embedding[config->channels[0] - 1] = 0;
}
