/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-rect.h"

G_BEGIN_DECLS

GArray *pent_tiles_share_out (int length, int side, int *tile);
GArray *pent_tiles_plan      (int width, int height, int side, int cell);

G_END_DECLS
