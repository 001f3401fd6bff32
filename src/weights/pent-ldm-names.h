/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-safetensors.h"

G_BEGIN_DECLS

/**
 * PentLdmLayout:
 * @unet_prefix: before the UNet's names, "model.diffusion_model." or ""
 * @vae_prefix: before the VAE's names, "first_stage_model." or ""
 * @unet_layers: resnets in a block of the UNet's down path
 * @vae_levels: levels of the VAE
 *
 * What an LDM file's names mean depends on these: input_blocks counts all
 * blocks in one row, and decoder.up counts its levels from the other end.
 */
typedef struct
{
  const char *unet_prefix;
  const char *vae_prefix;
  int         unet_layers;
  int         vae_levels;
} PentLdmLayout;

void     pent_ldm_layout_read (PentLdmLayout *self, PentSafetensors *file);
gboolean pent_ldm_unet_name   (const PentLdmLayout *self, const char *name, GString *diffusers);
gboolean pent_ldm_vae_name    (const PentLdmLayout *self, const char *name, GString *diffusers);
gboolean pent_ldm_text_name   (const char *name, GString *diffusers);

void pent_modern_vae_name (const char *name, GString *modern);

G_END_DECLS
