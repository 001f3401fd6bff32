/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-job.h"

G_BEGIN_DECLS

/* A finished picture that is still to be told. */
typedef struct
{
  PentLibraryPicture *picture;   /* NULL: it could not be stored */
  PentImage          *image;     /* NULL: the library had it */
  PentEditResult     *edit;      /* NULL: nothing is left to be chosen */
} PentPainted;

/**
 * PentNews:
 * @has_state: whether @state is news; likewise the others
 * @progress: without its pictures
 * @preview: (nullable): what its area looks like by now
 * @canvas: (nullable): a copy of what it lies on
 * @painted: (nullable) (element-type PentPainted): the oldest first
 * @error: (nullable): why it failed
 *
 * What the thread has to tell of a task. Newer progress takes the place of what
 * was not told in time; states and pictures do not get lost.
 */
typedef struct
{
  gboolean     has_state;
  PentJobState state;
  gboolean     has_progress;
  PentProgress progress;
  PentImage   *preview;
  PentRect     area;
  PentImage   *canvas;
  GPtrArray   *painted;
  int          n_done;
  PentTimings  timings;    /* of the newest of them */
  char        *error;
} PentNews;

void pent_news_clear (PentNews *self);

/**
 * PentTask:
 * @id: of its job
 * @lane: never changes, as @request
 * @job: (nullable): the main thread's alone, not held
 *
 * What a job is to the thread that paints. All but the first four are guarded
 * by the worker's lock.
 */
typedef struct
{
  gatomicrefcount refs;
  gint64        id;
  PentLane      lane;
  PentRequest  *request;
  PentJob      *job;

  gboolean      waits;         /* is in its lane */
  gboolean      runs;
  gboolean      is_cancelled;  /* the user did it */
  gboolean      keep;          /* the user wants the picture as it is */
  gboolean      has_news;      /* is in the list of those that have */
  GCancellable *cancellable;   /* of this attempt */
  gint64        since;         /* it waits; monotonic, microseconds */
  int           n_done;        /* pictures */
  PentNews      news;
} PentTask;

PentTask *pent_task_new   (gint64 id, PentLane lane, PentRequest *request, int n_done);
PentTask *pent_task_ref   (PentTask *self);
void      pent_task_unref (PentTask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTask, pent_task_unref)

G_END_DECLS
