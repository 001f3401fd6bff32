/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-component-config.h"

/* The tensors of the UNet of Rombach et al. 2022 as diffusers names them. */

static void
expect_resnet (const PentUnetConfig *self, PentTensorCheck *check, const char *block, int index, int out,
               int in)
{
  g_autofree char *resnet = g_strdup_printf ("%sresnets.%d.", block, index);

  pent_expect_norm (check, resnet, "norm1", in);
  pent_expect_conv (check, resnet, "conv1", out, in, 3);
  pent_expect_linear (check, resnet, "time_emb_proj", out, 4 * self->channels[0]);
  pent_expect_norm (check, resnet, "norm2", out);
  pent_expect_conv (check, resnet, "conv2", out, out, 3);
  if (in != out)
    pent_expect_conv (check, resnet, "conv_shortcut", out, in, 1);
}

/* @keys is the width of what the keys and values are made from. */
static void
expect_attention (PentTensorCheck *check, const char *block, const char *name, int width, int keys)
{
  g_autofree char *prefix = g_strconcat (block, name, ".", NULL);

  pent_expect_matrix (check, prefix, "to_q", width, width);
  pent_expect_matrix (check, prefix, "to_k", width, keys);
  pent_expect_matrix (check, prefix, "to_v", width, keys);
  pent_expect_linear (check, prefix, "to_out.0", width, width);
}

static void
expect_transformer (const PentUnetConfig *self, PentTensorCheck *check, const char *block, int index,
                    int level)
{
  g_autofree char *prefix = g_strdup_printf ("%sattentions.%d.", block, index);
  int width = self->channels[level];

  pent_expect_norm (check, prefix, "norm", width);
  pent_expect_linear (check, prefix, "proj_in", width, width);
  for (int i = 0; i < self->transformer_depth[level]; i++)
    {
      g_autofree char *inner = g_strdup_printf ("%stransformer_blocks.%d.", prefix, i);

      pent_expect_norm (check, inner, "norm1", width);
      expect_attention (check, inner, "attn1", width, width);
      pent_expect_norm (check, inner, "norm2", width);
      expect_attention (check, inner, "attn2", width, self->context_width);
      pent_expect_norm (check, inner, "norm3", width);
      pent_expect_linear (check, inner, "ff.net.0.proj", 8 * width, width);
      pent_expect_linear (check, inner, "ff.net.2", width, 4 * width);
    }
  pent_expect_linear (check, prefix, "proj_out", width, width);
}

static void
expect_down_path (const PentUnetConfig *self, PentTensorCheck *check)
{
  int in = self->channels[0];

  for (int i = 0; i < self->n_levels; i++)
    {
      g_autofree char *block = g_strdup_printf ("down_blocks.%d.", i);

      for (int j = 0; j < self->layers_per_block; j++)
        {
          expect_resnet (self, check, block, j, self->channels[i], in);
          in = self->channels[i];
          if (self->down_attention[i])
            expect_transformer (self, check, block, j, i);
        }
      if (i + 1 < self->n_levels)
        pent_expect_conv (check, block, "downsamplers.0.conv", in, in, 3);
    }
}

/* Every resnet of the up path takes what the down path left at its place: the
 * last of a block what came into that level, the others what it made. */
static void
expect_up_path (const PentUnetConfig *self, PentTensorCheck *check)
{
  int n = self->n_levels;
  int in = self->channels[n - 1];

  for (int i = 0; i < n; i++)
    {
      g_autofree char *block = g_strdup_printf ("up_blocks.%d.", i);
      int level = n - 1 - i;
      int below = self->channels[MAX (level - 1, 0)];

      for (int j = 0; j <= self->layers_per_block; j++)
        {
          int skip = j == self->layers_per_block ? below : self->channels[level];

          expect_resnet (self, check, block, j, self->channels[level], in + skip);
          in = self->channels[level];
          if (self->up_attention[i])
            expect_transformer (self, check, block, j, level);
        }
      if (i + 1 < n)
        pent_expect_conv (check, block, "upsamplers.0.conv", in, in, 3);
    }
}

/**
 * pent_unet_config_expect:
 *
 * Expects every tensor that a UNet of these sizes reads.
 */
void
pent_unet_config_expect (const PentUnetConfig *self, PentTensorCheck *check)
{
  int top = self->channels[0], bottom = self->channels[self->n_levels - 1];

  pent_expect_linear (check, "", "time_embedding.linear_1", 4 * top, top);
  pent_expect_linear (check, "", "time_embedding.linear_2", 4 * top, 4 * top);
  pent_expect_conv (check, "", "conv_in", top, self->in_channels, 3);
  expect_down_path (self, check);
  expect_resnet (self, check, "mid_block.", 0, bottom, bottom);
  if (self->mid_attention)
    expect_transformer (self, check, "mid_block.", 0, self->n_levels - 1);
  expect_resnet (self, check, "mid_block.", 1, bottom, bottom);
  expect_up_path (self, check);
  pent_expect_norm (check, "", "conv_norm_out", top);
  pent_expect_conv (check, "", "conv_out", self->out_channels, top, 3);
}
