/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-component-config.h"

#include "pent-error.h"

/* Of Stable Diffusion 1, where no config says otherwise (Rombach et al. 2022) */
#define SCALING_FACTOR 0.18215
#define NORM_GROUPS    32

static gboolean
check_sizes (const PentVaeConfig *self, GError **error)
{
  for (int i = 0; i < self->n_levels; i++)
    {
      if (self->channels[i] < 1 || self->channels[i] > PENT_MAX_CHANNELS)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                       "the VAE lacks level %d of its encoder: download it again", i);
          return FALSE;
        }
      if (self->channels[i] % self->norm_groups != 0)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                       "the VAE's %d channels at level %d cannot be split into %d norm groups: "
                       "use a model folder, whose config.json tells the groups",
                       self->channels[i], i, self->norm_groups);
          return FALSE;
        }
    }
  return TRUE;
}

static void
check_block_types (PentConfigFile *file, const char *key, const char *type, int n_levels)
{
  const char *types[PENT_MAX_LEVELS] = { NULL };
  int n = pent_config_file_get_strings (file, key, types, PENT_MAX_LEVELS);

  if (n > 0 ? n != n_levels : n_levels != 1)
    pent_config_file_fail (file, "'%s' and 'block_out_channels' give different numbers of levels", key);
  for (int i = 0; i < n; i++)
    if (!g_str_equal (types[i], type))
      pent_config_file_fail (file, "'%s' names '%.40s', and only %s is supported", key, types[i], type);
}

/* What the decoder's graph takes for granted. */
static void
check_fixed_facts (PentConfigFile *file)
{
  const char *activation = pent_config_file_get_string (file, "act_fn", "silu");
  const char *class_name = pent_config_file_get_string (file, "_class_name", "AutoencoderKL");

  if (!g_str_equal (class_name, "AutoencoderKL"))
    pent_config_file_fail (file, "'_class_name' is '%.40s', and only AutoencoderKL is supported",
                           class_name);
  if (!g_str_equal (activation, "silu") && !g_str_equal (activation, "swish"))
    pent_config_file_fail (file, "'act_fn' is '%.40s', and only silu is supported", activation);
  if (pent_config_file_has (file, "latents_mean") || pent_config_file_has (file, "latents_std"))
    pent_config_file_fail (file, "'latents_mean' and 'latents_std' are not supported");
}

/**
 * pent_vae_config_from_file:
 * @file: the config.json of an AutoencoderKL
 */
gboolean
pent_vae_config_from_file (PentVaeConfig *self, PentConfigFile *file, GError **error)
{
  self->channels[0] = 64;
  self->n_levels = pent_config_file_get_ints (file, "block_out_channels", self->channels,
                                              PENT_MAX_LEVELS, 1, PENT_MAX_CHANNELS);
  self->n_levels = MAX (self->n_levels, 1);
  check_block_types (file, "down_block_types", "DownEncoderBlock2D", self->n_levels);
  check_block_types (file, "up_block_types", "UpDecoderBlock2D", self->n_levels);
  self->in_channels = pent_config_file_get_int (file, "in_channels", 3, 3, 3);
  self->out_channels = pent_config_file_get_int (file, "out_channels", 3, 3, 3);
  self->latent_channels = pent_config_file_get_int (file, "latent_channels", 4, 1, PENT_MAX_LATENT_CHANNELS);
  self->layers_per_block = pent_config_file_get_int (file, "layers_per_block", 1, 1, PENT_MAX_LAYERS);
  self->norm_groups = pent_config_file_get_int (file, "norm_num_groups", NORM_GROUPS, 1, PENT_MAX_CHANNELS);
  self->mid_attention = pent_config_file_get_boolean (file, "mid_block_add_attention", TRUE);
  self->quant_conv = pent_config_file_get_boolean (file, "use_quant_conv", TRUE);
  self->post_quant_conv = pent_config_file_get_boolean (file, "use_post_quant_conv", TRUE);
  self->scaling_factor = pent_config_file_get_double (file, "scaling_factor", SCALING_FACTOR, 1e-4, 1e4);
  self->shift_factor = pent_config_file_get_double (file, "shift_factor", 0.0, -1e4, 1e4);
  check_fixed_facts (file);
  return pent_config_file_finish (file, error) && check_sizes (self, error);
}

/**
 * pent_vae_config_from_tensors:
 * @table: a VAE of Stable Diffusion's kind, by diffusers' present names
 */
