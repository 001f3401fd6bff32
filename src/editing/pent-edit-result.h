/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-mask.h"
#include "pent-rect.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_LAYER_EDIT,       /* what stood under a painted mask */
  PENT_LAYER_MARGIN,     /* what was added to the picture: it cannot grow into it */
  PENT_LAYER_BACKDROP,   /* what a margin is painted on: joined as it is */
} PentLayerKind;

/**
 * PentEditLayer:
 * @kind: what it is
 * @region: pixels of the result; begins on it, may reach over its right and
 *   lower edge by less than a cell
 * @painted: what the model made of the region, 16-bit RGB, at the size it was
 *   computed at
 * @mask: of the region's size: above 0 where the layer is to be seen
 * @blend: width of the slope inside the mask, pixels
 * @ring: width of the surroundings that colours are matched with
 *
 * One pass of an edit. Immutable.
 */
typedef struct
{
  gatomicrefcount refs;
  PentLayerKind   kind;
  PentRect        region;
  PentImage      *painted;
  PentMask       *mask;
  int             blend;
  int             ring;
} PentEditLayer;

/**
 * PentJoin:
 * @grow: pixels by which masks are widened, narrowed where it is below 0
 * @feather: width of the slope, or %PENT_UNSET: each layer's own
 * @match: how far colours are brought to their surroundings, in mean, spread
 *   and tone at the edge, 0 to 1
 *
 * What can still be chosen when the model has done its work.
 */
typedef struct
{
  int    grow;
  int    feather;
  double match;
} PentJoin;

/**
 * PentEditResult:
 * @base: the picture before the edit, at the result's size and in its format
 * @layers: (element-type PentEditLayer): in the order they are joined
 * @join: how they were joined
 *
 * An edit that can be joined anew without running the model.
 */
typedef struct
{
  PentImage *base;
  GPtrArray *layers;
  PentJoin   join;
} PentEditResult;

PentEditLayer *pent_edit_layer_new   (PentLayerKind kind, const PentRect *region, PentImage *painted,
                                      const PentMask *mask, int blend, int ring);
PentEditLayer *pent_edit_layer_ref   (PentEditLayer *self);
void           pent_edit_layer_unref (PentEditLayer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentEditLayer, pent_edit_layer_unref)

PentImage *pent_edit_layer_render (const PentEditLayer *self, const PentJoin *join, PentImage *canvas, PentMask **alpha,
                                   GError **error);
gboolean   pent_edit_layer_join   (const PentEditLayer *self, const PentJoin *join, PentImage *canvas, GError **error);

PentEditResult *pent_edit_result_new  (PentImage *base, const PentJoin *join);
PentEditResult *pent_edit_result_copy (const PentEditResult *self);
void            pent_edit_result_free (PentEditResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentEditResult, pent_edit_result_free)

PentImage *pent_edit_result_join (const PentEditResult *self, const PentJoin *join, GError **error);

G_END_DECLS
