/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-canvas-state.h"

G_BEGIN_DECLS

/**
 * PentDraft:
 *
 * A folder that holds the state of a canvas, so that it is there after a
 * crash:
 *  1. draft.json names the other two files and holds sizes, margins, settings;
 *  2. picture-HASH.png, if there is a picture;
 *  3. mask-HASH.png, if anything is painted.
 * The first is replaced when the others are there, so the folder holds one
 * whole state at any moment. For one thread at a time.
 */
typedef struct _PentDraft PentDraft;

PentDraft *pent_draft_new  (const char *folder);
void       pent_draft_free (PentDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentDraft, pent_draft_free)

gboolean pent_draft_save (PentDraft *self, PentCanvasState *state, GError **error);
gboolean pent_draft_load (PentDraft *self, PentCanvasState **state, GError **error);

G_END_DECLS
