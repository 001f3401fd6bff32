/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-source.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pent-error.h"
#include "pent-geometry.h"
#include "pent-image-scale.h"
#include "pent-outpaint.h"
#include "pent-tiles.h"
#include "pent-vae.h"

/* How far colours are brought to those around the mask, unless asked for. */
#define DEFAULT_MATCH 1.0

/* Of the second pass: enough to make detail, too little to make other things. */
#define HIRES_STRENGTH 0.5

/* Pixels along a side of the largest result. */
#define MAX_SIDE 16384

/* Share of the native side by which a pass repaints what the ones before it
 * have painted, and over which it goes over into that; and over which margins
 * begin at the picture, whose edge goes on beneath them. */
#define LAP 8

/* Pixels along a side of a tile, at least, where its size is not asked for. */
#define MIN_TILE 64

/* How much of what was painted at once is changed in detail: from a half on,
 * parts begin to be pictures of their own. */
#define DETAIL_STRENGTH 0.4

void
pent_source_free (PentSource *self)
{
  g_clear_pointer (&self->image, pent_image_unref);
  g_clear_pointer (&self->mask, pent_image_unref);
  g_clear_pointer (&self->passes, g_array_unref);
  g_free (self);
}

static int
native_side (PentCheckpoint *checkpoint)
{
  return pent_checkpoint_get_unet (checkpoint)->sample_size * pent_vae_get_scale (pent_checkpoint_get_vae (checkpoint));
}

static gboolean
is_extended (const PentRequest *request)
{
  const int *o = request->outpaint;

  return o[0] > 0 || o[1] > 0 || o[2] > 0 || o[3] > 0;
}

/* The size that is typed, else the source's, else the model's own. One side
 * alone takes the other from the source's proportions. */
static void
choose_size (const PentRequest *request, int native, int *width, int *height)
{
  *width = request->width;
  *height = request->height;
  if (request->init == NULL)
    {
      *width = *width == PENT_UNSET ? native : *width;
      *height = *height == PENT_UNSET ? native : *height;
      return;
    }

  double aspect = (double) request->init->width / request->init->height;
  if (*width == PENT_UNSET && *height == PENT_UNSET)
    {
      *width = request->init->width;
      *height = request->init->height;
    }
  else if (*width == PENT_UNSET)
    *width = MAX (lrint (*height * aspect / 8) * 8, 8);
  else if (*height == PENT_UNSET)
    *height = MAX (lrint (*width / aspect / 8) * 8, 8);
}

/* Scales to cover the size and cuts off evenly what stands out. */
static PentImage *
crop_to (PentImage *image, int width, int height, GError **error)
{
  double ratio = MAX ((double) width / image->width, (double) height / image->height);
  int scaled_width = MAX ((int) lrint (image->width * ratio), width);
  int scaled_height = MAX ((int) lrint (image->height * ratio), height);
  g_autoptr (PentImage) scaled = pent_image_scale (image, scaled_width, scaled_height, error);
  if (scaled == NULL)
    return NULL;
  return pent_image_crop (scaled, (scaled_width - width) / 2, (scaled_height - height) / 2, width, height, error);
}

/* Puts @image on a larger canvas at @known, its edge going on outwards. */
static PentImage *
widen_image (PentImage *image, int width, int height, const PentRect *known, GError **error)
{
  PentImage *canvas = pent_image_new (width, height, image->channels, image->bits, error);
  gsize pixel = (gsize) image->channels * (image->bits / 8);

  if (canvas == NULL)
    return NULL;
  if (image->icc_profile != NULL)
    canvas->icc_profile = g_bytes_ref (image->icc_profile);
  for (int y = 0; y < height; y++)
    {
      const guint8 *from = image->pixels + CLAMP (y - known->y, 0, image->height - 1) * image->stride;
      guint8 *to = canvas->pixels + y * canvas->stride;
      for (int x = 0; x < width; x++)
        memcpy (to + x * pixel, from + CLAMP (x - known->x, 0, image->width - 1) * pixel, pixel);
    }
  return canvas;
}

/* Scales to lie inside the size, in its middle, and lets the edges go on. */
static PentImage *
pad_to (PentImage *image, int width, int height, GError **error)
{
  double ratio = MIN ((double) width / image->width, (double) height / image->height);
  int scaled_width = CLAMP ((int) lrint (image->width * ratio), 1, width);
  int scaled_height = CLAMP ((int) lrint (image->height * ratio), 1, height);
  g_autoptr (PentImage) scaled = pent_image_scale (image, scaled_width, scaled_height, error);
  const PentRect known = { (width - scaled_width) / 2, (height - scaled_height) / 2, scaled_width, scaled_height };

  return scaled != NULL ? widen_image (scaled, width, height, &known, error) : NULL;
}

