/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-timing.h"

/**
 * pent_stopwatch_lap:
 * @info: as it is when a picture is finished
 *
 * Returns: how long this picture took, seconds
 */
PentTimings
pent_stopwatch_lap (PentStopwatch *self, const PentRunInfo *info)
{
  gboolean first = self->n_pictures == 0;
  PentTimings timings = {
    .wait = first ? self->wait : 0,
    .load = first ? info->seconds_load : 0,
    .text = first ? info->seconds_text : 0,
    .decode = info->seconds_decode,
    .total = info->seconds_total - self->total,
  };
  for (guint i = self->n_steps; i < info->seconds_step->len; i++)
    timings.steps += g_array_index (info->seconds_step, double, i);
  self->total = info->seconds_total;
  self->n_steps = info->seconds_step->len;
  self->n_pictures++;
  return timings;
}
