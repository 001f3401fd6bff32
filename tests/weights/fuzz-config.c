/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* A libFuzzer target: any config.json is refused or gives sizes that a graph
 * can be built from without a division by zero or a product that wraps. */

#include "pent-component-config.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
check_unet (PentConfigFile *file)
{
  PentUnetConfig config = { 0 };
  g_autoptr (GError) error = NULL;

  if (!pent_unet_config_from_file (&config, file, &error))
    return;
  g_assert_true (config.n_levels >= 1 && config.n_levels <= PENT_MAX_LEVELS);
  for (int i = 0; i < config.n_levels; i++)
    {
      g_assert_true (config.channels[i] >= 1 && config.channels[i] <= PENT_MAX_CHANNELS);
      g_assert_cmpint (config.channels[i] % config.norm_groups, ==, 0);
      g_assert_true (config.heads[i] >= 1);
      g_assert_true (config.transformer_depth[i] >= 1 && config.transformer_depth[i] <= PENT_MAX_DEPTH);
      if (config.down_attention[i])
        g_assert_cmpint (config.channels[i] % config.heads[i], ==, 0);
    }
  g_assert_true (config.layers_per_block >= 1 && config.layers_per_block <= PENT_MAX_LAYERS);
  g_assert_true (config.norm_eps > 0 && isfinite (config.freq_shift));
}

static void
check_vae (PentConfigFile *file)
{
  PentVaeConfig config = { 0 };
  g_autoptr (GError) error = NULL;

  if (!pent_vae_config_from_file (&config, file, &error))
    return;
  g_assert_true (config.n_levels >= 1 && config.n_levels <= PENT_MAX_LEVELS);
  for (int i = 0; i < config.n_levels; i++)
    g_assert_cmpint (config.channels[i] % config.norm_groups, ==, 0);
  g_assert_true (config.latent_channels >= 1 && config.latent_channels <= 64);
  g_assert_true (config.scaling_factor > 0 && isfinite (config.scaling_factor)
                 && isfinite (config.shift_factor));
}

static void
check_clip (PentConfigFile *file)
{
  PentClipConfig config = { 0 };
  g_autoptr (GError) error = NULL;

  if (!pent_clip_config_from_file (&config, file, &error))
    return;
  g_assert_cmpint (config.width % config.heads, ==, 0);
  g_assert_cmpint (config.positions, ==, 77);
  g_assert_true (config.bos_token >= 0 && config.bos_token < config.vocabulary);
  g_assert_true (config.eos_token >= 0 && config.eos_token < config.vocabulary);
  g_assert_true (config.pad_token >= 0 && config.pad_token < config.vocabulary);
}

static void
check_noise (PentConfigFile *file)
{
  PentNoiseConfig config = { 0 };
  g_autoptr (GError) error = NULL;

  if (!pent_noise_config_from_file (&config, file, &error))
    return;
  g_assert_true (config.train_timesteps >= 2);
  g_assert_true (config.beta_start > 0 && config.beta_end < 1 && config.beta_start <= config.beta_end);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  static void (*const checks[]) (PentConfigFile *) = { check_unet, check_vae, check_clip, check_noise };
  g_autofree char *text = g_malloc (size + 1);

  if (size > 0)
    memcpy (text, data, size);
  text[size] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PentConfigFile) file = pent_config_file_parse ("config.json", text, size, &error);

      g_assert_true ((file == NULL) == (error != NULL));
      if (file == NULL)
        break;
      checks[i] (file);
    }
  return 0;
}
