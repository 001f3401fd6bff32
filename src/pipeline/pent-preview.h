/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-model.h"

G_BEGIN_DECLS

/**
 * PentPreview:
 *
 * A linear guess at the colours of a latent: RGB = latent . matrix + bias, from
 * 0 to 1, one pixel a cell.
 */
typedef struct
{
  int   channels;
  float matrix[16][3];
  float bias[3];
} PentPreview;

gboolean   pent_preview_init   (PentPreview *self, PentModel *model, GCancellable *cancellable, GError **error);
PentImage *pent_preview_render (const PentPreview *self, PentModel *model, const float *latent, int height, int width,
                                GCancellable *cancellable);

G_END_DECLS
