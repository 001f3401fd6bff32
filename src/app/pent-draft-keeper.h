/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-document.h"
#include "pent-draft.h"

G_BEGIN_DECLS

#define PENT_TYPE_DRAFT_KEEPER (pent_draft_keeper_get_type ())
G_DECLARE_FINAL_TYPE (PentDraftKeeper, pent_draft_keeper, PENT, DRAFT_KEEPER, GObject)

PentDraftKeeper *pent_draft_keeper_new     (PentDocument *document, const char *folder);
gboolean         pent_draft_keeper_restore (PentDraftKeeper *self, GError **error);
gboolean         pent_draft_keeper_flush   (PentDraftKeeper *self, GError **error);

G_END_DECLS
