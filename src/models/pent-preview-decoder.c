/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small decoder for previews (TAESD, Bohan 2023), as the decoder of
 * diffusers' AutoencoderTiny:
 *
 *   x = 3 tanh (latent / 3); relu (conv (x)); a level is some blocks and, but
 *   for the last, upsampling, then a convolution, without a bias but for the
 *   last, which gives the colours
 *   block: relu (x + conv (relu (conv (relu (conv (x))))))
 *
 * Names: decoder.layers.I, counted over everything in a row: convolution,
 * activation, then for each level its blocks, the upsampling and the
 * convolution. A block's convolutions are conv.0, conv.2 and conv.4. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-preview-decoder.h"

#include <math.h>

#include "pent-layers.h"

/* Where latents are bent to, gently. */
#define MAGNITUDE 3.0f

static const PentConvOptions plain = { .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1 };
static const PentConvOptions with_relu = {
  .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1, .activation = PENT_ACTIVATION_RELU,
};

/**
 * pent_preview_decoder_get_scale:
 *
 * Returns: pixels along a side of one latent cell: 8 for four levels
 */
int
pent_preview_decoder_get_scale (const PentPreviewDecoderConfig *config)
{
  return 1 << (config->n_levels - 1);
}

/**
 * pent_preview_decoder_prepare:
 * @latent: (latent_channels, @height, @width), as the UNet sees it
 * @input: (out): (@height, @width, latent_channels), what the decoder is given
 */
void
pent_preview_decoder_prepare (const PentPreviewDecoderConfig *config, const float *latent, int height, int width,
                              float *input)
{
  gsize cells = (gsize) height * width;
  float scale = 1 / config->scaling_factor, shift = config->shift_factor;

  for (gsize cell = 0; cell < cells; cell++)
    for (int k = 0; k < config->latent_channels; k++)
      input[cell * config->latent_channels + k]
        = MAGNITUDE * tanhf ((latent[k * cells + cell] * scale + shift) / MAGNITUDE);
}

static PentTensor *
build_block (PentLayers *l, PentTensor *x, int layer)
{
  PentTensor *h = pent_layers_conv (l, x, &with_relu, "decoder.layers.%d.conv.0", layer);

  h = pent_layers_conv (l, h, &with_relu, "decoder.layers.%d.conv.2", layer);
  h = pent_layers_conv (l, h, &plain, "decoder.layers.%d.conv.4", layer);
  return pent_graph_add (l->graph, h, x, PENT_ACTIVATION_RELU);
}

/**
 * pent_preview_decoder_build:
 * @height: of the latent, in cells
 * @width: of the latent, in cells
 *
 * Input: what pent_preview_decoder_prepare() makes, (1, @height, @width,
 * latent_channels). Output: the picture, (1, @height * scale, @width * scale,
 * 3), about 0 to 1.
 *
 * Returns: (transfer full): the graph, or %NULL with %PENT_ERROR_FILE
 */
PentGraph *
pent_preview_decoder_build (PentCheckpoint *checkpoint, int height, int width, GError **error)
{
  const PentPreviewDecoderConfig *c = pent_checkpoint_get_preview_decoder (checkpoint);
  PentLayers layers, *l = &layers;
  int layer = 2;

  pent_layers_init (l, "preview decoder", checkpoint, PENT_COMPONENT_PREVIEW_DECODER);
  PentTensor *x = pent_graph_input (l->graph, "latent", (PentShape){ 1, height, width, c->latent_channels },
                                    PENT_INPUT_DYNAMIC);
  x = pent_layers_conv (l, x, &with_relu, "decoder.layers.0");
  for (int level = 0; level < c->n_levels; level++)
    {
      for (int i = 0; i < c->blocks[level]; i++)
        x = build_block (l, x, layer++);
      if (level < c->n_levels - 1)
        {
          if (x != NULL)
            x = pent_graph_upsample (l->graph, x, 2 * x->shape.h, 2 * x->shape.w);
          layer++;
        }
      x = pent_layers_conv (l, x, &plain, "decoder.layers.%d", layer++);
    }
  pent_graph_output (l->graph, x);
  return pent_layers_finish (l, error);
}
