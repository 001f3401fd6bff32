/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-mask.h"
#include "pent-rect.h"

G_BEGIN_DECLS

PentImage *pent_tone_edges (PentImage *painted, PentImage *canvas, const PentRect *region, const PentMask *mask, int ring,
                            double strength, GError **error);

G_END_DECLS