gboolean
pent_vae_config_from_tensors (PentVaeConfig *self, const PentTensorTable *table, GError **error)
{
  gint64 latent = pent_tensor_table_dim (table, "decoder.conv_in.weight", 1);
  gint64 in = pent_tensor_table_dim (table, "encoder.conv_in.weight", 1);
  gint64 out = pent_tensor_table_dim (table, "decoder.conv_out.weight", 0);

  self->n_levels = pent_tensor_table_count (table, "decoder.up_blocks.", ".", PENT_MAX_LEVELS + 1);
  if (latent < 1 || latent > PENT_MAX_LATENT_CHANNELS || in != 3 || out != 3 || self->n_levels < 1
      || self->n_levels > PENT_MAX_LEVELS)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "the VAE lacks its first or last convolution, its encoder or its decoder: "
                   "download it again");
      return FALSE;
    }
  self->in_channels = in;
  self->out_channels = out;
  self->latent_channels = latent;
  for (int i = 0; i < self->n_levels; i++)
    {
      g_autofree char *name = g_strdup_printf ("encoder.down_blocks.%d.resnets.0.conv1.weight", i);
      self->channels[i] = CLAMP (pent_tensor_table_dim (table, name, 0), -1, G_MAXINT);
    }
  self->layers_per_block = pent_tensor_table_count (table, "encoder.down_blocks.0.resnets.", ".",
                                                    PENT_MAX_LAYERS);
  self->layers_per_block = MAX (self->layers_per_block, 1);
  self->norm_groups = NORM_GROUPS;
  self->mid_attention = pent_tensor_table_has_prefixf (table, "decoder.mid_block.attentions.0.");
  self->quant_conv = pent_tensor_table_has_prefixf (table, "quant_conv.");
  self->post_quant_conv = pent_tensor_table_has_prefixf (table, "post_quant_conv.");
  self->scaling_factor = SCALING_FACTOR;
  self->shift_factor = 0.0;
  return check_sizes (self, error);
}

static void
expect_resnet (PentTensorCheck *check, const char *block, int index, int out, int in)
{
  g_autofree char *resnet = g_strdup_printf ("%sresnets.%d.", block, index);

  pent_expect_norm (check, resnet, "norm1", in);
  pent_expect_conv (check, resnet, "conv1", out, in, 3);
  pent_expect_norm (check, resnet, "norm2", out);
  pent_expect_conv (check, resnet, "conv2", out, out, 3);
  if (in != out)
    pent_expect_conv (check, resnet, "conv_shortcut", out, in, 1);
}

static void
expect_middle (PentTensorCheck *check, const char *half, int channels, gboolean attention)
{
  static const char *const projections[] = { "to_q", "to_k", "to_v", "to_out.0" };
  g_autofree char *block = g_strconcat (half, "mid_block.", NULL);
  g_autofree char *prefix = g_strconcat (block, "attentions.0.", NULL);

  expect_resnet (check, block, 0, channels, channels);
  if (attention)
    {
      pent_expect_norm (check, prefix, "group_norm", channels);
      for (guint i = 0; i < G_N_ELEMENTS (projections); i++)
        pent_expect_linear (check, prefix, projections[i], channels, channels);
    }
  expect_resnet (check, block, 1, channels, channels);
}

/* One half of the VAE: levels in the order of their computation, the first of
 * them fed with @in channels. */
static void
expect_levels (PentTensorCheck *check, const char *half, gboolean up, int in, const int *channels,
               int n_levels, int layers)
{
  for (int i = 0; i < n_levels; i++)
    {
      g_autofree char *block = g_strdup_printf ("%s%s_blocks.%d.", half, up ? "up" : "down", i);

      for (int j = 0; j < layers; j++)
        {
          expect_resnet (check, block, j, channels[i], in);
          in = channels[i];
        }
      if (i + 1 < n_levels)
        pent_expect_conv (check, block, up ? "upsamplers.0.conv" : "downsamplers.0.conv", in, in, 3);
    }
}

/**
 * pent_vae_config_expect:
 *
 * Expects the tensors of the autoencoder of Rombach et al. 2022, section 3.1.
 */
void
pent_vae_config_expect (const PentVaeConfig *self, PentTensorCheck *check)
{
  int n = self->n_levels;
  int top = self->channels[0], bottom = self->channels[n - 1];
  int latent = self->latent_channels;
  int reversed[PENT_MAX_LEVELS];

  for (int i = 0; i < n; i++)
    reversed[i] = self->channels[n - 1 - i];

  pent_expect_conv (check, "encoder.", "conv_in", top, self->in_channels, 3);
  expect_levels (check, "encoder.", FALSE, top, self->channels, n, self->layers_per_block);
  expect_middle (check, "encoder.", bottom, self->mid_attention);
  pent_expect_norm (check, "encoder.", "conv_norm_out", bottom);
  pent_expect_conv (check, "encoder.", "conv_out", 2 * latent, bottom, 3);
  if (self->quant_conv)
    pent_expect_conv (check, "", "quant_conv", 2 * latent, 2 * latent, 1);

  if (self->post_quant_conv)
    pent_expect_conv (check, "", "post_quant_conv", latent, latent, 1);
  pent_expect_conv (check, "decoder.", "conv_in", bottom, latent, 3);
  expect_middle (check, "decoder.", bottom, self->mid_attention);
  expect_levels (check, "decoder.", TRUE, bottom, reversed, n, self->layers_per_block + 1);
  pent_expect_norm (check, "decoder.", "conv_norm_out", top);
  pent_expect_conv (check, "decoder.", "conv_out", self->out_channels, top, 3);
}
