/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-config-file.h"
#include "pent-model-config.h"
#include "pent-tensor-check.h"

G_BEGIN_DECLS

/* Each component's sizes, from its config.json with diffusers' defaults for
 * what is not there, or from its tensors by diffusers' names and the fixed
 * facts of Stable Diffusion 1; and the tensors these sizes call for.
 * All return %FALSE with %PENT_ERROR_FILE for sizes that no model has. A
 * message from tensors is to follow the file's name. */

gboolean pent_clip_config_from_file    (PentClipConfig *self, PentConfigFile *file, GError **error);
gboolean pent_clip_config_from_tensors (PentClipConfig *self, const PentTensorTable *table, GError **error);
void     pent_clip_config_expect       (const PentClipConfig *self, PentTensorCheck *check);

gboolean pent_unet_config_from_file    (PentUnetConfig *self, PentConfigFile *file, GError **error);
gboolean pent_unet_config_from_tensors (PentUnetConfig *self, const PentTensorTable *table, GError **error);
void     pent_unet_config_expect       (const PentUnetConfig *self, PentTensorCheck *check);

gboolean pent_vae_config_from_file     (PentVaeConfig *self, PentConfigFile *file, GError **error);
gboolean pent_vae_config_from_tensors  (PentVaeConfig *self, const PentTensorTable *table, GError **error);
void     pent_vae_config_expect        (const PentVaeConfig *self, PentTensorCheck *check);

gboolean pent_preview_decoder_config_from_file (PentPreviewDecoderConfig *self, PentConfigFile *file, GError **error);
void     pent_preview_decoder_config_expect    (const PentPreviewDecoderConfig *self, PentTensorCheck *check);

void     pent_noise_config_init        (PentNoiseConfig *self);
gboolean pent_noise_config_from_file   (PentNoiseConfig *self, PentConfigFile *file, GError **error);

#define PENT_MAX_CHANNELS 8192
#define PENT_MAX_LAYERS   8
#define PENT_MAX_LATENT_CHANNELS 64
#define PENT_MAX_DEPTH    16

G_END_DECLS
