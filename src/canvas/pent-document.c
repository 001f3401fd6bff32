/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-document.h"

#include <string.h>

#include "pent-mask-grow.h"
#include "pent-stroke.h"

/* What the history may keep. A stroke takes the tiles it touched, so this is
 * thousands of strokes, or some fifty pictures of 2048 by 2048. */
#define HISTORY_LIMIT ((gsize) 640 << 20)

/**
 * PentDocument:
 *
 * What lies on the canvas: a picture, the mask over it, how far it is to be
 * extended, and what a run shows of its result so far; with one history of all
 * but the last. It knows of no toolkit and reads no file. For one thread.
 */
struct _PentDocument
{
  GObject parent_instance;

  PentCanvasState *state;     /* its own: shared by nobody */
  PentHistory     *history;
  PentStroke      *stroke;    /* that is being painted, or NULL */
  gboolean         erases;    /* of the stroke */

  PentImage       *preview;
  PentRect         preview_area;
  PentImage       *backdrop;       /* of the preview, or NULL */
  int              backdrop_x, backdrop_y;
};

enum
{
  CHANGED,
  PICTURE_CHANGED,
  MASK_CHANGED,
  MARGINS_CHANGED,
  SETTINGS_CHANGED,
  PREVIEW_CHANGED,
  BACKDROP_CHANGED,
  HISTORY_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentDocument, pent_document, G_TYPE_OBJECT)

static PentRect
whole (PentDocument *self)
{
  return (PentRect) { 0, 0, self->state->width, self->state->height };
}

static void
tell (PentDocument *self, int which)
{
  g_signal_emit (self, signals[which], 0);
}

static void
tell_mask (PentDocument *self, const PentRect *area)
{
  if (!pent_rect_is_empty (area))
    g_signal_emit (self, signals[MASK_CHANGED], 0, area->x, area->y, area->width, area->height);
}

static void
commit (PentDocument *self, PentEdit edit, guint merge)
{
  g_autoptr (PentCanvasState) state = pent_canvas_state_copy (self->state);

  pent_history_push (self->history, state, edit, merge);
  tell (self, HISTORY_CHANGED);
  tell (self, CHANGED);
}

/* After an edit of the mask that is not a stroke. What changed nothing is no
 * edit. */
static void
commit_mask (PentDocument *self, const PentTileMask *old, PentEdit edit)
{
  PentRect area = pent_tile_mask_find_difference (self->state->mask, old);

  if (pent_rect_is_empty (&area))
    return;
  tell_mask (self, &area);
  commit (self, edit, 0);
}

/* Shows @state in place of what is there, and tells what is new. */
static void
show (PentDocument *self, PentCanvasState *state)
{
  g_autoptr (PentCanvasState) old = g_steal_pointer (&self->state);
  gboolean same_size = old->width == state->width && old->height == state->height;

  self->state = pent_canvas_state_copy (state);
  if (!same_size || old->picture != state->picture)
    tell (self, PICTURE_CHANGED);
  PentRect area = same_size ? pent_tile_mask_find_difference (old->mask, state->mask) : whole (self);
  tell_mask (self, &area);
  if (memcmp (old->margins, state->margins, sizeof old->margins) != 0)
    tell (self, MARGINS_CHANGED);
  if (old->settings != state->settings)
    tell (self, SETTINGS_CHANGED);
  tell (self, HISTORY_CHANGED);
  tell (self, CHANGED);
}

static void
pent_document_finalize (GObject *object)
{
  PentDocument *self = PENT_DOCUMENT (object);

  g_clear_pointer (&self->stroke, pent_stroke_free);
  pent_history_free (self->history);
  pent_canvas_state_unref (self->state);
  g_clear_pointer (&self->preview, pent_image_unref);
  g_clear_pointer (&self->backdrop, pent_image_unref);

  G_OBJECT_CLASS (pent_document_parent_class)->finalize (object);
}

