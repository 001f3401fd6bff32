/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-canvas-layers.h"
#include "pent-canvas-tiles.h"
#include "pent-canvas.h"
#include "pent-viewport.h"

G_BEGIN_DECLS

/* What the pointer does between pressing and lifting. */
typedef enum
{
  PENT_GRIP_NONE,
  PENT_GRIP_STROKE,
  PENT_GRIP_RECTANGLE,
  PENT_GRIP_LASSO,
  PENT_GRIP_PAN,
  PENT_GRIP_HANDLE,
} PentGrip;

struct _PentCanvas
{
  GtkWidget parent_instance;

  PentDocument *document;
  PentTool      tool;
  PentBrush     brush;
  GdkRGBA       mask_colour;
  gboolean      mask_visible;
  gboolean      mask_rests;        /* a result is looked at; until the mask is worked on again */

  PentViewport     viewport;       /* in device pixels */
  PentPyramid     *pyramid;        /* of the picture, or NULL */
  PentCanvasTiles *picture_tiles;
  PentCanvasTiles *mask_tiles;
  PentPyramid     *backdrop;       /* of the preview, or NULL */
  PentCanvasTiles *backdrop_tiles;
  GdkTexture      *preview;
  GdkTexture      *checkers;

  PentGrip grip;
  PentSide side;                   /* of the handle */
  int      start_margins[PENT_N_SIDES];
  guint    n_drags;                /* numbers the drags of handles */
  double   start_x, start_y;       /* where the pointer was pressed, widget */
  double   last_x, last_y;         /* where it was last, widget */
  double   start_zoom;             /* when fingers began to pinch */
  GArray  *outline;                /* of PentPoint: the rectangle or lasso so far, document */

  guint    zoom_source;            /* tells of the zoom, or 0 */
  gboolean pointer_inside;
  gboolean space;                  /* is held: the pointer pans */
};

void pent_canvas_init_input   (PentCanvas *self);
void pent_canvas_update_cursor (PentCanvas *self);
void pent_canvas_pan          (PentCanvas *self, double dx, double dy);
void pent_canvas_zoom_at      (PentCanvas *self, double scale, double x, double y);
void pent_canvas_to_document  (PentCanvas *self, double x, double y, double *document_x, double *document_y);

/* Handles, in pixels of the widget. */
gboolean        pent_canvas_has_handles (PentCanvas *self);
graphene_rect_t pent_canvas_get_extent  (PentCanvas *self);
graphene_rect_t pent_canvas_get_handle  (PentCanvas *self, PentSide side);
gboolean        pent_canvas_find_handle (PentCanvas *self, double x, double y, PentSide *side);

void pent_canvas_snapshot_tools (PentCanvas *self, GtkSnapshot *snapshot);

G_END_DECLS
