/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Names of the Latent Diffusion Models code (Rombach et al. 2022), in which
 * single files are written, to those of diffusers, in which folders are and
 * which the rest of the program speaks. Tensors are the same but for 1x1
 * convolutions in the VAE's attention, which diffusers has as linear layers.
 *
 *   UNet, with L resnets a block and i, j from 0:
 *     input_blocks.0.0                 conv_in
 *     input_blocks.{(L+1)i+j+1}.0, .1  down_blocks.i.resnets.j, .attentions.j
 *     input_blocks.{(L+1)(i+1)}.0.op   down_blocks.i.downsamplers.0.conv
 *     middle_block.0, 1, 2             mid_block.resnets.0, attentions.0, resnets.1
 *     output_blocks.{(L+1)i+j}.0, .1   up_blocks.i.resnets.j, .attentions.j
 *     output_blocks.{(L+1)i+L}.1 or .2 .conv  up_blocks.i.upsamplers.0.conv
 *     time_embed.0, .2; out.0, .2      time_embedding.linear_1, _2; conv_norm_out, conv_out
 *   VAE, with n levels:
 *     encoder.down.i.block.j           encoder.down_blocks.i.resnets.j
 *     decoder.up.i.block.j             decoder.up_blocks.{n-1-i}.resnets.j
 *     mid.block_1, attn_1, block_2     mid_block.resnets.0, attentions.0, resnets.1
 *   Text encoder: the names of transformers, behind a prefix.
 */

#include "pent-ldm-names.h"

#include <string.h>

#define MAX_BLOCKS 64

typedef struct
{
  const char *from;
  const char *to;
} Rename;

static const Rename unet_tops[] = {
  { "time_embed.0.", "time_embedding.linear_1." },
  { "time_embed.2.", "time_embedding.linear_2." },
  { "out.0.", "conv_norm_out." },
  { "out.2.", "conv_out." },
  { NULL, NULL },
};

static const Rename unet_resnet[] = {
  { "in_layers.0.", "norm1." },   { "in_layers.2.", "conv1." },
  { "out_layers.0.", "norm2." },  { "out_layers.3.", "conv2." },
  { "emb_layers.1.", "time_emb_proj." }, { "skip_connection.", "conv_shortcut." },
  { NULL, NULL },
};

static const Rename vae_resnet[] = {
  { "nin_shortcut.", "conv_shortcut." }, { NULL, NULL },
};

static const Rename vae_tops[] = {
  { "norm_out.", "conv_norm_out." }, { NULL, NULL },
};

static const Rename vae_attention[] = {
  { "norm.", "group_norm." }, { "q.", "to_q." },           { "k.", "to_k." },
  { "v.", "to_v." },          { "proj_out.", "to_out.0." }, { NULL, NULL },
};

/* diffusers before 0.18 */
static const Rename old_vae_attention[] = {
  { "query.", "to_q." }, { "key.", "to_k." },          { "value.", "to_v." },
  { "proj_attn.", "to_out.0." }, { NULL, NULL },
};

static gboolean
append_renamed (GString *to, const char *name, const Rename *renames)
{
  for (; renames->from != NULL; renames++)
    if (g_str_has_prefix (name, renames->from))
      {
        g_string_append (to, renames->to);
        g_string_append (to, name + strlen (renames->from));
        return TRUE;
      }
  return FALSE;
}

static void
append_renamed_or_same (GString *to, const char *name, const Rename *renames)
{
  if (!append_renamed (to, name, renames))
    g_string_append (to, name);
}

static gboolean
take (const char **name, const char *prefix)
{
  if (!g_str_has_prefix (*name, prefix))
    return FALSE;
  *name += strlen (prefix);
  return TRUE;
}

/* A number of one or two digits and the dot after it. */
static gboolean
take_number (const char **name, int *number)
{
  const char *at = *name;
  int n = 0;

  for (int i = 0; i < 2 && g_ascii_isdigit (*at); i++)
    n = n * 10 + (*at++ - '0');
  if (at == *name || *at != '.')
    return FALSE;
  *number = n;
  *name = at + 1;
  return TRUE;
}