static guint
new_signal (const char *name)
{
  return g_signal_new (name, PENT_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
pent_document_class_init (PentDocumentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pent_document_finalize;

  /* Anything that a draft holds. */
  signals[CHANGED] = new_signal ("changed");
  signals[PICTURE_CHANGED] = new_signal ("picture-changed");
  signals[MARGINS_CHANGED] = new_signal ("margins-changed");
  /* By undo, redo or a draft; not by pent_document_set_settings(). */
  signals[SETTINGS_CHANGED] = new_signal ("settings-changed");
  signals[PREVIEW_CHANGED] = new_signal ("preview-changed");
  signals[BACKDROP_CHANGED] = new_signal ("backdrop-changed");
  /* What can be undone or done again. */
  signals[HISTORY_CHANGED] = new_signal ("history-changed");
  /* x, y, width, height: outside it the mask is as it was. */
  signals[MASK_CHANGED] = g_signal_new ("mask-changed", PENT_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 4, G_TYPE_INT, G_TYPE_INT, G_TYPE_INT, G_TYPE_INT);
}

static void
pent_document_init (PentDocument *self)
{
}

/**
 * pent_document_new:
 * @width: of the picture that will be painted, %PENT_DOCUMENT_MIN_SIDE to
 *   %PENT_DOCUMENT_MAX_SIDE
 * @height: likewise
 *
 * Returns: (transfer full): an empty canvas
 */
PentDocument *
pent_document_new (int width, int height)
{
  PentDocument *self = g_object_new (PENT_TYPE_DOCUMENT, NULL);
  g_autoptr (PentCanvasState) first = pent_canvas_state_new (width, height);

  self->state = pent_canvas_state_copy (first);
  self->history = pent_history_new (first, HISTORY_LIMIT);
  return self;
}

int
pent_document_get_width (PentDocument *self)
{
  return self->state->width;
}

int
pent_document_get_height (PentDocument *self)
{
  return self->state->height;
}

/**
 * pent_document_get_picture:
 *
 * Returns: (nullable) (transfer none): %NULL while nothing was painted or opened
 */
PentImage *
pent_document_get_picture (PentDocument *self)
{
  return self->state->picture;
}

/**
 * pent_document_get_mask:
 *
 * Returns: (transfer none): with what has been painted of a stroke so far;
 *   valid until the document changes
 */
const PentTileMask *
pent_document_get_mask (PentDocument *self)
{
  return self->state->mask;
}

void
pent_document_get_margins (PentDocument *self, int margins[PENT_N_SIDES])
{
  memcpy (margins, self->state->margins, sizeof self->state->margins);
}

/**
 * pent_document_get_extent:
 *
 * Returns: the picture with its margins; x and y are 0 or less
 */
PentRect
pent_document_get_extent (PentDocument *self)
{
  const int *margins = self->state->margins;

  return (PentRect) { -margins[PENT_SIDE_LEFT], -margins[PENT_SIDE_TOP],
                      self->state->width + margins[PENT_SIDE_LEFT] + margins[PENT_SIDE_RIGHT],
                      self->state->height + margins[PENT_SIDE_TOP] + margins[PENT_SIDE_BOTTOM] };
}

/**
 * pent_document_get_settings:
 *
 * Returns: (nullable) (transfer none): what pent_document_set_settings() got
 *   at this point of the history
 */
GVariant *
pent_document_get_settings (PentDocument *self)
{
  return self->state->settings;
}

/* Another canvas: the settings stay, and the mask where it fits. */
static void
replace (PentDocument *self, PentImage *picture, int width, int height, PentTileMask *mask, PentEdit edit)
{
  g_autoptr (PentCanvasState) state = pent_canvas_state_new (width, height);

  pent_document_end_stroke (self);
  if (picture != NULL)
    state->picture = pent_image_ref (picture);
  if (self->state->settings != NULL)
    state->settings = g_variant_ref (self->state->settings);
  if (mask != NULL)
    {
      pent_tile_mask_free (state->mask);
      state->mask = mask;
    }
  pent_document_set_preview (self, NULL, NULL);
  pent_history_push (self->history, state, edit, 0);
  show (self, state);
}

/**
 * pent_document_open_picture:
 * @picture: no side longer than %PENT_DOCUMENT_MAX_SIDE
 *
 * Puts another picture on the canvas, with an empty mask and no margins.
 */
void
pent_document_open_picture (PentDocument *self, PentImage *picture)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  replace (self, picture, picture->width, picture->height, NULL, PENT_EDIT_PICTURE);
}

/**
 * pent_document_take_result:
 * @picture: what was painted
 * @left: where the old picture lies in it, pixels from its left edge
 * @top: likewise, from its upper edge
 *
 * Puts a result on the canvas. The mask stays over what it was painted on;
 * margins have been painted and are gone.
 *
 * Returns: whether the mask stayed: it does not where the old picture is not
 *   part of the new one
 */
gboolean
pent_document_take_result (PentDocument *self, PentImage *picture, int left, int top)
{
  g_return_val_if_fail (PENT_IS_DOCUMENT (self), FALSE);

  PentRect all = { 0, 0, picture->width, picture->height };
  PentRect old = { left, top, self->state->width, self->state->height };
  gboolean stays = pent_rect_contains (&all, &old);
  PentTileMask *mask = NULL;
  if (stays)
    {
      mask = pent_tile_mask_new (picture->width, picture->height);
      pent_document_end_stroke (self);
      pent_tile_mask_paste (mask, self->state->mask, left, top);
    }
  replace (self, picture, picture->width, picture->height, mask, PENT_EDIT_RESULT);
  return stays;
}

/**
 * pent_document_close:
 * @width: of the picture that will be painted
 * @height: likewise
 *
 * Empties the canvas.
 */
void
pent_document_close (PentDocument *self, int width, int height)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  if (self->state->picture == NULL && self->state->width == width && self->state->height == height)
    return;
  replace (self, NULL, width, height, NULL, self->state->picture != NULL ? PENT_EDIT_PICTURE : PENT_EDIT_SIZE);
}

