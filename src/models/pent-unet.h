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
};

PentGraph *pent_unet_build (PentCheckpoint *checkpoint, int n, int height, int width, int tokens, GError **error);

void pent_unet_time_embedding (const PentUnetConfig *config, double timestep, float *embedding);

G_END_DECLS
