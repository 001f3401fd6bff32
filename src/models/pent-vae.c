/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The autoencoder between pictures and latents (Esser et al. 2021, "Taming
 * transformers", as Rombach et al. 2022 use it), as diffusers' AutoencoderKL:
 *
 *   encoder: conv_in; a level is layers_per_block resnets and, but for the
 *            last, a convolution of stride 2 padded right and below alone; mid;
 *            conv_out (silu (group_norm (x))); quant_conv gives mean, logvar
 *   decoder: post_quant_conv; conv_in; mid; a level is layers_per_block + 1
 *            resnets and, but for the last, upsampling with a convolution;
 *            conv_out (silu (group_norm (x)))
 *   mid:     resnet, attention of one head over all cells, resnet
 *
 * Names: encoder.down_blocks.L.resnets.J, encoder.down_blocks.L.downsamplers.0
 * .conv, encoder.mid_block.{resnets.0, attentions.0, resnets.1}, decoder
 * .up_blocks.L.upsamplers.0.conv, conv_norm_out, conv_out, quant_conv,
 * post_quant_conv. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-vae.h"

#include "pent-layers.h"

#define NORM_EPS 1e-6

static const PentConvOptions same_3x3 = { .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1 };

static PentTensor *
build_resnet (PentLayers *l, const PentVaeConfig *c, PentTensor *x, const char *path, int j)
{
  PentConvOptions second = same_3x3;

  PentTensor *h = pent_layers_group_norm (l, x, c->norm_groups, NORM_EPS, PENT_ACTIVATION_SILU,
                                          "%s.resnets.%d.norm1", path, j);
  h = pent_layers_conv (l, h, &same_3x3, "%s.resnets.%d.conv1", path, j);
  h = pent_layers_group_norm (l, h, c->norm_groups, NORM_EPS, PENT_ACTIVATION_SILU, "%s.resnets.%d.norm2", path, j);

  second.residual = x;
  if (pent_layers_has (l, "%s.resnets.%d.conv_shortcut", path, j))
    second.residual = pent_layers_linear (l, x, PENT_ACTIVATION_NONE, NULL, "%s.resnets.%d.conv_shortcut", path, j);
  return pent_layers_conv (l, h, &second, "%s.resnets.%d.conv2", path, j);
}

static PentTensor *
build_mid (PentLayers *l, const PentVaeConfig *c, PentTensor *x, const char *path)
{
  x = build_resnet (l, c, x, path, 0);
  if (c->mid_attention)
    {
      PentTensor *h = pent_layers_group_norm (l, x, c->norm_groups, NORM_EPS, PENT_ACTIVATION_NONE,
                                              "%s.attentions.0.group_norm", path);
      PentTensor *q = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.attentions.0.to_q", path);
      PentTensor *k = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.attentions.0.to_k", path);
      PentTensor *v = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, NULL, "%s.attentions.0.to_v", path);
      h = pent_graph_attention (l->graph, q, k, v, 1, FALSE);
      x = pent_layers_linear (l, h, PENT_ACTIVATION_NONE, x, "%s.attentions.0.to_out.0", path);
    }
  return build_resnet (l, c, x, path, 1);
}

static PentTensor *
build_end (PentLayers *l, const PentVaeConfig *c, PentTensor *x, const char *part)
{
  x = pent_layers_group_norm (l, x, c->norm_groups, NORM_EPS, PENT_ACTIVATION_SILU, "%s.conv_norm_out", part);
  return pent_layers_conv (l, x, &same_3x3, "%s.conv_out", part);
}

/**
 * pent_vae_get_scale:
 *
 * Returns: pixels along a side of one latent cell: 8 for four levels
 */
int
pent_vae_get_scale (const PentVaeConfig *config)
{
  return 1 << (config->n_levels - 1);
}

/* The matrix that gives the mean alone: the first half of quant_conv's rows,
 * or of conv_out's where there is no quant_conv. */
