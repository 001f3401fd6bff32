/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-mask.h"
#include "pent-rect.h"

G_BEGIN_DECLS

PentImage *pent_paste_cut (PentImage *canvas, const PentRect *region, GError **error);
gboolean   pent_paste     (PentImage *painted, PentImage *canvas, const PentRect *region, const PentMask *alpha,
                           GError **error);

G_END_DECLS
