/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-job-run.h"

G_BEGIN_DECLS

/**
 * PentEngine:
 * @run: as pent_job_run()
 * @unload: gives back the model's memory; it is loaded again when it is needed
 * @is_short: whether other programs need the memory more
 * @free: frees @data
 * @look_every: microseconds between two looks at the memory while nothing runs
 * @data: handed to all of them
 *
 * What paints for the queue, in the queue's thread alone: the pipeline, or what
 * a test puts in its place.
 */
typedef struct
{
  gboolean (*run)      (gpointer data, const PentJobOrder *order, PentLibrary *library, const PentJobListener *listener,
                        GCancellable *cancellable, GError **error);
  void     (*unload)   (gpointer data);
  gboolean (*is_short) (gpointer data);
  void     (*free)     (gpointer data);
  gint64   look_every;
  gpointer data;
} PentEngine;

PentEngine pent_engine_new (void);

G_END_DECLS
