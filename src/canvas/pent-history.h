/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-canvas-state.h"

G_BEGIN_DECLS

/* What was done, so that a program can say it in the user's language. */
typedef enum
{
  PENT_EDIT_NONE,
  PENT_EDIT_PAINT,
  PENT_EDIT_ERASE,
  PENT_EDIT_RECTANGLE,
  PENT_EDIT_LASSO,
  PENT_EDIT_FILL,
  PENT_EDIT_CLEAR,
  PENT_EDIT_INVERT,
  PENT_EDIT_GROW,
  PENT_EDIT_SHRINK,
  PENT_EDIT_MASK,       /* another mask, from a file or the clipboard */
  PENT_EDIT_EXTEND,     /* margins */
  PENT_EDIT_PICTURE,    /* another picture */
  PENT_EDIT_RESULT,     /* a picture that was painted */
  PENT_EDIT_SIZE,       /* of the canvas without a picture */
  PENT_EDIT_SETTINGS,
} PentEdit;

/**
 * PentHistory:
 *
 * States of a canvas, one after each edit. Neighbours share what they have in
 * common. The oldest are forgotten when all together take more memory than
 * they may.
 */
typedef struct _PentHistory PentHistory;

PentHistory *pent_history_new  (PentCanvasState *state, gsize limit);
void         pent_history_free (PentHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentHistory, pent_history_free)

void             pent_history_push     (PentHistory *self, PentCanvasState *state, PentEdit edit, guint merge);
PentCanvasState *pent_history_undo     (PentHistory *self);
PentCanvasState *pent_history_redo     (PentHistory *self);
PentEdit         pent_history_get_undo (PentHistory *self);
PentEdit         pent_history_get_redo (PentHistory *self);
gsize            pent_history_measure  (PentHistory *self);

G_END_DECLS
