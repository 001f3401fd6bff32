/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-graph.h"

G_BEGIN_DECLS

PentGraph *pent_clip_build (PentCheckpoint *checkpoint, int clip_skip, GError **error);
gboolean   pent_clip_embed (PentCheckpoint *checkpoint, const gint32 *ids, float *embeddings, GError **error);

G_END_DECLS