static PentImage *
fit_image (PentImage *image, int width, int height, PentFit fit, GError **error)
{
  if (image->width == width && image->height == height)
    return pent_image_ref (image);
  if (fit == PENT_FIT_SCALE)
    return pent_image_scale (image, width, height, error);
  return fit == PENT_FIT_PAD ? pad_to (image, width, height, error) : crop_to (image, width, height, error);
}

static double
choose_strength (PentCheckpoint *checkpoint, const PentRequest *request)
{
  const PentUnetConfig *unet = pent_checkpoint_get_unet (checkpoint);
  gboolean inpainting_model = unet->in_channels > unet->out_channels;

  if (request->init == NULL)
    return 1;
  if (request->strength != PENT_UNSET)
    return request->strength;
  if (is_extended (request))
    return 1;
  return request->mask != NULL && (inpainting_model || request->fill != PENT_FILL_ORIGINAL) ? 1 : 0.75;
}

/* Where a mask is asked for exactly as it is painted, so is what was painted
 * there. */
static double
choose_match (const PentRequest *request)
{
  if (request->match != PENT_UNSET)
    return request->match;
  return request->grow == 0 && request->feather == 0 ? 0 : DEFAULT_MATCH;
}

static gboolean
set_mask (PentSource *self, PentRequest *request, GError **error)
{
  if (request->mask->width != request->init->width || request->mask->height != request->init->height)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("The mask has %d x %d pixels but the picture has %d x %d: give --mask a picture of the same size"),
                   request->mask->width, request->mask->height, request->init->width, request->init->height);
      return FALSE;
    }
  self->mask = fit_image (request->mask, self->known.width, self->known.height, request->fit, error);
  return self->mask != NULL;
}

static PentPass *
add_pass (PentSource *self, const PentGeometry *geometry, gboolean masked, gboolean extends)
{
  const PentPass pass = {
    .region = geometry->region, .run_width = geometry->run_width, .run_height = geometry->run_height,
    .masked = masked, .extends = extends, .strength = self->strength,
    .grow = geometry->grow, .feather = geometry->feather, .blend = geometry->blend, .ring = geometry->ring,
  };

  g_array_append_val (self->passes, pass);
  return &g_array_index (self->passes, PentPass, self->passes->len - 1);
}

/* An edit of the mask alone, with nothing but the picture in sight. */
static void
plan_mask (PentSource *self, const PentEdit *edit, const PentRect *bounds)
{
  PentEdit inside = *edit;

  inside.width = self->known.width;
  inside.height = self->known.height;
  inside.bounds = *bounds;
  PentGeometry geometry = pent_geometry_solve (&inside);
  geometry.region.x += self->known.x;
  geometry.region.y += self->known.y;
  add_pass (self, &geometry, TRUE, FALSE);
}

static void
plan_strips (PentSource *self, const PentEdit *edit)
{
  g_autoptr (GArray) strips = pent_outpaint_plan (self->width, self->height, &self->known, edit->native, edit->cell);

  for (guint i = 0; i < strips->len; i++)
    {
      const PentStrip *strip = &g_array_index (strips, PentStrip, i);
      PentEdit part = *edit;
      part.bounds = strip->paint;
      part.region = PENT_REGION_WHOLE;
      PentGeometry geometry = pent_geometry_solve (&part);
      geometry.region = strip->region;
      geometry.run_width = strip->region.width;
      geometry.run_height = strip->region.height;
      PentPass *pass = add_pass (self, &geometry, FALSE, FALSE);
      pass->detail = strip->paint;
      pass->lap = edit->native / LAP;
      pass->blend = edit->blend != PENT_UNSET ? edit->blend : pass->lap;
      pass->strength = self->strength * DETAIL_STRENGTH;
    }
}

/* The smallest rectangle round everything outside @known: it holds a whole side
 * of the canvas for every margin. */
static PentRect
find_margins (const PentSource *self)
{
  const PentRect *k = &self->known;
  int right = self->width - k->x - k->width, bottom = self->height - k->y - k->height;
  const PentRect sides[] = {
    { 0, 0, k->x, self->height }, { 0, 0, self->width, k->y },
    { k->x + k->width, 0, right, self->height }, { 0, k->y + k->height, self->width, bottom },
  };
  PentRect margins = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    margins = pent_rect_unite (&margins, &sides[i]);
  return margins;
}

