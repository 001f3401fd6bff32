/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a mask to what is computed and at which size. Widths and the padding of
 * the mask follow the rules of Krita AI Diffusion, which are stated for models
 * of 512 pixels and scaled here to the model's own side. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-geometry.h"

#include <math.h>

/* The side of the pictures that the rules' pixels were found for. */
#define REFERENCE_SIDE 512.0

/* A small region is not enlarged beyond this: there is nothing left to see. */
#define MAX_ENLARGEMENT 4.0

/**
 * pent_geometry_pad:
 *
 * Returns: @length rounded up to a multiple of @cell
 */
int
pent_geometry_pad (int length, int cell)
{
  return (length + cell - 1) / cell * cell;
}

/**
 * pent_geometry_is_scaled:
 *
 * Returns: whether the region is computed at another size than its own
 */
gboolean
pent_geometry_is_scaled (const PentGeometry *self)
{
  return self->run_width != self->region.width || self->run_height != self->region.height;
}

static double
unit (const PentEdit *edit)
{
  return edit->native / REFERENCE_SIDE;
}

static void
choose_widths (PentGeometry *self, const PentEdit *edit)
{
  double diagonal = hypot (edit->bounds.width, edit->bounds.height);
  double feather = MAX (0.1 * diagonal, 32 * unit (edit)) * edit->strength;

  self->feather = edit->feather != PENT_UNSET ? edit->feather : (int) lrint (feather);
  self->grow = edit->grow != PENT_UNSET ? edit->grow : (int) lrint (4 * unit (edit) + self->feather / 2.0);
  self->blend = edit->blend != PENT_UNSET ? edit->blend
                                          : MIN ((int) lrint (25 * unit (edit)), self->grow + self->feather / 2);
  self->ring = MAX (self->grow + self->feather / 2, (int) lrint (16 * unit (edit)));
}

/* How far the region reaches beyond the mask on either side before any
 * context: what is grown and feathered, and some of its surroundings. */
static int
choose_padding (const PentGeometry *self, const PentEdit *edit)
{
  double diagonal = hypot (edit->bounds.width, edit->bounds.height);
  double padding = MAX (0.1 * diagonal, 32 * unit (edit)) + 4 * unit (edit) + 0.06 * diagonal;

  return MAX ((int) ceil (padding), self->grow + self->feather);
}

/* Length of the region along one axis, before it is held against the picture.
 * The context grows with the mask and with the picture; while the region can
 * be computed at its own scale it does not grow beyond that, so that a small
 * mask in a large picture costs no sharpness. A quarter of the mask's side is
 * always seen. */
static int
choose_length (const PentEdit *edit, int length, int padding)
{
  double mean = (edit->bounds.width + edit->bounds.height) / 2.0;
  double context = MAX (MAX (edit->width, edit->height) / 16.0, mean / 2);
  double inner = length + 2.0 * padding;
  double most = floor (edit->native * sqrt (PENT_GEOMETRY_COMFORT) / edit->cell) * edit->cell;
  double least = edit->region == PENT_REGION_MASKED ? edit->native / 2.0 : edit->native;

  return (int) ceil (MAX (MAX (inner + mean / 2, MIN (inner + 2 * context, most)), least));
}

/* Centres @length on the mask and moves it into the picture. */
static void
place (int start, int length, int wanted, int limit, int *at, int *size)
{
  *size = MIN (wanted, limit);
  *at = CLAMP (start + length / 2 - *size / 2, 0, limit - *size);
}

/* Where the picture cuts one side short, the other may make up for it. */
static int
lengthen (const PentEdit *edit, int length, int other)
{
  double least = edit->region == PENT_REGION_MASKED ? edit->native / 2.0 : edit->native;

  return MAX (length, pent_geometry_pad ((int) ceil (least * least / other), edit->cell));
}

static void
choose_region (PentGeometry *self, const PentEdit *edit)
{
  int width = pent_geometry_pad (edit->width, edit->cell), height = pent_geometry_pad (edit->height, edit->cell);

  if (edit->region == PENT_REGION_WHOLE)
    {
      self->region = (PentRect){ 0, 0, width, height };
      return;
    }

  int padding = choose_padding (self, edit);
  const PentRect *b = &edit->bounds;
  int wanted_width = pent_geometry_pad (choose_length (edit, b->width, padding), edit->cell);
  int wanted_height = pent_geometry_pad (choose_length (edit, b->height, padding), edit->cell);
  wanted_width = MIN (lengthen (edit, wanted_width, MIN (wanted_height, height)), width);
  wanted_height = MIN (lengthen (edit, wanted_height, wanted_width), height);
  place (b->x, b->width, wanted_width, width, &self->region.x, &self->region.width);
  place (b->y, b->height, wanted_height, height, &self->region.y, &self->region.height);
}

/* Brings the area between the model's own and what it still does well. */
static void
choose_run_size (PentGeometry *self, const PentEdit *edit)
{
  double area = (double) self->region.width * self->region.height;
  double native = (double) edit->native * edit->native;
  double ratio = 1;

  self->run_width = self->region.width;
  self->run_height = self->region.height;
  if (edit->region == PENT_REGION_WHOLE)
    return;
  if (area < native)
    ratio = MIN (sqrt (native / area), MAX_ENLARGEMENT);
  else if (area > native * PENT_GEOMETRY_COMFORT)
    ratio = sqrt (native * PENT_GEOMETRY_COMFORT / area);
  if (ratio == 1)
    return;
  self->run_width = MAX ((int) lrint (self->region.width * ratio / edit->cell), 1) * edit->cell;
  self->run_height = MAX ((int) lrint (self->region.height * ratio / edit->cell), 1) * edit->cell;
}

/**
 * pent_geometry_is_whole:
 *
 * Returns: whether the whole picture is computed, whatever the mask
 */
gboolean
pent_geometry_is_whole (const PentEdit *edit)
{
  double area = (double) edit->width * edit->height;

  return edit->region == PENT_REGION_WHOLE
         || (edit->region == PENT_REGION_AUTO && area <= PENT_GEOMETRY_COMFORT * edit->native * edit->native);
}

/**
 * pent_geometry_solve:
 *
 * %PENT_REGION_WHOLE computes the whole picture at its own size.
 * %PENT_REGION_AUTO does so up to %PENT_GEOMETRY_COMFORT times the model's
 * native area; of a larger picture it takes the mask, its padding and context,
 * at least the native area, at its own size while that is in the model's
 * reach. %PENT_REGION_MASKED takes the mask's surroundings in any picture, half
 * the native side at least, and brings them to the native area.
 *
 * Returns: the geometry
 */
PentGeometry
pent_geometry_solve (const PentEdit *edit)
{
  PentGeometry self;
  PentEdit resolved = *edit;

  if (pent_geometry_is_whole (edit))
    resolved.region = PENT_REGION_WHOLE;
  choose_widths (&self, &resolved);
  choose_region (&self, &resolved);
  choose_run_size (&self, &resolved);
  return self;
}
