/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cpu-kernels.h"

G_BEGIN_DECLS

/* A panel of a weight in 8 bits: (quads, width, 4) whole numbers, then for each
 * column its scale (f32) and its start (32 bits), as in PentCpuInt8Tile. */

gsize         pent_cpu_int8_panel_size   (gsize depth, gsize width);
const float  *pent_cpu_int8_panel_scales (const void *panel, gsize depth, gsize width);
const gint32 *pent_cpu_int8_panel_starts (const void *panel, gsize depth, gsize width);
void          pent_cpu_int8_panel_pack   (const PentCpuKernels *kernels, const guint8 *const *rows, PentDtype dtype,
                                          gsize depth, gsize width, void *panel);

G_END_DECLS
