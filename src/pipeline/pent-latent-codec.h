/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-model.h"

G_BEGIN_DECLS

gboolean pent_latent_fits   (PentModel *model, gboolean encoder, int height, int width, GError **error);
gboolean pent_latent_encode (PentModel *model, const float *picture, int height, int width, float *latent,
                             GCancellable *cancellable, GError **error);
gboolean pent_latent_decode (PentModel *model, const float *latent, int height, int width, float *picture,
                             GCancellable *cancellable, GError **error);

G_END_DECLS
