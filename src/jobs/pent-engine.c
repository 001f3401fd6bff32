/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-engine.h"

#include "pent-cpu-memory.h"

/* With less than this, a desktop begins to swap. */
#define SHORT_OF_MEMORY (G_GUINT64_CONSTANT (512) << 20)

static gboolean
run (gpointer data, const PentJobOrder *order, PentLibrary *library, const PentJobListener *listener,
     GCancellable *cancellable, GError **error)
{
  return pent_job_run (order, data, library, listener, cancellable, error);
}

static void
unload (gpointer data)
{
  pent_pipeline_unload (data);
}

static gboolean
is_short (gpointer data)
{
  return pent_cpu_memory_get_free () < SHORT_OF_MEMORY;
}

static void
free_pipeline (gpointer data)
{
  pent_pipeline_free (data);
}

/**
 * pent_engine_new:
 *
 * Returns: the pipeline as an engine
 */
PentEngine
pent_engine_new (void)
{
  const PentEngine engine = {
    .run = run, .unload = unload, .is_short = is_short, .free = free_pipeline, .look_every = 5 * G_USEC_PER_SEC,
    .data = pent_pipeline_new (),
  };
  return engine;
}
