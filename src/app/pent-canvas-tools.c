/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <adwaita.h>
#include <math.h>

#include "pent-canvas-private.h"

/* All lengths in pixels of the widget. */
#define HANDLE_LENGTH    44
#define HANDLE_THICKNESS 6
#define HANDLE_GAP       6
#define HANDLE_REACH     8     /* how far beside it may be grasped */

static gboolean
is_upright (PentSide side)
{
  return side == PENT_SIDE_LEFT || side == PENT_SIDE_RIGHT;
}

/* There is something to extend, and the handles would not lie in each other. */
gboolean
pent_canvas_has_handles (PentCanvas *self)
{
  graphene_rect_t extent = pent_canvas_get_extent (self);

  return pent_document_get_picture (self->document) != NULL
         && extent.size.width > HANDLE_LENGTH && extent.size.height > HANDLE_LENGTH;
}

graphene_rect_t
pent_canvas_get_extent (PentCanvas *self)
{
  PentRect extent = pent_document_get_extent (self->document);
  double left, top, right, bottom;

  pent_canvas_to_widget (self, extent.x, extent.y, &left, &top);
  pent_canvas_to_widget (self, extent.x + extent.width, extent.y + extent.height, &right, &bottom);
  return GRAPHENE_RECT_INIT (left, top, right - left, bottom - top);
}

graphene_rect_t
pent_canvas_get_handle (PentCanvas *self, PentSide side)
{
  graphene_rect_t extent = pent_canvas_get_extent (self);
  float width = is_upright (side) ? HANDLE_THICKNESS : HANDLE_LENGTH;
  float height = is_upright (side) ? HANDLE_LENGTH : HANDLE_THICKNESS;
  float x = extent.origin.x + (extent.size.width - width) / 2;
  float y = extent.origin.y + (extent.size.height - height) / 2;

  if (side == PENT_SIDE_LEFT)
    x = extent.origin.x - HANDLE_GAP - width;
  else if (side == PENT_SIDE_RIGHT)
    x = extent.origin.x + extent.size.width + HANDLE_GAP;
  else if (side == PENT_SIDE_TOP)
    y = extent.origin.y - HANDLE_GAP - height;
  else
    y = extent.origin.y + extent.size.height + HANDLE_GAP;
  return GRAPHENE_RECT_INIT (x, y, width, height);
}

gboolean
pent_canvas_find_handle (PentCanvas *self, double x, double y, PentSide *side)
{
  if (!pent_canvas_has_handles (self))
    return FALSE;
  for (int i = 0; i < PENT_N_SIDES; i++)
    {
      graphene_rect_t handle = pent_canvas_get_handle (self, i);
      /* Outwards and along; inwards the picture begins. */
      graphene_rect_inset (&handle, -HANDLE_REACH, -HANDLE_REACH);
      graphene_rect_t extent = pent_canvas_get_extent (self);
      graphene_point_t point = GRAPHENE_POINT_INIT (x, y);
      if (graphene_rect_contains_point (&handle, &point) && !graphene_rect_contains_point (&extent, &point))
        {
          *side = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void
snapshot_handles (PentCanvas *self, GtkSnapshot *snapshot)
{
  float light = adw_style_manager_get_dark (adw_style_manager_get_default ()) ? 1 : 0;
  const GdkRGBA colour = { light, light, light, 1 };
  PentSide hovered;
  gboolean hovers = self->pointer_inside && pent_canvas_find_handle (self, self->last_x, self->last_y, &hovered);

  if (!pent_canvas_has_handles (self))
    return;
  for (int i = 0; i < PENT_N_SIDES; i++)
    {
      graphene_rect_t handle = pent_canvas_get_handle (self, i);
      GskRoundedRect rounded;
      gboolean held = self->grip == PENT_GRIP_HANDLE && self->side == (PentSide) i;
      GdkRGBA shown = colour;
      shown.alpha *= held || (hovers && hovered == (PentSide) i) ? 0.9 : 0.35;
      gsk_rounded_rect_init_from_rect (&rounded, &handle, HANDLE_THICKNESS / 2);
      gtk_snapshot_push_rounded_clip (snapshot, &rounded);
      gtk_snapshot_append_color (snapshot, &shown, &handle);
      gtk_snapshot_pop (snapshot);
    }
}

/* Light on dark, so that it is seen on any picture. */
static void
stroke_twice (cairo_t *cr, double dash)
{
  cairo_set_line_width (cr, 3);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.55);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1.25);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.95);
  if (dash > 0)
    cairo_set_dash (cr, &dash, 1, 0);
  cairo_stroke (cr);
}

/* Where the picture ends and what will be painted begins. */
static void
snapshot_margins (PentCanvas *self, GtkSnapshot *snapshot)
{
  int margins[PENT_N_SIDES];
  double left, top, right, bottom;

  pent_document_get_margins (self->document, margins);
  if (margins[0] + margins[1] + margins[2] + margins[3] == 0)
    return;
  pent_canvas_to_widget (self, 0, 0, &left, &top);
  pent_canvas_to_widget (self, pent_document_get_width (self->document), pent_document_get_height (self->document),
                         &right, &bottom);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (left - 2, top - 2, right - left + 4, bottom - top + 4);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_rectangle (cr, left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
  stroke_twice (cr, 5);
  cairo_destroy (cr);
}

static void
snapshot_outline (PentCanvas *self, GtkSnapshot *snapshot)
{
  if (self->outline->len < 2)
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (GTK_WIDGET (self)),
                                                                          gtk_widget_get_height (GTK_WIDGET (self))));
  for (guint i = 0; i < self->outline->len; i++)
    {
      const PentPoint *point = &g_array_index (self->outline, PentPoint, i);
      double x, y;
      pent_canvas_to_widget (self, point->x, point->y, &x, &y);
      cairo_line_to (cr, x, y);
    }
  cairo_close_path (cr);
  stroke_twice (cr, 4);
  cairo_destroy (cr);
}

/* The brush as large as it paints. */
static void
snapshot_brush (PentCanvas *self, GtkSnapshot *snapshot)
{
  gboolean paints = self->tool == PENT_TOOL_BRUSH || self->tool == PENT_TOOL_ERASER;
  PentSide side;

  if (!paints || !self->pointer_inside || self->space || pent_document_get_picture (self->document) == NULL)
    return;
  if (self->grip == PENT_GRIP_NONE ? pent_canvas_find_handle (self, self->last_x, self->last_y, &side)
                                   : self->grip != PENT_GRIP_STROKE)
    return;
  double radius = self->brush.size / 2 * self->viewport.scale / gtk_widget_get_scale_factor (GTK_WIDGET (self));
  radius = MAX (radius, 1.5);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (self->last_x - radius - 3, self->last_y - radius - 3,
                                               2 * radius + 6, 2 * radius + 6);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_arc (cr, self->last_x, self->last_y, radius, 0, 2 * G_PI);
  stroke_twice (cr, self->tool == PENT_TOOL_ERASER ? 4 : 0);
  cairo_destroy (cr);
}

/* What lies over the picture: handles, outlines, the brush. */
void
pent_canvas_snapshot_tools (PentCanvas *self, GtkSnapshot *snapshot)
{
  snapshot_margins (self, snapshot);
  snapshot_handles (self, snapshot);
  snapshot_outline (self, snapshot);
  snapshot_brush (self, snapshot);
}
