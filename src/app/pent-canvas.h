/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "pent-document.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_TOOL_BRUSH,
  PENT_TOOL_ERASER,
  PENT_TOOL_RECTANGLE,
  PENT_TOOL_LASSO,
  PENT_TOOL_PAN,
  PENT_N_TOOLS,
} PentTool;

/* "brush", "eraser", "rectangle", "lasso", "pan" */
const char *pent_tool_name      (PentTool tool);
gboolean    pent_tool_from_name (const char *name, PentTool *tool);

#define PENT_TYPE_CANVAS (pent_canvas_get_type ())
G_DECLARE_FINAL_TYPE (PentCanvas, pent_canvas, PENT, CANVAS, GtkWidget)

PentDocument *pent_canvas_get_document (PentCanvas *self);
void          pent_canvas_set_document (PentCanvas *self, PentDocument *document);

PentTool         pent_canvas_get_tool  (PentCanvas *self);
void             pent_canvas_set_tool  (PentCanvas *self, PentTool tool);
const PentBrush *pent_canvas_get_brush (PentCanvas *self);
void             pent_canvas_set_brush (PentCanvas *self, const PentBrush *brush);

void     pent_canvas_set_mask_colour  (PentCanvas *self, const GdkRGBA *colour);
gboolean pent_canvas_get_mask_visible (PentCanvas *self);
void     pent_canvas_set_mask_visible (PentCanvas *self, gboolean visible);

void     pent_canvas_rest_mask        (PentCanvas *self);

double   pent_canvas_get_zoom    (PentCanvas *self);
void     pent_canvas_set_zoom    (PentCanvas *self, double zoom);
void     pent_canvas_step_zoom   (PentCanvas *self, int direction);
void     pent_canvas_zoom_to_fit (PentCanvas *self);
void     pent_canvas_to_widget   (PentCanvas *self, double x, double y, double *widget_x, double *widget_y);

G_END_DECLS
