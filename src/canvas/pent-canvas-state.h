/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-tile-mask.h"

G_BEGIN_DECLS

/* The order of a request's outpainting margins. */
typedef enum
{
  PENT_SIDE_LEFT,
  PENT_SIDE_TOP,
  PENT_SIDE_RIGHT,
  PENT_SIDE_BOTTOM,
  PENT_N_SIDES,
} PentSide;

/**
 * PentCanvasState:
 * @width: of the picture, or of the one that will be painted; pixels
 * @height: likewise
 * @picture: (nullable): what lies on the canvas
 * @mask: of the same size
 * @margins: how far the picture is to be extended, pixels, by #PentSide
 * @settings: (nullable): what the program keeps with it, of type a{sv}
 *
 * All that an artist has made at one moment. Reference counted and never
 * changed, so it may be shared between threads.
 */
typedef struct
{
  gatomicrefcount refs;
  int             width;
  int             height;
  PentImage      *picture;
  PentTileMask   *mask;
  int             margins[PENT_N_SIDES];
  GVariant       *settings;
} PentCanvasState;

PentCanvasState *pent_canvas_state_new   (int width, int height);
PentCanvasState *pent_canvas_state_copy  (const PentCanvasState *self);
PentCanvasState *pent_canvas_state_ref   (PentCanvasState *self);
void             pent_canvas_state_unref (PentCanvasState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentCanvasState, pent_canvas_state_unref)

gboolean pent_canvas_state_equal       (const PentCanvasState *self, const PentCanvasState *other);
gsize    pent_canvas_state_measure_own (const PentCanvasState *self, const PentCanvasState *other);

G_END_DECLS