static PentTensor *
build_mean (PentLayers *l, const PentVaeConfig *c, PentTensor *moments)
{
  PentWeight weight, bias;

  if (moments == NULL || l->error != NULL
      || !pent_checkpoint_get_weight (l->checkpoint, PENT_COMPONENT_VAE, "quant_conv.weight", &weight, &l->error)
      || !pent_checkpoint_get_weight (l->checkpoint, PENT_COMPONENT_VAE, "quant_conv.bias", &bias, &l->error))
    return NULL;
  weight.dim[0] = bias.dim[0] = c->latent_channels;
  return pent_graph_linear (l->graph, moments, &weight, &bias, PENT_ACTIVATION_NONE, NULL);
}

/**
 * pent_vae_build_encoder:
 * @height: of the picture, pixels, a multiple of the scale
 * @width: of the picture, pixels, a multiple of the scale
 *
 * Input: the picture, (1, @height, @width, 3), -1 to 1. Output: the mean of the
 * posterior, (1, @height / scale, @width / scale, latent_channels), not yet
 * multiplied by the scaling factor; where the model has no quant_conv, mean and
 * log variance in twice as many channels, the mean first.
 *
 * Returns: (transfer full): the graph, or %NULL with %PENT_ERROR_FILE
 */
PentGraph *
pent_vae_build_encoder (PentCheckpoint *checkpoint, int height, int width, GError **error)
{
  const PentVaeConfig *c = pent_checkpoint_get_vae (checkpoint);
  const PentConvOptions halve = { .stride = 2, .pad_bottom = 1, .pad_right = 1 };
  PentLayers layers, *l = &layers;

  pent_layers_init (l, "VAE encoder", checkpoint, PENT_COMPONENT_VAE);
  PentTensor *x = pent_graph_input (l->graph, "picture", (PentShape){ 1, height, width, c->in_channels },
                                    PENT_INPUT_DYNAMIC);
  x = pent_layers_conv (l, x, &same_3x3, "encoder.conv_in");
  for (int level = 0; level < c->n_levels; level++)
    {
      g_autofree char *path = g_strdup_printf ("encoder.down_blocks.%d", level);
      for (int j = 0; j < c->layers_per_block; j++)
        x = build_resnet (l, c, x, path, j);
      if (level < c->n_levels - 1)
        x = pent_layers_conv (l, x, &halve, "%s.downsamplers.0.conv", path);
    }
  x = build_mid (l, c, x, "encoder.mid_block");
  x = build_end (l, c, x, "encoder");
  if (c->quant_conv)
    x = build_mean (l, c, x);
  pent_graph_output (l->graph, x);
  return pent_layers_finish (l, error);
}

/**
 * pent_vae_build_decoder:
 * @height: of the latent, in cells
 * @width: of the latent, in cells
 *
 * Input: the latent divided by the scaling factor, (1, @height, @width,
 * latent_channels). Output: the picture, (1, @height * scale, @width * scale, 3),
 * about -1 to 1.
 *
 * Returns: (transfer full): the graph, or %NULL with %PENT_ERROR_FILE
 */
PentGraph *
pent_vae_build_decoder (PentCheckpoint *checkpoint, int height, int width, GError **error)
{
  const PentVaeConfig *c = pent_checkpoint_get_vae (checkpoint);
  PentLayers layers, *l = &layers;

  pent_layers_init (l, "VAE decoder", checkpoint, PENT_COMPONENT_VAE);
  PentTensor *x = pent_graph_input (l->graph, "latent", (PentShape){ 1, height, width, c->latent_channels },
                                    PENT_INPUT_DYNAMIC);
  if (c->post_quant_conv)
    x = pent_layers_linear (l, x, PENT_ACTIVATION_NONE, NULL, "post_quant_conv");
  x = pent_layers_conv (l, x, &same_3x3, "decoder.conv_in");
  x = build_mid (l, c, x, "decoder.mid_block");
  for (int i = 0; i < c->n_levels; i++)
    {
      g_autofree char *path = g_strdup_printf ("decoder.up_blocks.%d", i);
      for (int j = 0; j < c->layers_per_block + 1; j++)
        x = build_resnet (l, c, x, path, j);
      if (i == c->n_levels - 1)
        break;
      if (x != NULL)
        x = pent_graph_upsample (l->graph, x, 2 * x->shape.h, 2 * x->shape.w);
      x = pent_layers_conv (l, x, &same_3x3, "%s.upsamplers.0.conv", path);
    }
  x = build_end (l, c, x, "decoder");
  pent_graph_output (l->graph, x);
  return pent_layers_finish (l, error);
}