/* Everything that is new in one run. */
static void
plan_at_once (PentSource *self, const PentEdit *edit, const PentRect *bounds)
{
  PentRect margins = find_margins (self);
  PentRect moved = { bounds->x + self->known.x, bounds->y + self->known.y, bounds->width, bounds->height };
  PentEdit all = *edit;

  all.bounds = pent_rect_is_empty (bounds) ? margins : pent_rect_unite (&margins, &moved);
  PentGeometry geometry = pent_geometry_solve (&all);
  if (edit->blend == PENT_UNSET)
    geometry.blend = MAX (geometry.blend, edit->native / LAP);
  add_pass (self, &geometry, !pent_rect_is_empty (bounds), TRUE);
}

/* Margins that are more than the model paints well: all of them at the model's
 * size, so that they make one picture, then part by part in detail. */
static void
plan_large (PentSource *self, const PentEdit *edit, const PentRect *bounds)
{
  PentEdit coarse = *edit;

  coarse.region = PENT_REGION_MASKED;
  if (!pent_rect_is_empty (bounds))
    plan_mask (self, edit, bounds);
  plan_at_once (self, &coarse, &(PentRect){ 0 });
  plan_strips (self, edit);
}

static gboolean
is_white (const PentImage *mask)
{
  for (int y = 0; y < mask->height; y++)
    for (int x = 0; x < mask->width; x++)
      if (pent_mask_value (mask, x, y) < 1)
        return FALSE;
  return TRUE;
}

static gboolean
plan_edit (PentSource *self, const PentEdit *edit, gboolean extended, GError **error)
{
  PentRect bounds = { 0 };

  if (self->mask != NULL)
    bounds = pent_mask_find_bounds (self->mask);
  if (self->mask != NULL && pent_rect_is_empty (&bounds) && !extended)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("The mask is black everywhere, so nothing would be repainted: paint white where the picture is to change"));
      return FALSE;
    }

  if (self->mask != NULL && is_white (self->mask))
    self->note = "The mask is white everywhere, so nothing of the picture is kept.";
  if (!extended)
    plan_mask (self, edit, &bounds);
  else if (edit->region != PENT_REGION_AUTO || pent_geometry_is_whole (edit))
    plan_at_once (self, edit, &bounds);
  else
    plan_large (self, edit, &bounds);
  return TRUE;
}

static int
enlarge (int length, double factor)
{
  return MAX ((int) MIN (lrint (length * factor / 8) * 8, G_MAXINT / 2), 8);
}

/* Sides of the result, and where on it the picture lies. */
static gboolean
set_sizes (PentSource *self, const PentRequest *request, int native, GError **error)
{
  const int *o = request->outpaint;
  int width, height;

  choose_size (request, native, &width, &height);
  self->first_width = width;
  self->first_height = height;
  if (request->hires != PENT_UNSET)
    {
      width = enlarge (width, request->hires);
      height = enlarge (height, request->hires);
    }
  if (o[0] + (gint64) width + o[2] > MAX_SIDE || o[1] + (gint64) height + o[3] > MAX_SIDE)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   _("A picture of %.0f x %.0f pixels does not fit in memory: choose a smaller size, at most %d along "
                     "a side"), o[0] + (double) width + o[2], o[1] + (double) height + o[3], MAX_SIDE);
      return FALSE;
    }
  self->known = (PentRect){ o[0], o[1], width, height };
  self->width = o[0] + width + o[2];
  self->height = o[1] + height + o[3];
  return TRUE;
}

static PentEdit
make_edit (const PentSource *self, PentCheckpoint *checkpoint, const PentRequest *request)
{
  return (PentEdit){
    .width = self->width, .height = self->height, .native = native_side (checkpoint),
    .cell = pent_vae_get_scale (pent_checkpoint_get_vae (checkpoint)), .region = request->region,
    .grow = request->grow, .feather = request->feather, .blend = request->blend, .strength = self->strength,
  };
}

/* Everything, with no regard to a mask. */
static void
plan_whole (PentSource *self, const PentEdit *edit)
{
  PentEdit all = *edit;

  all.region = PENT_REGION_WHOLE;
  PentGeometry geometry = pent_geometry_solve (&all);
  geometry.grow = geometry.feather = geometry.blend = 0;
  add_pass (self, &geometry, FALSE, FALSE);
}

/* Small first, where the model sees the whole as it was taught to; then, what
 * came of it enlarged, at full size. */
