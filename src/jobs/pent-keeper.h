/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-bell.h"
#include "pent-folders.h"
#include "pent-task.h"

G_BEGIN_DECLS

/**
 * PentKeeper:
 *
 * Keeps the queue on the disk, in a thread of its own, so that nobody waits for
 * it. Its functions return at once; freeing waits until all is written.
 */
typedef struct _PentKeeper PentKeeper;

PentKeeper *pent_keeper_new  (const PentFolders *folders, GMainContext *context, PentBellFunc has_news, gpointer data);
void        pent_keeper_free (PentKeeper *self);

void pent_keeper_keep     (PentKeeper *self, PentTask *task, int n_done);
void pent_keeper_set_done (PentKeeper *self, gint64 id, int n_done);
void pent_keeper_order    (PentKeeper *self, GArray *ids);
void pent_keeper_drop     (PentKeeper *self, gint64 id);

GPtrArray *pent_keeper_take_offered (PentKeeper *self);
char      *pent_keeper_get_trouble  (PentKeeper *self);

G_END_DECLS