static gboolean
input_block_name (int layers, const char *rest, GString *to)
{
  int block, part, level, layer;

  if (!take_number (&rest, &block) || !take_number (&rest, &part))
    return FALSE;
  if (block == 0)
    {
      g_string_append_printf (to, "conv_in.%s", rest);
      return part == 0;
    }
  level = (block - 1) / (layers + 1);
  layer = (block - 1) % (layers + 1);
  g_string_append_printf (to, "down_blocks.%d.", level);
  if (layer == layers)
    {
      if (part != 0 || !take (&rest, "op."))
        return FALSE;
      g_string_append_printf (to, "downsamplers.0.conv.%s", rest);
      return TRUE;
    }
  if (part == 0)
    {
      g_string_append_printf (to, "resnets.%d.", layer);
      return append_renamed (to, rest, unet_resnet);
    }
  g_string_append_printf (to, "attentions.%d.%s", layer, rest);
  return part == 1;
}

static gboolean
middle_block_name (const char *rest, GString *to)
{
  int part;

  if (!take_number (&rest, &part) || part > 2)
    return FALSE;
  if (part == 1)
    {
      g_string_append_printf (to, "mid_block.attentions.0.%s", rest);
      return TRUE;
    }
  g_string_append_printf (to, "mid_block.resnets.%d.", part / 2);
  return append_renamed (to, rest, unet_resnet);
}

static gboolean
output_block_name (int layers, const char *rest, GString *to)
{
  int block, part;

  if (!take_number (&rest, &block) || !take_number (&rest, &part))
    return FALSE;
  g_string_append_printf (to, "up_blocks.%d.", block / (layers + 1));
  if (part == 0)
    {
      g_string_append_printf (to, "resnets.%d.", block % (layers + 1));
      return append_renamed (to, rest, unet_resnet);
    }
  if (take (&rest, "conv."))
    g_string_append_printf (to, "upsamplers.0.conv.%s", rest);
  else if (part == 1)
    g_string_append_printf (to, "attentions.%d.%s", block % (layers + 1), rest);
  else
    return FALSE;
  return TRUE;
}

/**
 * pent_ldm_layout_read:
 * @file: a file with LDM names, with or without the prefixes of a whole model
 *
 * Finds what the names' meaning depends on. A file without downsamplers has
 * one level, to which all its blocks belong.
 */
void
pent_ldm_layout_read (PentLdmLayout *self, PentSafetensors *file)
{
  gboolean whole = pent_safetensors_has_prefix (file, "model.diffusion_model.");
  gboolean found = FALSE;
  int n = 1;

  self->unet_prefix = whole ? "model.diffusion_model." : "";
  self->vae_prefix = pent_safetensors_has_prefix (file, "first_stage_model.") ? "first_stage_model."
                                                                              : "";
  for (; n < MAX_BLOCKS && !found; n++)
    {
      g_autofree char *resnet = g_strdup_printf ("%sinput_blocks.%d.0.", self->unet_prefix, n);
      g_autofree char *op = g_strdup_printf ("%sinput_blocks.%d.0.op.", self->unet_prefix, n);

      found = pent_safetensors_has_prefix (file, op);
      if (found || !pent_safetensors_has_prefix (file, resnet))
        break;
    }
  self->unet_layers = MAX (n - 1, 1);

  for (self->vae_levels = 0; self->vae_levels < MAX_BLOCKS; self->vae_levels++)
    {
      g_autofree char *up = g_strdup_printf ("%sdecoder.up.%d.", self->vae_prefix,
                                             self->vae_levels);
      if (!pent_safetensors_has_prefix (file, up))
        break;
    }
}

/**
 * pent_ldm_unet_name:
 * @name: a tensor's name in the file
 * @diffusers: (out): what diffusers calls it
 *
 * Returns: whether @name belongs to the UNet
 */
