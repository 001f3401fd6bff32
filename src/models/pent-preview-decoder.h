/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-graph.h"

G_BEGIN_DECLS

int        pent_preview_decoder_get_scale (const PentPreviewDecoderConfig *config);
void       pent_preview_decoder_prepare   (const PentPreviewDecoderConfig *config, const float *latent, int height,
                                           int width, float *input);
PentGraph *pent_preview_decoder_build     (PentCheckpoint *checkpoint, int height, int width, GError **error);

G_END_DECLS
