/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-rect.h"

G_BEGIN_DECLS

/* Pixels along each side of a tile. */
#define PENT_TILE_SIDE 64

/**
 * PentTileMask:
 *
 * A painted mask, 8 bits a pixel: 0 keeps, 255 repaints, a value between is
 * the strength there. It is kept in tiles that copies share until one of them
 * is painted on, so a copy costs next to nothing, and what was never painted
 * costs nothing. Copies may be used in different threads, one copy in one
 * thread at a time.
 */
typedef struct _PentTileMask PentTileMask;

PentTileMask *pent_tile_mask_new  (int width, int height);
PentTileMask *pent_tile_mask_copy (const PentTileMask *self);
void          pent_tile_mask_free (PentTileMask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTileMask, pent_tile_mask_free)

int pent_tile_mask_get_width  (const PentTileMask *self);
int pent_tile_mask_get_height (const PentTileMask *self);

const guint8 *pent_tile_mask_peek_row (const PentTileMask *self, int x, int y, int *n);
guint8       *pent_tile_mask_edit_row (PentTileMask *self, int x, int y, int *n);
guint8        pent_tile_mask_get      (const PentTileMask *self, int x, int y);
void          pent_tile_mask_read     (const PentTileMask *self, const PentRect *area, guint8 *values, gsize stride);
void          pent_tile_mask_write    (PentTileMask *self, const PentRect *area, const guint8 *values, gsize stride);
void          pent_tile_mask_paste    (PentTileMask *self, const PentTileMask *other, int x, int y);
gboolean      pent_tile_mask_is_clear (const PentTileMask *self, const PentRect *area);

void pent_tile_mask_fill    (PentTileMask *self, guint8 value);
void pent_tile_mask_invert  (PentTileMask *self);
void pent_tile_mask_compact (PentTileMask *self);

gboolean pent_tile_mask_equal           (const PentTileMask *self, const PentTileMask *other);
gboolean pent_tile_mask_is_empty        (const PentTileMask *self);
PentRect pent_tile_mask_find_bounds     (const PentTileMask *self);
PentRect pent_tile_mask_find_difference (const PentTileMask *self, const PentTileMask *other);
gsize    pent_tile_mask_measure_own     (const PentTileMask *self, const PentTileMask *other);

PentImage    *pent_tile_mask_to_image   (const PentTileMask *self, GError **error);
PentTileMask *pent_tile_mask_from_image (PentImage *image, int width, int height, GError **error);

G_END_DECLS