gboolean
pent_ldm_unet_name (const PentLdmLayout *self, const char *name, GString *diffusers)
{
  g_string_truncate (diffusers, 0);
  if (!take (&name, self->unet_prefix))
    return FALSE;
  if (take (&name, "input_blocks."))
    return input_block_name (self->unet_layers, name, diffusers);
  if (take (&name, "middle_block."))
    return middle_block_name (name, diffusers);
  if (take (&name, "output_blocks."))
    return output_block_name (self->unet_layers, name, diffusers);
  return append_renamed (diffusers, name, unet_tops);
}

static gboolean
vae_mid_name (const char *rest, GString *to)
{
  g_string_append (to, "mid_block.");
  if (take (&rest, "attn_1."))
    {
      g_string_append (to, "attentions.0.");
      return append_renamed (to, rest, vae_attention);
    }
  if (!take (&rest, "block_") || (*rest != '1' && *rest != '2') || rest[1] != '.')
    return FALSE;
  g_string_append_printf (to, "resnets.%c.", *rest - 1);
  append_renamed_or_same (to, rest + 2, vae_resnet);
  return TRUE;
}

/* After "encoder.down." or "decoder.up.". */
static gboolean
vae_level_name (int levels, gboolean up, const char *rest, GString *to)
{
  int level, layer;

  if (!take_number (&rest, &level) || level >= levels)
    return FALSE;
  if (up)
    g_string_append_printf (to, "up_blocks.%d.", levels - 1 - level);
  else
    g_string_append_printf (to, "down_blocks.%d.", level);
  if (take (&rest, up ? "upsample." : "downsample."))
    {
      g_string_append_printf (to, up ? "upsamplers.0.%s" : "downsamplers.0.%s", rest);
      return TRUE;
    }
  if (!take (&rest, "block.") || !take_number (&rest, &layer))
    return FALSE;
  g_string_append_printf (to, "resnets.%d.", layer);
  append_renamed_or_same (to, rest, vae_resnet);
  return TRUE;
}

/**
 * pent_ldm_vae_name:
 *
 * As pent_ldm_unet_name(), for the VAE.
 */
gboolean
pent_ldm_vae_name (const PentLdmLayout *self, const char *name, GString *diffusers)
{
  gboolean up;

  g_string_truncate (diffusers, 0);
  if (!take (&name, self->vae_prefix))
    return FALSE;
  if (g_str_has_prefix (name, "quant_conv.") || g_str_has_prefix (name, "post_quant_conv."))
    {
      g_string_append (diffusers, name);
      return TRUE;
    }
  up = g_str_has_prefix (name, "decoder.");
  if (!up && !g_str_has_prefix (name, "encoder."))
    return FALSE;
  name += strlen ("encoder.");
  g_string_append (diffusers, up ? "decoder." : "encoder.");
  if (take (&name, "mid."))
    return vae_mid_name (name, diffusers);
  if (take (&name, up ? "up." : "down."))
    return vae_level_name (self->vae_levels, up, name, diffusers);
  append_renamed_or_same (diffusers, name, vae_tops);
  return TRUE;
}

/**
 * pent_ldm_text_name:
 *
 * As pent_ldm_unet_name(), for Stable Diffusion 1's text encoder, whose
 * tensors stand with and without `text_model.`; the result is without.
 */
gboolean
pent_ldm_text_name (const char *name, GString *diffusers)
{
  g_string_truncate (diffusers, 0);
  if (!take (&name, "cond_stage_model.transformer."))
    return FALSE;
  take (&name, "text_model.");
  g_string_append (diffusers, name);
  return TRUE;
}

/**
 * pent_modern_vae_name:
 * @name: diffusers' name of a tensor of a VAE, of any version
 * @modern: (out): the name since diffusers 0.18
 */
void
pent_modern_vae_name (const char *name, GString *modern)
{
  const char *attention = strstr (name, ".attentions.0.");

  g_string_assign (modern, name);
  if (attention == NULL)
    return;
  attention += strlen (".attentions.0.");
  g_string_truncate (modern, attention - name);
  append_renamed_or_same (modern, attention, old_vae_attention);
}
