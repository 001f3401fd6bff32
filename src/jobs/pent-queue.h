/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-folders.h"
#include "pent-job.h"

G_BEGIN_DECLS

#define PENT_TYPE_QUEUE (pent_queue_get_type ())

/**
 * PentQueue:
 *
 * What is to be painted, and the one thread that paints it. Requests go in with
 * pent_queue_submit() and come back as jobs; everything else follows by itself:
 * the model is loaded, kept for the next job, swapped when that asks for
 * another one, and given up when memory is short; every finished picture is
 * stored in the library; what waits is kept on the disk and offered again by
 * the next queue if this one dies.
 *
 *     PentQueue *queue = pent_queue_new (folders);
 *     PentJob *job = pent_queue_submit (queue, request, PENT_LANE_INTERACTIVE);
 *     g_signal_connect_object (job, "previewed", G_CALLBACK (previewed_cb), window, 0);
 *     g_signal_connect_object (job, "painted", G_CALLBACK (painted_cb), window, 0);
 *     g_signal_connect_object (job, "notify::state", G_CALLBACK (state_cb), window, 0);
 *
 * A #GListModel of #PentJob, in this order: the one that runs (first, if there
 * is one), those that wait in the order in which they will run, those that are
 * offered, those that failed. Jobs that are done or cancelled leave it, and live
 * as long as someone holds them.
 *
 * For the thread that made it, as are its jobs, and for its thread-default main
 * context, which must be iterated for anything to be told. Nothing here waits
 * for the disk or the device, save that finalizing waits for the thread to
 * answer a cancellation, at most a second.
 *
 * Properties, told by "notify": "running" (#PentJob or %NULL, read only),
 * "paused" (boolean), "trouble" (string, read only): a sentence on why jobs are
 * not kept on the disk at the moment; they run all the same.
 */
G_DECLARE_FINAL_TYPE (PentQueue, pent_queue, PENT, QUEUE, GObject)

PentQueue *pent_queue_new (const PentFolders *folders);

PentJob  *pent_queue_submit     (PentQueue *self, PentRequest *request, PentLane lane);
PentJob  *pent_queue_get_running (PentQueue *self);
void      pent_queue_move       (PentQueue *self, PentJob *job, guint place);
void      pent_queue_cancel     (PentQueue *self, PentJob *job);
void      pent_queue_cancel_all (PentQueue *self);
void      pent_queue_retry      (PentQueue *self, PentJob *job);
void      pent_queue_keep       (PentQueue *self, PentJob *job);
gboolean  pent_queue_get_paused (PentQueue *self);
void      pent_queue_set_paused (PentQueue *self, gboolean paused);
void      pent_queue_unload     (PentQueue *self);
const char *pent_queue_get_trouble (PentQueue *self);

G_END_DECLS
