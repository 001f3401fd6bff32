/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-mask.h"
#include "pent-model.h"
#include "pent-request.h"

G_BEGIN_DECLS

/**
 * PentSource:
 * @width: of the result, pixels; any number
 * @height: of the result
 * @cells_wide: of the latent: what holds the picture padded to whole cells
 * @cells_high: of the latent
 * @image: (nullable): the picture at the result's size, as it came
 * @mask: (nullable): at the result's size, as painted
 * @grow: pixels the repainted part reaches beyond the mask
 * @feather: pixels of its slope
 * @strength: how much is changed, 0 to 1
 * @latent: (nullable): (channels, cells): the picture with its fill
 * @mask_cells: (nullable): (cells): strength by cell
 * @extra: (nullable): (1 + channels, cells): what a 9-channel model reads:
 *   mask and masked latent
 *
 * What a request starts from, made ready for the sampler. Without a picture
 * only the sizes are set.
 */
typedef struct
{
  int        width, height;
  int        cells_wide, cells_high;
  PentImage *image;
  PentMask  *mask;
  int        grow, feather;
  double     strength;
  float     *latent;
  PentMask  *mask_cells;
  float     *extra;
} PentSource;

PentSource *pent_source_new     (PentCheckpoint *checkpoint, const PentRequest *request);
void        pent_source_free    (PentSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentSource, pent_source_free)

gboolean    pent_source_fit     (PentSource *self, PentCheckpoint *checkpoint, PentRequest *request, GError **error);
gboolean    pent_source_encode  (PentSource *self, PentModel *model, PentRequest *request,
                                 GCancellable *cancellable, GError **error);
PentImage  *pent_source_compose (PentSource *self, const float *picture, int stride, PentComposite composite,
                                 GError **error);

G_END_DECLS
