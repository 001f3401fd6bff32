/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-order.h"
#include "pent-pipeline.h"

G_BEGIN_DECLS

/**
 * PentCliProgress:
 *
 * Tells on standard error how a run goes: with a bar that is drawn over, in
 * plain lines, or in lines of JSON.
 */
typedef struct _PentCliProgress PentCliProgress;

PentCliProgress *pent_cli_progress_new  (PentCliProgressMode mode);
void             pent_cli_progress_free (PentCliProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentCliProgress, pent_cli_progress_free)

void pent_cli_progress_tell_seed   (PentCliProgress *self, gint64 seed);
void pent_cli_progress_warn        (PentCliProgress *self, const char *sentence);
void pent_cli_progress_update      (PentCliProgress *self, const PentProgress *progress);
void pent_cli_progress_tell_picture (PentCliProgress *self, int picture, int n_pictures, gint64 seed, const char *file);
void pent_cli_progress_finish      (PentCliProgress *self);

G_END_DECLS
