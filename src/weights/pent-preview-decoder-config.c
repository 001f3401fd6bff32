/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-component-config.h"

/* What the decoder's graph takes for granted. */
static void
check_fixed_facts (PentConfigFile *file)
{
  static const char *const facts[][2] = {
    { "_class_name", "AutoencoderTiny" }, { "act_fn", "relu" }, { "upsample_fn", "nearest" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      const char *value = pent_config_file_get_string (file, facts[i][0], facts[i][1]);
      if (!g_str_equal (value, facts[i][1]))
        pent_config_file_fail (file, "'%s' is '%.40s', and only %s is supported", facts[i][0], value, facts[i][1]);
    }
  pent_config_file_get_int (file, "out_channels", 3, 3, 3);
  pent_config_file_get_int (file, "upsampling_scaling_factor", 2, 2, 2);
}

/**
 * pent_preview_decoder_config_from_file:
 * @file: the config.json of an AutoencoderTiny, of which only the decoder is
 *   used
 */
gboolean
pent_preview_decoder_config_from_file (PentPreviewDecoderConfig *self, PentConfigFile *file, GError **error)
{
  static const int usual_blocks[] = { 3, 3, 3, 1 };
  int channels[PENT_MAX_LEVELS] = { 64, 64, 64, 64 };
  int n_channels = pent_config_file_get_ints (file, "decoder_block_out_channels", channels, PENT_MAX_LEVELS, 1,
                                              PENT_MAX_CHANNELS);

  for (guint i = 0; i < G_N_ELEMENTS (usual_blocks); i++)
    self->blocks[i] = usual_blocks[i];
  self->n_levels = pent_config_file_get_ints (file, "num_decoder_blocks", self->blocks, PENT_MAX_LEVELS, 1,
                                              PENT_MAX_LAYERS);
  self->n_levels = self->n_levels != 0 ? MAX (self->n_levels, 1) : (int) G_N_ELEMENTS (usual_blocks);
  n_channels = n_channels != 0 ? MAX (n_channels, 1) : (int) G_N_ELEMENTS (usual_blocks);
  if (n_channels != self->n_levels)
    pent_config_file_fail (file, "'num_decoder_blocks' and 'decoder_block_out_channels' give different numbers of levels");
  self->channels = channels[0];
  for (int i = 1; i < n_channels; i++)
    if (channels[i] != self->channels)
      pent_config_file_fail (file, "'decoder_block_out_channels' holds different numbers, and only one is supported");
  self->latent_channels = pent_config_file_get_int (file, "latent_channels", 4, 1, PENT_MAX_LATENT_CHANNELS);
  self->scaling_factor = pent_config_file_get_double (file, "scaling_factor", 1.0, 1e-4, 1e4);
  self->shift_factor = pent_config_file_get_double (file, "shift_factor", 0.0, -1e4, 1e4);
  check_fixed_facts (file);
  return pent_config_file_finish (file, error);
}

/* Counts the layers of diffusers' list; those without weights have numbers
 * too. */
static void
expect_layer (PentTensorCheck *check, int layer, int out, int in, gboolean bias)
{
  g_autofree char *name = g_strdup_printf ("%d", layer);

  if (bias)
    pent_expect_conv (check, "decoder.layers.", name, out, in, 3);
  else
    pent_expect_filter (check, "decoder.layers.", name, out, in, 3);
}

/**
 * pent_preview_decoder_config_expect:
 *
 * Expects the tensors of the decoder alone: see pent_preview_decoder_build().
 */
void
pent_preview_decoder_config_expect (const PentPreviewDecoderConfig *self, PentTensorCheck *check)
{
  int layer = 2;

  expect_layer (check, 0, self->channels, self->latent_channels, TRUE);
  for (int level = 0; level < self->n_levels; level++)
    {
      for (int i = 0; i < self->blocks[level]; i++, layer++)
        {
          g_autofree char *prefix = g_strdup_printf ("decoder.layers.%d.conv.", layer);
          pent_expect_conv (check, prefix, "0", self->channels, self->channels, 3);
          pent_expect_conv (check, prefix, "2", self->channels, self->channels, 3);
          pent_expect_conv (check, prefix, "4", self->channels, self->channels, 3);
        }
      gboolean last = level == self->n_levels - 1;
      layer += last ? 0 : 1;
      expect_layer (check, layer++, last ? 3 : self->channels, self->channels, last);
    }
}
