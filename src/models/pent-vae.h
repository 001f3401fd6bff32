/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-graph.h"

G_BEGIN_DECLS

int        pent_vae_get_scale     (const PentVaeConfig *config);
PentGraph *pent_vae_build_encoder (PentCheckpoint *checkpoint, int height, int width, GError **error);
PentGraph *pent_vae_build_decoder (PentCheckpoint *checkpoint, int height, int width, GError **error);

G_END_DECLS