/**
 * pent_document_replace:
 * @state: all that is to be there
 * @edit: what this is called
 * @merge: one number for all that are to be one edit; or 0
 *
 * Puts another state in place of what is there, as one edit.
 */
void
pent_document_replace (PentDocument *self, PentCanvasState *state, PentEdit edit, guint merge)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  pent_document_end_stroke (self);
  pent_document_set_preview (self, NULL, NULL);
  pent_history_push (self->history, state, edit, merge);
  show (self, state);
}

/**
 * pent_document_set_margins:
 * @margins: pixels; what is out of range is brought into it
 * @merge: one number while a handle is dragged, so that it is one edit; or 0
 */
void
pent_document_set_margins (PentDocument *self, const int margins[PENT_N_SIDES], guint merge)
{
  gboolean changed = FALSE;

  g_return_if_fail (PENT_IS_DOCUMENT (self));
  for (int i = 0; i < PENT_N_SIDES; i++)
    {
      int margin = CLAMP (margins[i], 0, PENT_DOCUMENT_MAX_MARGIN);
      changed = changed || margin != self->state->margins[i];
      self->state->margins[i] = margin;
    }
  if (!changed)
    return;
  tell (self, MARGINS_CHANGED);
  commit (self, PENT_EDIT_EXTEND, merge);
}

/**
 * pent_document_set_settings:
 * @settings: of type a{sv}; a floating reference is taken
 * @merge: one number for changes that are one edit; or 0
 *
 * Has what the program keeps beside the canvas take part in its history.
 */
void
pent_document_set_settings (PentDocument *self, GVariant *settings, guint merge)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (settings);

  g_return_if_fail (PENT_IS_DOCUMENT (self));
  g_return_if_fail (g_variant_is_of_type (settings, G_VARIANT_TYPE_VARDICT));
  if (self->state->settings != NULL && g_variant_equal (self->state->settings, sunk))
    return;
  g_clear_pointer (&self->state->settings, g_variant_unref);
  self->state->settings = g_steal_pointer (&sunk);
  commit (self, PENT_EDIT_SETTINGS, merge);
}

/**
 * pent_document_begin_stroke:
 * @brush: how it looks; copied
 * @x: pixels of the picture; may lie outside
 * @y: likewise
 * @pressure: 0 to 1; 1 for what has no pressure
 *
 * Returns: %FALSE where there is no picture to paint a mask on
 */
gboolean
pent_document_begin_stroke (PentDocument *self, const PentBrush *brush, double x, double y, double pressure)
{
  g_return_val_if_fail (PENT_IS_DOCUMENT (self), FALSE);

  pent_document_end_stroke (self);
  if (self->state->picture == NULL)
    return FALSE;
  self->stroke = pent_stroke_new (self->state->mask, brush);
  self->erases = brush->erase;
  pent_document_stroke_to (self, x, y, pressure);
  return TRUE;
}

/**
 * pent_document_stroke_to:
 *
 * Goes on with the stroke, if there is one.
 */
