/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-tile-mask.h"

G_BEGIN_DECLS

void pent_tile_mask_grow   (PentTileMask *mask, int pixels);
void pent_tile_mask_shrink (PentTileMask *mask, int pixels);

G_END_DECLS
