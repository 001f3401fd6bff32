/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "pent-rect.h"
#include "pent-request.h"

G_BEGIN_DECLS

#define PENT_TYPE_PAINTER (pent_painter_get_type ())
G_DECLARE_FINAL_TYPE (PentPainter, pent_painter, PENT, PAINTER, GObject)

PentPainter *pent_painter_new    (void);
void         pent_painter_start  (PentPainter *self, PentRequest *request);
void         pent_painter_cancel (PentPainter *self);

gboolean    pent_painter_get_busy     (PentPainter *self);
double      pent_painter_get_fraction (PentPainter *self);
const char *pent_painter_get_message  (PentPainter *self);
const char *pent_painter_get_error    (PentPainter *self);
PentImage  *pent_painter_get_preview  (PentPainter *self, PentRect *area);
PentRequest *pent_painter_get_request (PentPainter *self);

G_END_DECLS