void
pent_document_stroke_to (PentDocument *self, double x, double y, double pressure)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  if (self->stroke == NULL)
    return;

  PentRect area = pent_stroke_add (self->stroke, x, y, pressure);
  tell_mask (self, &area);
  if (!pent_rect_is_empty (&area))
    tell (self, CHANGED);
}

/**
 * pent_document_end_stroke:
 *
 * The stroke becomes one edit, if there is one and it changed something.
 */
void
pent_document_end_stroke (PentDocument *self)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  if (self->stroke == NULL)
    return;

  g_autoptr (PentStroke) stroke = g_steal_pointer (&self->stroke);
  pent_tile_mask_compact (self->state->mask);
  if (!pent_tile_mask_equal (self->state->mask, pent_stroke_get_base (stroke)))
    commit (self, self->erases ? PENT_EDIT_ERASE : PENT_EDIT_PAINT, 0);
}

/**
 * pent_document_cancel_stroke:
 *
 * The mask is as before the stroke, if there is one.
 */
void
pent_document_cancel_stroke (PentDocument *self)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  if (self->stroke == NULL)
    return;

  g_autoptr (PentStroke) stroke = g_steal_pointer (&self->stroke);
  PentRect area = pent_tile_mask_find_difference (self->state->mask, pent_stroke_get_base (stroke));
  pent_tile_mask_free (self->state->mask);
  self->state->mask = pent_tile_mask_copy (pent_stroke_get_base (stroke));
  tell_mask (self, &area);
  tell (self, CHANGED);
}

/* Every edit of the whole mask begins so: NULL where there is nothing to mask. */
static PentTileMask *
begin_edit (PentDocument *self)
{
  pent_document_end_stroke (self);
  return self->state->picture != NULL ? pent_tile_mask_copy (self->state->mask) : NULL;
}

/**
 * pent_document_fill_shape:
 * @edit: %PENT_EDIT_RECTANGLE or %PENT_EDIT_LASSO
 * @points: (array length=n_points): its outline, pixels of the picture
 * @opacity: 0 to 1
 * @erase: takes away in place of adding
 */
void
pent_document_fill_shape (PentDocument *self, PentEdit edit, const PentPoint *points, int n_points, double opacity,
                          gboolean erase)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));

  g_autoptr (PentTileMask) old = begin_edit (self);
  if (old == NULL)
    return;
  pent_mask_shape_fill (self->state->mask, points, n_points, opacity, erase);
  commit_mask (self, old, edit);
}

void
pent_document_fill_mask (PentDocument *self)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));

  g_autoptr (PentTileMask) old = begin_edit (self);
  if (old == NULL)
    return;
  pent_tile_mask_fill (self->state->mask, 255);
  commit_mask (self, old, PENT_EDIT_FILL);
}

void
pent_document_clear_mask (PentDocument *self)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));

  g_autoptr (PentTileMask) old = begin_edit (self);
  if (old == NULL)
    return;
  pent_tile_mask_fill (self->state->mask, 0);
  commit_mask (self, old, PENT_EDIT_CLEAR);
}

void
pent_document_invert_mask (PentDocument *self)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));

  g_autoptr (PentTileMask) old = begin_edit (self);
  if (old == NULL)
    return;
  pent_tile_mask_invert (self->state->mask);
  commit_mask (self, old, PENT_EDIT_INVERT);
}

/**
 * pent_document_grow_mask:
 * @pixels: below 0 the mask shrinks
 */
void
pent_document_grow_mask (PentDocument *self, int pixels)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));

  g_autoptr (PentTileMask) old = begin_edit (self);
  if (old == NULL)
    return;
  if (pixels > 0)
    pent_tile_mask_grow (self->state->mask, pixels);
  else
    pent_tile_mask_shrink (self->state->mask, -pixels);
  commit_mask (self, old, pixels > 0 ? PENT_EDIT_GROW : PENT_EDIT_SHRINK);
}

/**
 * pent_document_set_mask:
 * @mask: of the picture's size; copied
 */
void
pent_document_set_mask (PentDocument *self, const PentTileMask *mask)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  g_return_if_fail (pent_tile_mask_get_width (mask) == self->state->width);
  g_return_if_fail (pent_tile_mask_get_height (mask) == self->state->height);

  g_autoptr (PentTileMask) old = begin_edit (self);
  if (old == NULL)
    return;
  pent_tile_mask_free (self->state->mask);
  self->state->mask = pent_tile_mask_copy (mask);
  commit_mask (self, old, PENT_EDIT_MASK);
}

