/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-canvas-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* Sides of tiles, device pixels. Those of the mask are smaller, since they are
 * drawn anew under the brush. */
#define PICTURE_TILE 256
#define MASK_TILE    128

/* Left free round a fitted picture: room for the handles. Widget pixels. */
#define BORDER 28

/* Of a square of the checkerboard, widget pixels. */
#define CHECKER 8

static const char *const tool_names[PENT_N_TOOLS] = { "brush", "eraser", "rectangle", "lasso", "pan" };

enum
{
  PROP_DOCUMENT = 1,
  PROP_ZOOM,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentCanvas, pent_canvas, GTK_TYPE_WIDGET)

const char *
pent_tool_name (PentTool tool)
{
  return tool_names[tool];
}

gboolean
pent_tool_from_name (const char *name, PentTool *tool)
{
  for (int i = 0; i < PENT_N_TOOLS; i++)
    if (g_str_equal (name, tool_names[i]))
      {
        *tool = i;
        return TRUE;
      }
  return FALSE;
}

static cairo_surface_t *
render_picture (gpointer data, const PentRect *area, double scale)
{
  PentCanvas *self = data;

  return self->pyramid != NULL ? pent_pyramid_render (self->pyramid, area, scale) : NULL;
}

static cairo_surface_t *
render_mask (gpointer data, const PentRect *area, double scale)
{
  PentCanvas *self = data;

  return pent_mask_render (pent_document_get_mask (self->document), &self->mask_colour, area, scale);
}

static cairo_surface_t *
render_backdrop (gpointer data, const PentRect *area, double scale)
{
  PentCanvas *self = data;

  return self->backdrop != NULL ? pent_pyramid_render (self->backdrop, area, scale) : NULL;
}

static gboolean
tell_zoom_cb (gpointer data)
{
  PentCanvas *self = data;

  self->zoom_source = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
  return G_SOURCE_REMOVE;
}

/* Told later: a label that shows the zoom must not change its size while GTK
 * gives out sizes, which is when a fitted picture is zoomed. */
static void
viewport_changed (PentCanvas *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->zoom_source == 0)
    self->zoom_source = g_idle_add_full (G_PRIORITY_DEFAULT, tell_zoom_cb, self, NULL);
}

static void
update_extent (PentCanvas *self)
{
  PentRect extent = pent_document_get_extent (self->document);

  /* While a handle is dragged the view must not move under the pointer. */
  if (self->grip == PENT_GRIP_HANDLE)
    self->viewport.extent = extent;
  else
    pent_viewport_set_extent (&self->viewport, &extent);
  viewport_changed (self);
}

static void
picture_changed_cb (PentCanvas *self)
{
  PentImage *picture = pent_document_get_picture (self->document);

  g_clear_pointer (&self->pyramid, pent_pyramid_free);
  if (picture != NULL)
    self->pyramid = pent_pyramid_new (picture);
  pent_canvas_tiles_clear (self->picture_tiles);
  pent_canvas_tiles_clear (self->mask_tiles);
  update_extent (self);
  pent_canvas_update_cursor (self);
}

