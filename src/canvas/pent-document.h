/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "pent-brush.h"
#include "pent-history.h"
#include "pent-mask-shape.h"

G_BEGIN_DECLS

/* The sizes a canvas may have; what files may have, too. */
#define PENT_DOCUMENT_MIN_SIDE 8
#define PENT_DOCUMENT_MAX_SIDE 16384
#define PENT_DOCUMENT_MAX_MARGIN 4096

#define PENT_TYPE_DOCUMENT (pent_document_get_type ())
G_DECLARE_FINAL_TYPE (PentDocument, pent_document, PENT, DOCUMENT, GObject)

PentDocument *pent_document_new (int width, int height);

int                 pent_document_get_width    (PentDocument *self);
int                 pent_document_get_height   (PentDocument *self);
PentImage          *pent_document_get_picture  (PentDocument *self);
const PentTileMask *pent_document_get_mask     (PentDocument *self);
void                pent_document_get_margins  (PentDocument *self, int margins[PENT_N_SIDES]);
PentRect            pent_document_get_extent   (PentDocument *self);
GVariant           *pent_document_get_settings (PentDocument *self);

void     pent_document_open_picture (PentDocument *self, PentImage *picture);
gboolean pent_document_take_result  (PentDocument *self, PentImage *picture, int left, int top);
void     pent_document_close        (PentDocument *self, int width, int height);
void     pent_document_replace      (PentDocument *self, PentCanvasState *state, PentEdit edit, guint merge);
void     pent_document_set_margins  (PentDocument *self, const int margins[PENT_N_SIDES], guint merge);
void     pent_document_set_settings (PentDocument *self, GVariant *settings, guint merge);

gboolean pent_document_begin_stroke  (PentDocument *self, const PentBrush *brush, double x, double y, double pressure);
void     pent_document_stroke_to     (PentDocument *self, double x, double y, double pressure);
void     pent_document_end_stroke    (PentDocument *self);
void     pent_document_cancel_stroke (PentDocument *self);

void pent_document_fill_shape  (PentDocument *self, PentEdit edit, const PentPoint *points, int n_points,
                                double opacity, gboolean erase);
void pent_document_fill_mask   (PentDocument *self);
void pent_document_clear_mask  (PentDocument *self);
void pent_document_invert_mask (PentDocument *self);
void pent_document_grow_mask   (PentDocument *self, int pixels);
void pent_document_set_mask    (PentDocument *self, const PentTileMask *mask);

PentImage *pent_document_get_preview (PentDocument *self, PentRect *area);
void       pent_document_set_preview (PentDocument *self, PentImage *preview, const PentRect *area);
PentImage *pent_document_get_backdrop (PentDocument *self, int *x, int *y);
void       pent_document_set_backdrop (PentDocument *self, PentImage *backdrop, int x, int y);

PentEdit pent_document_get_undo (PentDocument *self);
PentEdit pent_document_get_redo (PentDocument *self);
void     pent_document_undo     (PentDocument *self);
void     pent_document_redo     (PentDocument *self);

PentCanvasState *pent_document_snapshot (PentDocument *self);
void             pent_document_restore  (PentDocument *self, PentCanvasState *state);

G_END_DECLS
