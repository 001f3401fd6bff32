/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-sheet.h"

#include <cairo.h>
#include <string.h>

#include "pent-error.h"

#define MARGIN    12
#define LABEL     22   /* height of a label's line, pixels */
#define FONT_SIZE 13
#define MAX_SIDE  32767

typedef struct
{
  int width, height;   /* of the largest cell */
  int columns, rows;
} Layout;

static cairo_surface_t *
make_surface (PentImage *image, GError **error)
{
  g_autoptr (PentImage) rgb = pent_image_to_rgb8 (image, error);
  if (rgb == NULL)
    return NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, rgb->width, rgb->height);
  guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  for (int y = 0; data != NULL && y < rgb->height; y++)
    for (int x = 0; x < rgb->width; x++)
      {
        const guint8 *pixel = rgb->pixels + y * rgb->stride + 3 * x;
        guint32 value = (guint32) pixel[0] << 16 | pixel[1] << 8 | pixel[2];
        memcpy (data + (gsize) y * stride + 4 * x, &value, 4);
      }
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* A label too long for its cell is made narrower, down to a half. */
static void
draw_label (cairo_t *cr, const char *label, int x, int y, int width)
{
  cairo_text_extents_t extents;
  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, LABEL);
  cairo_clip (cr);
  cairo_text_extents (cr, label, &extents);
  cairo_translate (cr, x, y + LABEL - 7);
  if (extents.x_advance > width)
    cairo_scale (cr, MAX (width / extents.x_advance, 0.5), 1);
  cairo_move_to (cr, 0, 0);
  cairo_show_text (cr, label);
  cairo_restore (cr);
}

static gboolean
draw_cell (cairo_t *cr, const PentCliCell *cell, const Layout *layout, int index, GError **error)
{
  int x = MARGIN + index % layout->columns * (layout->width + MARGIN);
  int y = MARGIN + index / layout->columns * (layout->height + LABEL + MARGIN);
  cairo_set_source_rgb (cr, 0.1, 0.1, 0.1);
  draw_label (cr, cell->label, x, y, layout->width);
  if (cell->image == NULL)
    return TRUE;
  cairo_surface_t *surface = make_surface (cell->image, error);
  if (surface == NULL)
    return FALSE;
  cairo_set_source_surface (cr, surface, x, y + LABEL);
  cairo_paint (cr);
  cairo_surface_destroy (surface);
  return TRUE;
}

static PentImage *
take_pixels (cairo_surface_t *surface, int width, int height, GError **error)
{
  PentImage *image = pent_image_new (width, height, 3, 8, error);
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  for (int y = 0; image != NULL && y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint32 value;
        guint8 *pixel = image->pixels + y * image->stride + 3 * x;
        memcpy (&value, data + (gsize) y * stride + 4 * x, 4);
        pixel[0] = value >> 16;
        pixel[1] = value >> 8;
        pixel[2] = value;
      }
  return image;
}

/**
 * pent_cli_sheet_draw:
 * @n: how many cells
 * @columns: how many beside each other
 *
 * Returns: (transfer full): the cells, each under its label; %NULL with
 *   %PENT_ERROR_MEMORY
 */
PentImage *
pent_cli_sheet_draw (const PentCliCell *cells, int n, int columns, GError **error)
{
  Layout layout = { .width = 64, .columns = MIN (columns, n), .rows = (n + columns - 1) / columns };
  for (int i = 0; i < n; i++)
    if (cells[i].image != NULL)
      {
        layout.width = MAX (layout.width, cells[i].image->width);
        layout.height = MAX (layout.height, cells[i].image->height);
      }
  gint64 width = MARGIN + (gint64) layout.columns * (layout.width + MARGIN);
  gint64 height = MARGIN + (gint64) layout.rows * (layout.height + LABEL + MARGIN);
  cairo_surface_t *surface = width <= MAX_SIDE && height <= MAX_SIDE
    ? cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height) : NULL;
  if (surface == NULL || cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      g_clear_pointer (&surface, cairo_surface_destroy);
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, "A sheet of %d pictures is too large: ask for fewer or smaller ones.", n);
      return NULL;
    }

  cairo_t *cr = cairo_create (surface);
  gboolean ok = TRUE;
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_select_font_face (cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (cr, FONT_SIZE);
  for (int i = 0; ok && i < n; i++)
    ok = draw_cell (cr, &cells[i], &layout, i, error);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  PentImage *image = ok ? take_pixels (surface, width, height, error) : NULL;
  cairo_surface_destroy (surface);
  return image;
}
