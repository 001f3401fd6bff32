/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-image.h"
#include "pent-mask.h"
#include "pent-rect.h"
#include "pent-request.h"

G_BEGIN_DECLS

/**
 * PentPass:
 * @region: what is computed, pixels of the result; its sides are multiples of
 *   a cell and may reach over the right and lower edge by less than one
 * @run_width: the size it is computed at, a multiple of a cell
 * @run_height: likewise
 * @masked: it repaints the painted mask
 * @extends: it paints the margins, for the first time
 * @tile: it repaints a part of a picture that is too large for one run
 * @detail: what it paints of the margins once more, at their own scale, or of
 *   a tile; else empty
 * @lap: how far it reaches into what earlier passes did in detail
 * @strength: how much is changed, 0 to 1
 * @grow: pixels by which the mask that the model sees is wider
 * @feather: width of its slope
 * @blend: width of the slope by which the new part joins the old, inside the
 *   mask
 * @ring: width of the surroundings that its colours are matched with
 *
 * One run of the model over one part of the result.
 */
typedef struct
{
  PentRect region;
  int      run_width, run_height;
  gboolean masked, extends, tile;
  PentRect detail;
  int      lap;
  double   strength;
  int      grow, feather, blend, ring;
} PentPass;

/**
 * PentSource:
 * @width: of the result, pixels; any number
 * @height: of the result
 * @first_width: of the result before it is enlarged for a second pass
 * @first_height: likewise
 * @image: (nullable): the picture at the result's size, in the format it came
 *   in; where it is extended, its edge goes on
 * @known: where on the result the picture lies
 * @mask: (nullable): as painted, of the size of @known
 * @strength: of the first pass
 * @match: how far colours are brought to their surroundings, 0 to 1
 * @note: (nullable): a sentence on the mask, for the user
 * @from_picture: there is a picture to start from
 * @tile_side: of the tiles that a whole picture is repainted in, or 0
 * @passes: (element-type PentPass): at least one
 *
 * What a request starts from, and what is to be computed.
 */
typedef struct
{
  int        width, height;
  int        first_width, first_height;
  PentImage *image;
  PentRect   known;
  PentImage *mask;
  double     strength;
  double     match;
  const char *note;
  gboolean   from_picture;
  int        tile_side;
  GArray    *passes;
} PentSource;

PentSource     *pent_source_new          (PentCheckpoint *checkpoint, const PentRequest *request, GError **error);
void            pent_source_free         (PentSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentSource, pent_source_free)

gboolean        pent_source_fit          (PentSource *self, PentCheckpoint *checkpoint, PentRequest *request, GError **error);
gboolean        pent_source_tile         (PentSource *self, PentCheckpoint *checkpoint, int side);
gboolean        pent_source_has_picture  (const PentSource *self, guint pass);
const PentPass *pent_source_get_pass     (const PentSource *self, guint pass);
PentMask       *pent_source_make_mask    (const PentSource *self, guint pass);
PentMask       *pent_source_make_margins (const PentSource *self, guint pass, gboolean detail);

G_END_DECLS