static void
mask_changed_cb (PentDocument *document, int x, int y, int width, int height, PentCanvas *self)
{
  PentRect area = { x, y, width, height };

  self->mask_rests = FALSE;
  pent_canvas_tiles_invalidate (self->mask_tiles, &area);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
preview_changed_cb (PentCanvas *self)
{
  PentRect area;
  PentImage *preview = pent_document_get_preview (self->document, &area);

  g_clear_object (&self->preview);
  if (preview != NULL)
    {
      g_autoptr (PentImage) rgb = pent_image_to_rgb8 (preview, NULL);
      if (rgb != NULL)
        {
          g_autoptr (GBytes) bytes = g_bytes_new (rgb->pixels, rgb->stride * rgb->height);
          self->preview = gdk_memory_texture_new (rgb->width, rgb->height, GDK_MEMORY_R8G8B8, bytes, rgb->stride);
        }
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
backdrop_changed_cb (PentCanvas *self)
{
  int x, y;
  PentImage *backdrop = pent_document_get_backdrop (self->document, &x, &y);

  g_clear_pointer (&self->backdrop, pent_pyramid_free);
  if (backdrop != NULL)
    self->backdrop = pent_pyramid_new (backdrop);
  pent_canvas_tiles_clear (self->backdrop_tiles);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
append_tile (gpointer data, GdkTexture *texture, const PentRect *area)
{
  gtk_snapshot_append_texture (data, texture, &GRAPHENE_RECT_INIT (area->x, area->y, area->width, area->height));
}

/* What earlier parts of a run have painted. */
static void
snapshot_backdrop (PentCanvas *self, GtkSnapshot *snapshot, PentRect visible)
{
  int x, y;

  if (pent_document_get_backdrop (self->document, &x, &y) == NULL)
    return;
  x = round (x * self->viewport.scale);
  y = round (y * self->viewport.scale);
  visible.x -= x;
  visible.y -= y;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  pent_canvas_tiles_each (self->backdrop_tiles, &visible, self->viewport.scale, append_tile, snapshot);
  gtk_snapshot_restore (snapshot);
}

/* In device pixels, with the document's origin at 0. */
static void
snapshot_layers (PentCanvas *self, GtkSnapshot *snapshot)
{
  const PentViewport *viewport = &self->viewport;
  PentRect visible = { -viewport->x, -viewport->y, viewport->width, viewport->height };
  PentRect area;

  pent_canvas_tiles_each (self->picture_tiles, &visible, viewport->scale, append_tile, snapshot);
  snapshot_backdrop (self, snapshot, visible);
  pent_document_get_preview (self->document, &area);
  if (self->preview != NULL)
    gtk_snapshot_append_texture (snapshot, self->preview,
                                 &GRAPHENE_RECT_INIT (area.x * viewport->scale, area.y * viewport->scale,
                                                      area.width * viewport->scale, area.height * viewport->scale));
  /* Under the colour of the mask nobody could judge a preview. */
  gboolean painting = self->grip == PENT_GRIP_STROKE;
  if (self->mask_visible && (painting || (self->preview == NULL && !self->mask_rests)))
    pent_canvas_tiles_each (self->mask_tiles, &visible, viewport->scale, append_tile, snapshot);
}

static void
snapshot_page (PentCanvas *self, GtkSnapshot *snapshot)
{
  graphene_rect_t extent = pent_canvas_get_extent (self);
  const GdkRGBA shade = { 0, 0, 0, 0.35 };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &extent, 0);
  gtk_snapshot_append_outset_shadow (snapshot, &outline, &shade, 0, 1, 0, 6);
  gtk_snapshot_push_repeat (snapshot, &extent, &GRAPHENE_RECT_INIT (extent.origin.x, extent.origin.y,
                                                                    2 * CHECKER, 2 * CHECKER));
  gtk_snapshot_append_texture (snapshot, self->checkers,
                               &GRAPHENE_RECT_INIT (extent.origin.x, extent.origin.y, 2 * CHECKER, 2 * CHECKER));
  gtk_snapshot_pop (snapshot);
}

static void
pent_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  PentCanvas *self = PENT_CANVAS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  float pixel = 1.f / gtk_widget_get_scale_factor (widget);

  if (self->document == NULL)
    return;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  snapshot_page (self, snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_scale (snapshot, pixel, pixel);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (self->viewport.x, self->viewport.y));
  snapshot_layers (self, snapshot);
  gtk_snapshot_restore (snapshot);
  pent_canvas_snapshot_tools (self, snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
update_size (PentCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int factor = gtk_widget_get_scale_factor (widget);

  pent_viewport_set_size (&self->viewport, gtk_widget_get_width (widget) * factor,
                          gtk_widget_get_height (widget) * factor, BORDER * factor);
  viewport_changed (self);
}

static void
pent_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  update_size (PENT_CANVAS (widget));
}

static void
pent_canvas_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                     int *minimum_baseline, int *natural_baseline)
{
  *minimum = 120;
  *natural = 400;
}

static void
pent_canvas_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentCanvas *self = PENT_CANVAS (object);

  if (property == PROP_DOCUMENT)
    g_value_set_object (value, self->document);
  else if (property == PROP_ZOOM)
    g_value_set_double (value, pent_canvas_get_zoom (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_canvas_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  PentCanvas *self = PENT_CANVAS (object);

  if (property == PROP_DOCUMENT)
    pent_canvas_set_document (self, g_value_get_object (value));
  else if (property == PROP_ZOOM)
    pent_canvas_set_zoom (self, g_value_get_double (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_canvas_dispose (GObject *object)
{
  pent_canvas_set_document (PENT_CANVAS (object), NULL);
  g_clear_handle_id (&PENT_CANVAS (object)->zoom_source, g_source_remove);

  G_OBJECT_CLASS (pent_canvas_parent_class)->dispose (object);
}

static void
pent_canvas_finalize (GObject *object)
{
  PentCanvas *self = PENT_CANVAS (object);

  pent_canvas_tiles_free (self->picture_tiles);
  pent_canvas_tiles_free (self->backdrop_tiles);
  pent_canvas_tiles_free (self->mask_tiles);
  g_array_unref (self->outline);
  g_object_unref (self->checkers);

  G_OBJECT_CLASS (pent_canvas_parent_class)->finalize (object);
}

static void
pent_canvas_class_init (PentCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = pent_canvas_get_property;
  object_class->set_property = pent_canvas_set_property;
  object_class->dispose = pent_canvas_dispose;
  object_class->finalize = pent_canvas_finalize;
  widget_class->snapshot = pent_canvas_snapshot;
  widget_class->size_allocate = pent_canvas_size_allocate;
  widget_class->measure = pent_canvas_measure;

  properties[PROP_DOCUMENT] =
    g_param_spec_object ("document", NULL, NULL, PENT_TYPE_DOCUMENT,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ZOOM] =
    g_param_spec_double ("zoom", NULL, NULL, PENT_VIEWPORT_MIN_SCALE, PENT_VIEWPORT_MAX_SCALE, 1,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static GdkTexture *
new_checkers (void)
{
  static const guint8 squares[] = { 0xff, 0xff, 0xff, 0xe4, 0xe4, 0xe4, 0, 0, 0xe4, 0xe4, 0xe4, 0xff, 0xff, 0xff, 0, 0 };
  g_autoptr (PentImage) image = pent_image_new (2 * CHECKER, 2 * CHECKER, 3, 8, NULL);

  for (int y = 0; y < 2 * CHECKER; y++)
    for (int x = 0; x < 2 * CHECKER; x++)
      for (int c = 0; c < 3; c++)
        image->pixels[y * image->stride + x * 3 + c] = squares[y / CHECKER * 8 + x / CHECKER * 3 + c];
  g_autoptr (GBytes) bytes = g_bytes_new (image->pixels, image->stride * image->height);
  return gdk_memory_texture_new (image->width, image->height, GDK_MEMORY_R8G8B8, bytes, image->stride);
}

static void
pent_canvas_init (PentCanvas *self)
{
  const PentBrush brush = { .size = 64, .hardness = 0.8, .opacity = 1, .pressure_size = TRUE };

  self->brush = brush;
  self->mask_colour = (GdkRGBA) { 0.93, 0.2, 0.23, 0.55 };
  self->mask_visible = TRUE;
  self->viewport = (PentViewport) { .scale = 1, .fits = TRUE, .extent = { 0, 0, 512, 512 } };
  self->picture_tiles = pent_canvas_tiles_new (PICTURE_TILE, render_picture, self);
  self->backdrop_tiles = pent_canvas_tiles_new (PICTURE_TILE, render_backdrop, self);
  self->mask_tiles = pent_canvas_tiles_new (MASK_TILE, render_mask, self);
  self->checkers = new_checkers ();
  self->outline = g_array_new (FALSE, FALSE, sizeof (PentPoint));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (update_size), NULL);
  pent_canvas_init_input (self);
}

/**
 * pent_canvas_get_document:
 *
 * Returns: (transfer none) (nullable)
 */
PentDocument *
pent_canvas_get_document (PentCanvas *self)
{
  g_return_val_if_fail (PENT_IS_CANVAS (self), NULL);
  return self->document;
}

void
pent_canvas_set_document (PentCanvas *self, PentDocument *document)
{
  g_return_if_fail (PENT_IS_CANVAS (self));
  if (document == self->document)
    return;
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->pyramid, pent_pyramid_free);
  g_clear_pointer (&self->backdrop, pent_pyramid_free);
  g_clear_object (&self->preview);
  g_set_object (&self->document, document);
  if (document != NULL)
    {
      g_signal_connect_swapped (document, "picture-changed", G_CALLBACK (picture_changed_cb), self);
      g_signal_connect_swapped (document, "margins-changed", G_CALLBACK (update_extent), self);
      g_signal_connect_swapped (document, "preview-changed", G_CALLBACK (preview_changed_cb), self);
      g_signal_connect_swapped (document, "backdrop-changed", G_CALLBACK (backdrop_changed_cb), self);
      g_signal_connect (document, "mask-changed", G_CALLBACK (mask_changed_cb), self);
      picture_changed_cb (self);
      preview_changed_cb (self);
      backdrop_changed_cb (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DOCUMENT]);
}

PentTool
pent_canvas_get_tool (PentCanvas *self)
{
  g_return_val_if_fail (PENT_IS_CANVAS (self), PENT_TOOL_BRUSH);
  return self->tool;
}

void
pent_canvas_set_tool (PentCanvas *self, PentTool tool)
{
  g_return_if_fail (PENT_IS_CANVAS (self));
  self->tool = tool;
  pent_canvas_update_cursor (self);
}

const PentBrush *
pent_canvas_get_brush (PentCanvas *self)
{
  g_return_val_if_fail (PENT_IS_CANVAS (self), NULL);
  return &self->brush;
}

/**
 * pent_canvas_set_brush:
 * @brush: copied; which tool is chosen says whether it erases
 */
void
pent_canvas_set_brush (PentCanvas *self, const PentBrush *brush)
{
  g_return_if_fail (PENT_IS_CANVAS (self));
  self->brush = *brush;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * pent_canvas_set_mask_colour:
 * @colour: its alpha is that of full strength
 */
void
pent_canvas_set_mask_colour (PentCanvas *self, const GdkRGBA *colour)
{
  g_return_if_fail (PENT_IS_CANVAS (self));
  self->mask_colour = *colour;
  pent_canvas_tiles_clear (self->mask_tiles);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
pent_canvas_get_mask_visible (PentCanvas *self)
{
  g_return_val_if_fail (PENT_IS_CANVAS (self), FALSE);
  return self->mask_visible;
}

void
pent_canvas_set_mask_visible (PentCanvas *self, gboolean visible)
{
  g_return_if_fail (PENT_IS_CANVAS (self));
  self->mask_visible = visible;
  self->mask_rests = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * pent_canvas_rest_mask:
 *
 * Shows the picture without the mask until that is worked on again: nobody can
 * judge a result under a colour.
 */
void
pent_canvas_rest_mask (PentCanvas *self)
{
  g_return_if_fail (PENT_IS_CANVAS (self));
  self->mask_rests = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * pent_canvas_get_zoom:
 *
 * Returns: pixels of the display for one of the picture
 */
double
pent_canvas_get_zoom (PentCanvas *self)
{
  g_return_val_if_fail (PENT_IS_CANVAS (self), 1);
  return self->viewport.scale;
}

/* Where the user looks: at the pointer, else in the middle. Device pixels. */
static void
find_focus (PentCanvas *self, double *x, double *y)
{
  int factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  *x = self->pointer_inside ? self->last_x * factor : self->viewport.width / 2.0;
  *y = self->pointer_inside ? self->last_y * factor : self->viewport.height / 2.0;
}

void
pent_canvas_set_zoom (PentCanvas *self, double zoom)
{
  double x, y;

  g_return_if_fail (PENT_IS_CANVAS (self));
  find_focus (self, &x, &y);
  pent_viewport_zoom (&self->viewport, zoom, x, y);
  viewport_changed (self);
}

/**
 * pent_canvas_step_zoom:
 * @direction: 1 nearer, -1 farther
 *
 * By the square root of 2, through whole multiples.
 */
void
pent_canvas_step_zoom (PentCanvas *self, int direction)
{
  double step = 2 * log2 (self->viewport.scale);
  double next = direction > 0 ? floor (step + 1.001) : ceil (step - 1.001);

  pent_canvas_set_zoom (self, exp2 (next / 2));
}

void
pent_canvas_zoom_to_fit (PentCanvas *self)
{
  g_return_if_fail (PENT_IS_CANVAS (self));
  pent_viewport_fit (&self->viewport);
  viewport_changed (self);
}

/* @x, @y and lengths in pixels of the widget. */
void
pent_canvas_zoom_at (PentCanvas *self, double scale, double x, double y)
{
  int factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  pent_viewport_zoom (&self->viewport, scale, x * factor, y * factor);
  viewport_changed (self);
}

void
pent_canvas_pan (PentCanvas *self, double dx, double dy)
{
  int factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  pent_viewport_pan (&self->viewport, dx * factor, dy * factor);
  viewport_changed (self);
}

void
pent_canvas_to_document (PentCanvas *self, double x, double y, double *document_x, double *document_y)
{
  int factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  pent_viewport_to_document (&self->viewport, x * factor, y * factor, document_x, document_y);
}

/**
 * pent_canvas_to_widget:
 * @x: pixels of the document
 * @y: likewise
 * @widget_x: (out): pixels of the widget
 * @widget_y: (out): likewise
 */
void
pent_canvas_to_widget (PentCanvas *self, double x, double y, double *widget_x, double *widget_y)
{
  int factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  g_return_if_fail (PENT_IS_CANVAS (self));
  pent_viewport_from_document (&self->viewport, x, y, widget_x, widget_y);
  *widget_x /= factor;
  *widget_y /= factor;
}
