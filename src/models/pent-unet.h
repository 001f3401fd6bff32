/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-graph.h"

G_BEGIN_DECLS

/* The UNet graph's inputs, by index */
enum
{
  PENT_UNET_LATENT,    /* (n, h, w, in_channels) */
  PENT_UNET_TIME,      /* (n, 1, 1, channels[0]), from pent_unet_time_embedding() */
  PENT_UNET_CONTEXT,   /* (n, 1, tokens, context_width); static */
  PENT_UNET_DEEP,      /* of %PENT_UNET_SHALLOW: what %PENT_UNET_KEEPING gave as its second output */
};

/**
 * PentUnetForm:
 * @PENT_UNET_WHOLE: all of it
 * @PENT_UNET_KEEPING: all of it, and as a second output what the last up level
 *   reads from below
 * @PENT_UNET_SHALLOW: the first and the last level alone, which read that from
 *   an earlier step
 *
 * From one step to the next what the deep levels give changes little (Ma, Fang
 * and Wang 2023, "DeepCache: accelerating diffusion models for free").
 */
typedef enum
{
  PENT_UNET_WHOLE,
  PENT_UNET_KEEPING,
  PENT_UNET_SHALLOW,
} PentUnetForm;

PentGraph *pent_unet_build (PentCheckpoint *checkpoint, PentUnetForm form, int n, int height, int width, int tokens,
                            GError **error);

void pent_unet_time_embedding (const PentUnetConfig *config, double timestep, float *embedding);

G_END_DECLS
