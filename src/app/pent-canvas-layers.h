/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

#include "pent-image.h"
#include "pent-tile-mask.h"

G_BEGIN_DECLS

/**
 * PentPyramid:
 *
 * A picture at its size, half of it, a quarter and so on, each made when it is
 * first needed: what is shown small is made from about as many pixels.
 */
typedef struct _PentPyramid PentPyramid;

PentPyramid *pent_pyramid_new  (PentImage *image);
void         pent_pyramid_free (PentPyramid *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentPyramid, pent_pyramid_free)

cairo_surface_t *pent_pyramid_render (PentPyramid *self, const PentRect *area, double scale);

cairo_surface_t *pent_mask_render (const PentTileMask *mask, const GdkRGBA *colour, const PentRect *area, double scale);

G_END_DECLS