static void
plan_hires (PentSource *self, const PentEdit *edit, const PentRequest *request)
{
  plan_whole (self, edit);
  plan_whole (self, edit);
  PentPass *first = &g_array_index (self->passes, PentPass, 0), *second = &g_array_index (self->passes, PentPass, 1);
  first->run_width = pent_geometry_pad (self->first_width, edit->cell);
  first->run_height = pent_geometry_pad (self->first_height, edit->cell);
  second->strength = request->hires_strength != PENT_UNSET ? request->hires_strength : HIRES_STRENGTH;
}

/**
 * pent_source_new:
 *
 * Resolves the sizes and the strength, and the pass where the whole result is
 * computed at once, so that a size can be refused before a picture is brought
 * to it. Margins are added to the picture at the size that is typed, else at
 * its own.
 *
 * Returns: (transfer full): the source, or %NULL with %PENT_ERROR_MEMORY
 */
PentSource *
pent_source_new (PentCheckpoint *checkpoint, const PentRequest *request, GError **error)
{
  g_autoptr (PentSource) self = g_new0 (PentSource, 1);

  self->passes = g_array_new (FALSE, FALSE, sizeof (PentPass));
  self->strength = choose_strength (checkpoint, request);
  self->from_picture = request->init != NULL;
  self->match = choose_match (request);
  if (!set_sizes (self, request, native_side (checkpoint), error))
    return NULL;
  const PentEdit edit = make_edit (self, checkpoint, request);
  if (request->hires != PENT_UNSET)
    plan_hires (self, &edit, request);
  else if ((request->mask == NULL && !is_extended (request)) || pent_geometry_is_whole (&edit))
    plan_whole (self, &edit);
  return g_steal_pointer (&self);
}

/**
 * pent_source_fit:
 *
 * Brings picture and mask to the result's size and plans the passes; nothing is
 * computed on a device yet. A mask and margins become one pass where the whole
 * is small enough or a region is asked for; else the mask is painted first,
 * then the margins at once and in detail.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE for a mask that does not go with the
 *   picture, or %PENT_ERROR_MEMORY
 */
gboolean
pent_source_fit (PentSource *self, PentCheckpoint *checkpoint, PentRequest *request, GError **error)
{
  const PentEdit edit = make_edit (self, checkpoint, request);

  if (request->init == NULL)
    return TRUE;
  g_autoptr (PentImage) fitted = fit_image (request->init, self->known.width, self->known.height, request->fit, error);
  if (fitted == NULL)
    return FALSE;
  self->image = is_extended (request) ? widen_image (fitted, self->width, self->height, &self->known, error)
                                      : g_steal_pointer (&fitted);
  if (self->image == NULL || (request->mask != NULL && !set_mask (self, request, error)))
    return FALSE;
  if (self->mask == NULL && !is_extended (request))
    return TRUE;
  g_array_set_size (self->passes, 0);
  return plan_edit (self, &edit, is_extended (request), error);
}

/* What of a tile is painted where others follow to its right and below: the
 * last stripe fades into the picture as it was, so that they do not begin with
 * an edge in what they repaint. */
static PentRect
cut_tile (const PentSource *self, PentRect tile, int stripe)
{
  if (tile.x + tile.width < self->width)
    tile.width -= stripe;
  if (tile.y + tile.height < self->height)
    tile.height -= stripe;
  return tile;
}

/**
 * pent_source_tile:
 * @side: of a tile, pixels; %PENT_UNSET is the model's own
 *
 * Replaces the pass in which a whole picture is repainted by one for each of
 * its tiles: each goes on from what those before it have painted.
 *
 * Returns: %FALSE where there is no such pass: nothing is changed
 */
gboolean
pent_source_tile (PentSource *self, PentCheckpoint *checkpoint, int side)
{
  int cell = pent_vae_get_scale (pent_checkpoint_get_vae (checkpoint));
  const PentPass *last = self->passes->len > 0 ? pent_source_get_pass (self, self->passes->len - 1) : NULL;
  gboolean starts_from_picture = self->passes->len > 1 || self->from_picture;

  if (last == NULL || last->masked || last->extends || !starts_from_picture)
    return FALSE;
  side = pent_geometry_pad (side != PENT_UNSET ? side : MAX (native_side (checkpoint), MIN_TILE), cell);
  g_autoptr (GArray) tiles = pent_tiles_plan (self->width, self->height, side, cell);
  double strength = last->strength;
  self->tile_side = side;
  g_array_set_size (self->passes, self->passes->len - 1);
  for (guint i = 0; i < tiles->len; i++)
    {
      const PentRect tile = g_array_index (tiles, PentRect, i);
      const PentPass pass = {
        .region = tile, .run_width = tile.width, .run_height = tile.height, .tile = TRUE,
        .detail = cut_tile (self, tile, side / (2 * LAP)), .lap = side / LAP, .strength = strength, .feather = side / LAP, .blend = side / LAP,
      };
      g_array_append_val (self->passes, pass);
    }
  return TRUE;
}

