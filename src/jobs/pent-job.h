/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "pent-library.h"
#include "pent-pipeline.h"

G_BEGIN_DECLS

/**
 * PentLane:
 * @PENT_LANE_INTERACTIVE: someone waits for it
 * @PENT_LANE_BATCH: it may take all night; gives way to the other lane after
 *   each of its pictures
 */
typedef enum
{
  PENT_LANE_INTERACTIVE,
  PENT_LANE_BATCH,
} PentLane;

#define PENT_N_LANES 2

/**
 * PentJobState:
 * @PENT_JOB_WAITING: in its lane
 * @PENT_JOB_RUNNING: is being painted; also while the queue rests
 * @PENT_JOB_DONE: all its pictures are in the library, durably; or the user
 *   kept the picture as it was, see pent_queue_keep()
 * @PENT_JOB_FAILED: pent_job_get_error() says why; can be retried
 * @PENT_JOB_CANCELLED: can be retried
 * @PENT_JOB_OFFERED: was waiting or running when the program ended; runs when
 *   it is retried, and goes on after the pictures that were done
 */
typedef enum
{
  PENT_JOB_WAITING,
  PENT_JOB_RUNNING,
  PENT_JOB_DONE,
  PENT_JOB_FAILED,
  PENT_JOB_CANCELLED,
  PENT_JOB_OFFERED,
} PentJobState;

#define PENT_TYPE_JOB (pent_job_get_type ())

/**
 * PentJob:
 *
 * One request on its way through a #PentQueue. Changes, notifies and emits only
 * in the thread-default main context of the thread that made the queue.
 *
 * Properties, all to be read only, told by "notify": "state" (int, a
 * #PentJobState), "fraction" (double), "message" (string), "error" (string),
 * "n-done" (int). Within one turn of the main loop, "fraction" and "message" are told before
 * pictures, and pictures before "state".
 *
 * Signals:
 *
 * - "previewed" (): there is another preview, or none any more. At most 15 a
 *   second; a main loop that is slow misses some, and never the newest.
 * - "painted" (picture, image): a picture is finished. The first argument is
 *   a #PentLibraryPicture (without its recipe) that is in the library, durably,
 *   or %NULL where it could not be stored: then the job fails next, and
 *   pent_job_get_error() tells why. The second is its #PentImage, or %NULL where
 *   the library had the picture. Both are valid during the call; keep the image
 *   with pent_image_ref().
 */
G_DECLARE_FINAL_TYPE (PentJob, pent_job, PENT, JOB, GObject)

gint64       pent_job_get_id       (PentJob *self);
PentLane     pent_job_get_lane     (PentJob *self);
PentRequest *pent_job_get_request  (PentJob *self);
PentJobState pent_job_get_state    (PentJob *self);
double       pent_job_get_fraction (PentJob *self);
const char  *pent_job_get_message  (PentJob *self);
const char  *pent_job_get_error    (PentJob *self);
int          pent_job_get_n_done   (PentJob *self);

gboolean          pent_job_get_progress (PentJob *self, PentProgress *progress);
PentImage        *pent_job_get_preview  (PentJob *self, PentRect *area);
PentImage        *pent_job_get_canvas   (PentJob *self);
PentEditResult   *pent_job_take_edit    (PentJob *self);
const PentTimings *pent_job_get_timings (PentJob *self);

G_END_DECLS
