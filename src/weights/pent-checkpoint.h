/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-model-config.h"
#include "pent-weight.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_COMPONENT_TEXT_ENCODER,
  PENT_COMPONENT_UNET,
  PENT_COMPONENT_VAE,
  PENT_COMPONENT_PREVIEW_DECODER, /* a model need not have one */
  PENT_N_COMPONENTS,
} PentComponent;

/**
 * PentCheckpoint:
 *
 * A model opened for reading: a single file with LDM names, or a diffusers
 * folder. Names asked for are always diffusers' own ("down_blocks.0.resnets.0
 * .conv1.weight"); a single file's LDM names are mapped behind this API.
 * Immutable after opening, so it may be read from several threads. Tensors
 * point into the mapped files and live as long as the checkpoint.
 */
typedef struct _PentCheckpoint PentCheckpoint;

PentCheckpoint *pent_checkpoint_open  (const char *path, GError **error);
PentCheckpoint *pent_checkpoint_open_with_vae (const char *path, const char *vae_path, GError **error);
PentCheckpoint *pent_checkpoint_ref   (PentCheckpoint *self);
void            pent_checkpoint_unref (PentCheckpoint *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentCheckpoint, pent_checkpoint_unref)

const char            *pent_checkpoint_get_path    (PentCheckpoint *self);
const char            *pent_checkpoint_get_name    (PentCheckpoint *self); /* without folder and suffix */
const PentClipConfig  *pent_checkpoint_get_clip    (PentCheckpoint *self);
const PentUnetConfig  *pent_checkpoint_get_unet    (PentCheckpoint *self);
const PentVaeConfig   *pent_checkpoint_get_vae     (PentCheckpoint *self);
/* %NULL for a model without one */
const PentPreviewDecoderConfig *pent_checkpoint_get_preview_decoder (PentCheckpoint *self);
const PentNoiseConfig *pent_checkpoint_get_noise   (PentCheckpoint *self);

/* Finds a tensor by component and diffusers name. The view has 1 to 4
 * dimensions as stored; 1x1 convolutions and linear layers share their memory
 * layout, so a builder that asks for (out, in) must accept (out, in, 1, 1).
 * Missing: %PENT_ERROR_FILE naming model and tensor. */
gboolean pent_checkpoint_get_weight (PentCheckpoint *self,
                                     PentComponent   component,
                                     const char     *name,
                                     PentWeight     *weight,
                                     GError        **error);
gboolean pent_checkpoint_has_weight (PentCheckpoint *self,
                                     PentComponent   component,
                                     const char     *name);

/* Folder with the tokenizer's files, or %NULL when the shipped CLIP table is
 * to be used. */
const char *pent_checkpoint_get_tokenizer_dir (PentCheckpoint *self);

/* After weights were read: fails if a file shrank or failed under the map. */
gboolean pent_checkpoint_check (PentCheckpoint *self, GError **error);

/* Tells the kernel that pages already converted need not stay resident. */
void pent_checkpoint_release_pages (PentCheckpoint *self, PentComponent component);

G_END_DECLS