/**
 * pent_source_has_picture:
 *
 * Returns: whether @pass starts from pixels, not from noise alone
 */
gboolean
pent_source_has_picture (const PentSource *self, guint pass)
{
  return self->image != NULL || pass > 0;
}

const PentPass *
pent_source_get_pass (const PentSource *self, guint pass)
{
  return &g_array_index (self->passes, PentPass, pass);
}

/* Writes @value where @rect and the region have pixels in common. */
static void
set_rect (PentMask *mask, const PentRect *region, const PentRect *rect, float value)
{
  PentRect common = pent_rect_intersect (region, rect);

  for (int y = common.y; y < common.y + common.height; y++)
    for (int x = common.x; x < common.x + common.width; x++)
      mask->values[(gsize) (y - region->y) * mask->width + (x - region->x)] = value;
}

/* The mask beyond the result's right and lower edge is as it ends there. */
static void
continue_mask (const PentSource *self, const PentRect *region, PentMask *mask)
{
  int width = MIN (self->width - region->x, mask->width), height = MIN (self->height - region->y, mask->height);

  for (int y = 0; y < mask->height; y++)
    for (int x = 0; x < mask->width; x++)
      if (x >= width || y >= height)
        mask->values[(gsize) y * mask->width + x]
          = mask->values[(gsize) MIN (y, height - 1) * mask->width + MIN (x, width - 1)];
}

/**
 * pent_source_make_margins:
 * @detail: leave out what passes before @pass have painted in detail
 *
 * Returns: (transfer full): of the size of the region of @pass: 1 in the
 *   margins, 0 where the picture lies
 */
PentMask *
pent_source_make_margins (const PentSource *self, guint pass, gboolean detail)
{
  const PentPass *p = pent_source_get_pass (self, pass);
  PentMask *margins = pent_mask_new (p->region.width, p->region.height);
  const PentRect canvas = { 0, 0, self->width, self->height };

  set_rect (margins, &p->region, &canvas, 1);
  set_rect (margins, &p->region, &self->known, 0);
  for (guint i = 0; detail && i < pass; i++)
    set_rect (margins, &p->region, &pent_source_get_pass (self, i)->detail, 0);
  continue_mask (self, &p->region, margins);
  return margins;
}

static void
add_painted (const PentSource *self, const PentRect *region, PentMask *mask)
{
  PentRect common = pent_rect_intersect (region, &self->known);

  for (int y = common.y; y < common.y + common.height; y++)
    for (int x = common.x; x < common.x + common.width; x++)
      mask->values[(gsize) (y - region->y) * mask->width + (x - region->x)]
        = pent_mask_value (self->mask, x - self->known.x, y - self->known.y);
}

/* A tile's own part but what those before it have painted; they lap over. */
static PentMask *
make_tile_mask (const PentSource *self, guint pass)
{
  const PentPass *p = pent_source_get_pass (self, pass);
  PentMask *mask = pent_mask_new_full (p->region.width, p->region.height);

  for (guint i = 0; i < pass; i++)
    if (pent_source_get_pass (self, i)->tile)
      set_rect (mask, &p->region, &pent_source_get_pass (self, i)->detail, 0);
  pent_mask_grow (mask, p->lap);
  for (int y = 0; y < mask->height; y++)
    for (int x = 0; x < mask->width; x++)
      if (x >= p->detail.width || y >= p->detail.height)
        mask->values[(gsize) y * mask->width + x] = 0;
  return mask;
}

/**
 * pent_source_make_mask:
 *
 * Returns: (transfer full) (nullable): what @pass repaints, of the size of its
 *   region; %NULL where that is everything
 */
PentMask *
pent_source_make_mask (const PentSource *self, guint pass)
{
  const PentPass *p = pent_source_get_pass (self, pass);
  gboolean detail = !pent_rect_is_empty (&p->detail);

  if (!p->masked && !p->extends && !detail)
    return NULL;
  if (p->tile)
    return make_tile_mask (self, pass);
  g_autoptr (PentMask) mask = p->extends || detail ? pent_source_make_margins (self, pass, detail)
                                                   : pent_mask_new (p->region.width, p->region.height);
  pent_mask_grow (mask, p->lap);
  set_rect (mask, &p->region, &self->known, 0);
  if (p->masked)
    add_painted (self, &p->region, mask);
  continue_mask (self, &p->region, mask);
  return g_steal_pointer (&mask);
}
