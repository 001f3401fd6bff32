/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-edit-result.h"
#include "pent-model.h"
#include "pent-source.h"

G_BEGIN_DECLS

/**
 * PentPatch:
 * @source: borrowed
 * @pass: index of the pass
 * @cells_wide: of the latent
 * @cells_high: of the latent
 * @mask: (nullable): what is repainted, of the region's size
 * @alpha: (nullable): how much of what is painted the result takes: 0 where
 *   the mask is 0
 * @backdrop: (nullable): what the canvas' margins were filled with
 * @latent: (nullable): (channels, cells): the picture with its fill
 * @mask_cells: (nullable): (cells): strength by cell
 * @extra: (nullable): (1 + channels, cells): what a 9-channel model reads:
 *   mask and masked latent
 *
 * One pass made ready for the sampler.
 */
typedef struct
{
  const PentSource *source;
  guint             pass;
  int               cells_wide, cells_high;
  PentMask         *mask;
  PentMask         *alpha;
  PentEditLayer    *backdrop;
  float            *latent;
  PentMask         *mask_cells;
  float            *extra;
} PentPatch;

gboolean   pent_patch_fits   (const PentPass *pass, gsize budget, GError **error);
PentPatch *pent_patch_new    (const PentSource *source, guint pass, PentImage *canvas, PentModel *model,
                              const PentRequest *request, guint64 seed, GCancellable *cancellable, GError **error);
void       pent_patch_free   (PentPatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentPatch, pent_patch_free)

PentImage *pent_patch_decode (const PentPatch *self, PentModel *model, const float *latent, GCancellable *cancellable,
                              GError **error);
PentEditLayer *pent_patch_make_layer (const PentPatch *self, PentImage *painted);

G_END_DECLS
