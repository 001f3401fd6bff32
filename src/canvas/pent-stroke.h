/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-brush.h"
#include "pent-tile-mask.h"

G_BEGIN_DECLS

/**
 * PentStroke:
 *
 * One stroke of a brush over a mask, from pressing to lifting. The brush is
 * swept along the way, not stamped on it: there are no beads however fast the
 * pointer was, and the stroke looks the same however often it was told of.
 */
typedef struct _PentStroke PentStroke;

PentStroke *pent_stroke_new  (PentTileMask *mask, const PentBrush *brush);
void        pent_stroke_free (PentStroke *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentStroke, pent_stroke_free)

PentRect            pent_stroke_add      (PentStroke *self, double x, double y, double pressure);
const PentTileMask *pent_stroke_get_base (PentStroke *self);

G_END_DECLS
