/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-bell.h"
#include "pent-engine.h"
#include "pent-task.h"

G_BEGIN_DECLS

/**
 * PentWorker:
 *
 * The one thread that paints: takes tasks from two lanes, runs them, and leaves
 * word of them. Its functions are for the thread that made it; each returns at
 * once, save that freeing waits for the thread to stop.
 */
typedef struct _PentWorker PentWorker;

/* What became of a task since it was last taken. */
typedef struct
{
  PentTask *task;
  PentNews  news;
} PentTold;

PentWorker *pent_worker_new  (const PentFolders *folders, const PentEngine *engine, GMainContext *context,
                              PentBellFunc has_news, gpointer data);
void        pent_worker_stop (PentWorker *self);
void        pent_worker_free (PentWorker *self);

void     pent_worker_add        (PentWorker *self, PentTask *task);
gboolean pent_worker_cancel     (PentWorker *self, PentTask *task);
gboolean pent_worker_move       (PentWorker *self, PentTask *task, guint place);
void     pent_worker_keep       (PentWorker *self, PentTask *task);
void     pent_worker_set_paused (PentWorker *self, gboolean paused);
void     pent_worker_unload     (PentWorker *self);

GPtrArray *pent_worker_list_waiting (PentWorker *self);
GPtrArray *pent_worker_take_news    (PentWorker *self);

G_END_DECLS
