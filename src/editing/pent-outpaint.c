/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Margins as passes of the model's own size. The known part stays a
 * rectangle: it grows on one side after the other by at most half the native
 * side, so that every pass sees as much as it invents. A side longer than a
 * pass is painted in passes that overlap. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-outpaint.h"

#include "pent-geometry.h"
#include "pent-tiles.h"

typedef struct
{
  int      width, height;    /* of the canvas */
  int      native, cell;
  PentRect known;
  GArray  *strips;
} Plan;

/* A part of the canvas as the model computes it: @at and @length along one axis
 * of @limit pixels, widened to whole cells and moved inside. */
static void
fit_cells (const Plan *plan, int limit, int *at, int *length)
{
  int padded = pent_geometry_pad (limit, plan->cell);

  *length = MIN (pent_geometry_pad (*length, plan->cell), padded);
  *at = CLAMP (*at, 0, padded - *length);
}

static void
add (Plan *plan, PentRect region, PentRect paint)
{
  fit_cells (plan, plan->width, &region.x, &region.width);
  fit_cells (plan, plan->height, &region.y, &region.height);
  const PentStrip strip = { region, paint };
  g_array_append_val (plan->strips, strip);
}

/* A picture smaller than a pass is surrounded in one. */
static void
surround (Plan *plan)
{
  const PentRect canvas = { 0, 0, plan->width, plan->height };
  const PentRect *k = &plan->known;
  PentRect window = {
    k->x + k->width / 2 - plan->native / 2, k->y + k->height / 2 - plan->native / 2, plan->native, plan->native,
  };

  if (k->width > plan->native * 3 / 4 || k->height > plan->native * 3 / 4)
    return;
  fit_cells (plan, plan->width, &window.x, &window.width);
  fit_cells (plan, plan->height, &window.y, &window.height);
  PentRect paint = pent_rect_intersect (&window, &canvas);
  add (plan, window, paint);
  plan->known = pent_rect_unite (&paint, k);
}

/* How much of @margin a pass takes: it is shared out evenly. */
static int
choose_depth (const Plan *plan, int margin)
{
  int most = MAX (plan->native / 2, 1);
  int passes = (margin + most - 1) / most;

  return (margin + passes - 1) / passes;
}

/* Moves the left edge (@before) or the right one of the known part outwards. */
static void
widen (Plan *plan, gboolean before)
{
  PentRect *k = &plan->known;
  int margin = before ? k->x : plan->width - k->x - k->width;
  int depth = choose_depth (plan, margin), length;
  int x = before ? k->x - depth : k->x + k->width;
  g_autoptr (GArray) starts = pent_tiles_share_out (k->height, plan->native, &length);

  for (guint i = 0; i < starts->len; i++)
    {
      int y = k->y + g_array_index (starts, int, i);
      int across = MIN (plan->native, depth + k->width);
      add (plan, (PentRect){ before ? x : x + depth - across, y, across, length }, (PentRect){ x, y, depth, length });
    }
  k->x = MIN (k->x, x);
  k->width += depth;
}

/* Likewise the upper or the lower edge. */
static void
heighten (Plan *plan, gboolean before)
{
  PentRect *k = &plan->known;
  int margin = before ? k->y : plan->height - k->y - k->height;
  int depth = choose_depth (plan, margin), length;
  int y = before ? k->y - depth : k->y + k->height;
  g_autoptr (GArray) starts = pent_tiles_share_out (k->width, plan->native, &length);

  for (guint i = 0; i < starts->len; i++)
    {
      int x = k->x + g_array_index (starts, int, i);
      int across = MIN (plan->native, depth + k->height);
      add (plan, (PentRect){ x, before ? y : y + depth - across, length, across }, (PentRect){ x, y, length, depth });
    }
  k->y = MIN (k->y, y);
  k->height += depth;
}

/**
 * pent_outpaint_plan:
 * @width: of the canvas
 * @height: of the canvas
 * @known: the picture on it; not empty
 * @native: side of the square pictures that the model was made for
 * @cell: pixels along a side of a latent's cell
 *
 * Returns: (transfer full) (element-type PentStrip): the passes in their order;
 *   what they paint and @known cover the canvas
 */
GArray *
pent_outpaint_plan (int width, int height, const PentRect *known, int native, int cell)
{
  Plan plan = {
    .width = width, .height = height, .native = native, .cell = cell, .known = *known,
    .strips = g_array_new (FALSE, FALSE, sizeof (PentStrip)),
  };
  const PentRect canvas = { 0, 0, width, height };

  surround (&plan);
  while (!pent_rect_contains (&plan.known, &canvas))
    {
      if (plan.known.x > 0)
        widen (&plan, TRUE);
      if (plan.known.x + plan.known.width < width)
        widen (&plan, FALSE);
      if (plan.known.y > 0)
        heighten (&plan, TRUE);
      if (plan.known.y + plan.known.height < height)
        heighten (&plan, FALSE);
    }
  return plan.strips;
}
