/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"
#include "pent-pipeline.h"

G_BEGIN_DECLS

/**
 * PentStopwatch:
 * @wait: seconds that the request waited; loading and waiting are the first
 *   picture's
 *
 * Tells how long each picture of a run took, from what the pipeline measures of
 * the whole run. Starts as zeros.
 */
typedef struct
{
  double wait;
  double total;     /* when the picture before was finished */
  guint  n_steps;   /* of the pictures before */
  guint  n_pictures;
} PentStopwatch;

PentTimings pent_stopwatch_lap (PentStopwatch *self, const PentRunInfo *info);

G_END_DECLS