/**
 * pent_document_get_preview:
 * @area: (out): what it is to be stretched over, pixels of the picture
 *
 * Returns: (nullable) (transfer none): what a run shows of its result so far
 */
PentImage *
pent_document_get_preview (PentDocument *self, PentRect *area)
{
  *area = self->preview_area;
  return self->preview;
}

/**
 * pent_document_set_preview:
 * @preview: (nullable): %NULL when the run has ended
 * @area: (nullable): what it is to be stretched over, pixels of the picture;
 *   left and above of it they are negative
 */
void
pent_document_set_preview (PentDocument *self, PentImage *preview, const PentRect *area)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  if (preview == NULL)
    pent_document_set_backdrop (self, NULL, 0, 0);
  if (preview == NULL && self->preview == NULL)
    return;
  g_clear_pointer (&self->preview, pent_image_unref);
  if (preview != NULL)
    self->preview = pent_image_ref (preview);
  self->preview_area = preview != NULL ? *area : (PentRect) { 0 };
  tell (self, PREVIEW_CHANGED);
}

/**
 * pent_document_get_backdrop:
 * @x: (out): where its left edge lies, pixels of the picture
 * @y: (out): where its upper edge lies
 *
 * Returns: (nullable) (transfer none): what the preview lies on, in place of the
 *   picture
 */
PentImage *
pent_document_get_backdrop (PentDocument *self, int *x, int *y)
{
  *x = self->backdrop_x;
  *y = self->backdrop_y;
  return self->backdrop;
}

/**
 * pent_document_set_backdrop:
 * @backdrop: (nullable): what a run has painted so far, where it paints part by
 *   part; it goes when the preview does
 * @x: where its left edge lies, pixels of the picture; 0 or less
 * @y: where its upper edge lies
 */
void
pent_document_set_backdrop (PentDocument *self, PentImage *backdrop, int x, int y)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  if (backdrop == self->backdrop && x == self->backdrop_x && y == self->backdrop_y)
    return;
  if (backdrop != NULL)
    pent_image_ref (backdrop);
  g_clear_pointer (&self->backdrop, pent_image_unref);
  self->backdrop = backdrop;
  self->backdrop_x = x;
  self->backdrop_y = y;
  tell (self, BACKDROP_CHANGED);
}

/**
 * pent_document_get_undo:
 *
 * Returns: what pent_document_undo() would undo; %PENT_EDIT_NONE: nothing
 */
PentEdit
pent_document_get_undo (PentDocument *self)
{
  return pent_history_get_undo (self->history);
}

/**
 * pent_document_get_redo:
 *
 * Returns: what pent_document_redo() would do again; %PENT_EDIT_NONE: nothing
 */
PentEdit
pent_document_get_redo (PentDocument *self)
{
  return pent_history_get_redo (self->history);
}

void
pent_document_undo (PentDocument *self)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  pent_document_end_stroke (self);
  PentCanvasState *state = pent_history_undo (self->history);
  if (state != NULL)
    show (self, state);
}

void
pent_document_redo (PentDocument *self)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  pent_document_end_stroke (self);
  PentCanvasState *state = pent_history_redo (self->history);
  if (state != NULL)
    show (self, state);
}

/**
 * pent_document_snapshot:
 *
 * Returns: (transfer full): everything as it is now, an unfinished stroke
 *   included; for another thread to write down
 */
PentCanvasState *
pent_document_snapshot (PentDocument *self)
{
  g_return_val_if_fail (PENT_IS_DOCUMENT (self), NULL);
  return pent_canvas_state_copy (self->state);
}

/**
 * pent_document_restore:
 * @state: what a draft held
 *
 * Begins again there, with a new history.
 */
void
pent_document_restore (PentDocument *self, PentCanvasState *state)
{
  g_return_if_fail (PENT_IS_DOCUMENT (self));
  g_clear_pointer (&self->stroke, pent_stroke_free);
  pent_document_set_preview (self, NULL, NULL);
  pent_history_free (self->history);
  self->history = pent_history_new (state, HISTORY_LIMIT);
  show (self, state);
}
