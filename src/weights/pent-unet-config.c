/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-component-config.h"

#include "pent-error.h"

#include <string.h>

/* Of Stable Diffusion 1, where no config says otherwise (Rombach et al. 2022) */
#define HEADS       8
#define NORM_GROUPS 32
#define NORM_EPS    1e-5
#define SAMPLE_SIZE 64

static gboolean
check_level (const PentUnetConfig *self, int level, GError **error)
{
  int channels = self->channels[level];
  int up = self->n_levels - 1 - level;
  gboolean attention = self->down_attention[level] || self->up_attention[up]
                       || (self->mid_attention && level == self->n_levels - 1);

  if (channels < 1 || channels > PENT_MAX_CHANNELS)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 "the UNet lacks level %d of its down path: download the model again", level);
  else if (channels % self->norm_groups != 0)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 "the UNet's %d channels at level %d cannot be split into %d norm groups: "
                 "use a model folder, whose config.json tells the groups",
                 channels, level, self->norm_groups);
  else if (attention && channels % self->heads[level] != 0)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 "the UNet's %d channels at level %d cannot be split into %d attention heads: "
                 "use a model folder, whose config.json tells the heads",
                 channels, level, self->heads[level]);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_sizes (const PentUnetConfig *self, GError **error)
{
  if (self->channels[0] % 2 != 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "the UNet has %d channels at level 0, which have to be even for its timesteps",
                   self->channels[0]);
      return FALSE;
    }
  for (int i = 0; i < self->n_levels; i++)
    if (!check_level (self, i, error))
      return FALSE;
  return TRUE;
}

/* One block type for each level: with transformers or without. */
static void
read_block_types (PentUnetConfig *self, PentConfigFile *file, gboolean up)
{
  const char *key = up ? "up_block_types" : "down_block_types";
  const char *plain = up ? "UpBlock2D" : "DownBlock2D";
  const char *crossed = up ? "CrossAttnUpBlock2D" : "CrossAttnDownBlock2D";
  gboolean *attention = up ? self->up_attention : self->down_attention;
  const char *types[PENT_MAX_LEVELS] = { NULL };
  int n = pent_config_file_get_strings (file, key, types, PENT_MAX_LEVELS);
  gboolean given = n > 0;

  if (!given)
    {
      for (int i = 0; i < 4; i++)
        attention[i] = up ? i > 0 : i < 3;
      n = 4;
    }
  if (n != self->n_levels)
    pent_config_file_fail (file, "'%s' and 'block_out_channels' give different numbers of levels", key);
  for (int i = 0; given && i < n; i++)
    {
      attention[i] = g_str_equal (types[i], crossed);
      if (!attention[i] && !g_str_equal (types[i], plain))
        pent_config_file_fail (file, "'%s' names '%.40s', and only %s and %s are supported", key,
                               types[i], plain, crossed);
    }
}

/* A number for all levels, or a list with one for each. */
static void
read_by_level (PentUnetConfig *self, PentConfigFile *file, const char *key, int *values, int fallback,
               int high)
{
  int n = pent_config_file_get_ints (file, key, values, PENT_MAX_LEVELS, 1, high);

  if (n > 0 && n != self->n_levels)
    pent_config_file_fail (file, "'%s' and 'block_out_channels' give different numbers of levels", key);
  if (n == 0)
    values[0] = fallback;
  for (int i = 1; i < PENT_MAX_LEVELS && n <= 0; i++)
    values[i] = values[0];
  for (int i = MAX (n, 1); i < PENT_MAX_LEVELS && n > 0; i++)
    values[i] = values[n - 1];
}

static int
read_layers (PentConfigFile *file)
{
  int layers[PENT_MAX_LEVELS] = { 2 };
  int n = pent_config_file_get_ints (file, "layers_per_block", layers, PENT_MAX_LEVELS, 1, PENT_MAX_LAYERS);

  for (int i = 1; i < n; i++)
    if (layers[i] != layers[0])
      pent_config_file_fail (file, "'layers_per_block' differs between levels, which is not supported");
  return layers[0];
}

/* What the graph takes for granted, being so in every Stable Diffusion 1 and
 * 2. Fields that are missing have these values by default. */
static void
check_fixed_facts (PentConfigFile *file)
{
  static const char *const absent[] = {
    "addition_embed_type", "class_embed_type", "num_class_embeds", "encoder_hid_dim",
    "encoder_hid_dim_type", "time_cond_proj_dim", "time_embedding_dim", "time_embedding_act_fn",
    "timestep_post_act", "cross_attention_norm", "only_cross_attention", "dual_cross_attention",
    "mid_block_only_cross_attention", "center_input_sample", "resnet_skip_time_act",
    "class_embeddings_concat", "reverse_transformer_layers_per_block",
    "addition_time_embed_dim",
  };
  static const struct { const char *key, *value; } texts[] = {
    { "_class_name", "UNet2DConditionModel" },    { "act_fn", "silu" },
    { "mid_block_type", "UNetMidBlock2DCrossAttn" }, { "resnet_time_scale_shift", "default" },
    { "time_embedding_type", "positional" },      { "attention_type", "default" },
  };
  static const struct { const char *key; int value; } numbers[] = {
    { "conv_in_kernel", 3 },         { "conv_out_kernel", 3 },
    { "downsample_padding", 1 },     { "mid_block_scale_factor", 1 },
    { "resnet_out_scale_factor", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (absent); i++)
    if (pent_config_file_has (file, absent[i]))
      pent_config_file_fail (file, "'%s' is set, which is not supported", absent[i]);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *found = pent_config_file_get_string (file, texts[i].key, texts[i].value);
      if (!g_str_equal (found, texts[i].value))
        pent_config_file_fail (file, "'%s' is '%.40s', and only %s is supported", texts[i].key,
                               found, texts[i].value);
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (pent_config_file_get_double (file, numbers[i].key, numbers[i].value, -1e9, 1e9) != numbers[i].value)
      pent_config_file_fail (file, "'%s' is not %d, which is not supported", numbers[i].key,
                             numbers[i].value);
}

/**
 * pent_unet_config_from_file:
 * @file: the config.json of a UNet2DConditionModel
 *
 * `attention_head_dim` is the number of heads, as a misnomer of old has it,
 * unless `num_attention_heads` gives it.
 */
gboolean
pent_unet_config_from_file (PentUnetConfig *self, PentConfigFile *file, GError **error)
{
  const int defaults[] = { 320, 640, 1280, 1280 };
  gboolean renamed = pent_config_file_has (file, "num_attention_heads");

  self->n_levels = pent_config_file_get_ints (file, "block_out_channels", self->channels,
                                              PENT_MAX_LEVELS, 1, PENT_MAX_CHANNELS);
  if (self->n_levels < 1)
    {
      memcpy (self->channels, defaults, sizeof defaults);
      self->n_levels = G_N_ELEMENTS (defaults);
    }
  read_block_types (self, file, FALSE);
  read_block_types (self, file, TRUE);
  self->mid_attention = TRUE;
  read_by_level (self, file, renamed ? "num_attention_heads" : "attention_head_dim", self->heads,
                 HEADS, PENT_MAX_CHANNELS);
  read_by_level (self, file, "transformer_layers_per_block", self->transformer_depth, 1, PENT_MAX_DEPTH);
  self->in_channels = pent_config_file_get_int (file, "in_channels", 4, 1, 64);
  self->out_channels = pent_config_file_get_int (file, "out_channels", 4, 1, 64);
  self->layers_per_block = read_layers (file);
  self->context_width = pent_config_file_get_int (file, "cross_attention_dim", 1280, 1, PENT_MAX_CHANNELS);
  self->norm_groups = pent_config_file_get_int (file, "norm_num_groups", NORM_GROUPS, 1, PENT_MAX_CHANNELS);
  self->norm_eps = pent_config_file_get_double (file, "norm_eps", NORM_EPS, 1e-12, 1.0);
  self->linear_projection = pent_config_file_get_boolean (file, "use_linear_projection", FALSE);
  self->flip_sin_to_cos = pent_config_file_get_boolean (file, "flip_sin_to_cos", TRUE);
  self->freq_shift = pent_config_file_get_double (file, "freq_shift", 0.0, 0.0, 1.0);
  self->sample_size = pent_config_file_get_int (file, "sample_size", SAMPLE_SIZE, 1, 512);
  check_fixed_facts (file);
  return pent_config_file_finish (file, error) && check_sizes (self, error);
}

static int
size_to_int (gint64 size)
{
  return CLAMP (size, -1, G_MAXINT);
}

static void
read_levels (PentUnetConfig *self, const PentTensorTable *table)
{
  for (int i = 0; i < self->n_levels; i++)
    {
      g_autofree char *conv = g_strdup_printf ("down_blocks.%d.resnets.0.conv1.weight", i);

      self->channels[i] = size_to_int (pent_tensor_table_dim (table, conv, 0));
      self->down_attention[i] = pent_tensor_table_has_prefixf (table, "down_blocks.%d.attentions.", i);
      self->up_attention[i] = pent_tensor_table_has_prefixf (table, "up_blocks.%d.attentions.", i);
      self->heads[i] = HEADS;
    }
  for (int i = 0; i < self->n_levels; i++)
    {
      int up = self->n_levels - 1 - i;
      g_autofree char *prefix
        = self->down_attention[i] ? g_strdup_printf ("down_blocks.%d.attentions.0.transformer_blocks.", i)
          : self->up_attention[up] ? g_strdup_printf ("up_blocks.%d.attentions.0.transformer_blocks.", up)
                                   : g_strdup ("mid_block.attentions.0.transformer_blocks.");

      self->transformer_depth[i] = MAX (1, pent_tensor_table_count (table, prefix, ".", PENT_MAX_DEPTH));
    }
}

/**
 * pent_unet_config_from_tensors:
 * @table: a UNet of Stable Diffusion 1's kind, by diffusers' names
 */
gboolean
pent_unet_config_from_tensors (PentUnetConfig *self, const PentTensorTable *table, GError **error)
{
  static const char middle[] = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight";
  int context = size_to_int (pent_tensor_table_dim (table, middle, 1));
  const PentTensorEntry *projection = pent_tensor_table_find (table, "mid_block.attentions.0.proj_in.weight");

  self->in_channels = size_to_int (pent_tensor_table_dim (table, "conv_in.weight", 1));
  self->out_channels = size_to_int (pent_tensor_table_dim (table, "conv_out.weight", 0));
  self->n_levels = pent_tensor_table_count (table, "down_blocks.", ".", PENT_MAX_LEVELS + 1);
  if (self->in_channels < 1 || self->in_channels > 64 || self->out_channels < 1
      || self->out_channels > 64 || self->n_levels < 1 || self->n_levels > PENT_MAX_LEVELS
      || context < 1 || context > PENT_MAX_CHANNELS)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "the UNet lacks its first or last convolution, its down path or the attention "
                   "of its middle block: download the model again");
      return FALSE;
    }
  self->context_width = context;
  self->mid_attention = TRUE;
  self->norm_groups = NORM_GROUPS;
  self->norm_eps = NORM_EPS;
  self->linear_projection = projection != NULL && projection->info->n_dims == 2;
  self->flip_sin_to_cos = TRUE;
  self->freq_shift = 0.0;
  self->sample_size = SAMPLE_SIZE;
  self->layers_per_block = pent_tensor_table_count (table, "down_blocks.0.resnets.", ".", PENT_MAX_LAYERS);
  self->layers_per_block = MAX (self->layers_per_block, 1);
  read_levels (self, table);
  return check_sizes (self, error);
}
