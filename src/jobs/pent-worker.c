/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lock guards everything that both threads see: the lanes, the tasks'
 * fields and their news. It is held for a few instructions only, never while
 * something is computed, written or told. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-worker.h"

#include <errno.h>
#include <sys/resource.h>

#include "pent-error.h"
#include "pent-paste.h"

#define PREVIEWS_PER_SECOND 15

/* Nice value of the thread that paints. */
#define BACKGROUND 5

struct _PentWorker
{
  PentFolders *folders;
  PentBell    *bell;
  GThread     *thread;

  GMutex    lock;
  GCond     changed;              /* something for the thread to look at */
  GQueue    lanes[PENT_N_LANES];  /* of PentTask, held: the next one is the head */
  PentTask *running;              /* not held: its runner does */
  GQueue    told;                 /* of PentTask, held: those with news */
  gint64    next_preview;         /* may be told then; monotonic, microseconds */
  gboolean  paused;
  gboolean  stopping;
  gboolean  unload;               /* the model, as soon as nothing runs */

  /* The thread's own. */
  PentEngine   engine;
  PentLibrary *library;           /* or NULL: it was not needed yet, or is at fault */
  gboolean     loaded;            /* whether the engine may hold a model */
};

/* One task as it runs, the thread's own. */
typedef struct
{
  PentWorker   *worker;
  PentTask     *task;
  GCancellable *cancellable;
  PentRect      area;             /* of the newest canvas */
  double        rested;           /* seconds */
  PentEditResult *edit;           /* of the picture that is told next, or NULL */
} Attempt;

/* --- news; with the lock held --- */

static void
tell (PentWorker *self, PentTask *task, gint64 when)
{
  if (!task->has_news)
    g_queue_push_tail (&self->told, pent_task_ref (task));
  task->has_news = TRUE;
  pent_bell_ring (self->bell, when);
}

static void
tell_state (PentWorker *self, PentTask *task, PentJobState state)
{
  task->news.has_state = TRUE;
  task->news.state = state;
  tell (self, task, 0);
}

static void
painted_free (gpointer data)
{
  PentPainted *self = data;
  g_clear_pointer (&self->picture, pent_library_picture_free);
  g_clear_pointer (&self->image, pent_image_unref);
  g_clear_pointer (&self->edit, pent_edit_result_free);
  g_free (self);
}

/* Without the recipe, which the library has. */
static PentLibraryPicture *
copy_picture (const PentLibraryPicture *picture)
{
  PentLibraryPicture *copy = g_memdup2 (picture, sizeof *picture);
  copy->file = g_strdup (picture->file);
  copy->hash = g_strdup (picture->hash);
  copy->origin = g_strdup (picture->origin);
  copy->recipe_hash = g_strdup (picture->recipe_hash);
  copy->recipe = NULL;
  return copy;
}

static void
tell_painted (Attempt *attempt, const PentLibraryPicture *picture, PentImage *image)
{
  PentTask *task = attempt->task;
  PentPainted *painted = g_new0 (PentPainted, 1);
  painted->edit = g_steal_pointer (&attempt->edit);
  painted->picture = picture != NULL ? copy_picture (picture) : NULL;
  painted->image = image != NULL ? pent_image_ref (image) : NULL;
  if (task->news.painted == NULL)
    task->news.painted = g_ptr_array_new_with_free_func (painted_free);
  g_ptr_array_add (task->news.painted, painted);
  tell (attempt->worker, task, 0);
}

/* --- what the engine says, in the thread --- */

/* The canvas changes when a pass is done: its copy is made anew only then. */
static PentImage *
copy_canvas (Attempt *attempt, const PentProgress *progress)
{
  const PentRect *a = &attempt->area, *b = &progress->area;
  gboolean same = a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
  if (progress->preview == NULL || progress->canvas == NULL || (same && progress->step != 1))
    return NULL;
  attempt->area = progress->area;
  /* The pipeline paints on in its own. */
  const PentRect whole = { 0, 0, progress->canvas->width, progress->canvas->height };
  return pent_paste_cut (progress->canvas, &whole, NULL);
}

/* Rests while the queue is paused. */
static void
rest (Attempt *attempt)
{
  PentWorker *self = attempt->worker;
  PentTask *task = attempt->task;
  gint64 begin = g_get_monotonic_time ();
  while (self->paused && !task->keep && !g_cancellable_is_cancelled (attempt->cancellable))
    g_cond_wait (&self->changed, &self->lock);
  attempt->rested += (g_get_monotonic_time () - begin) / 1e6;
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Attempt *attempt = data;
  PentWorker *self = attempt->worker;
  PentNews *news = &attempt->task->news;
  g_autoptr (PentImage) canvas = copy_canvas (attempt, progress);
  g_autoptr (PentImage) old_preview = NULL;
  g_autoptr (PentImage) old_canvas = NULL;

  g_mutex_lock (&self->lock);
  news->has_progress = TRUE;
  news->progress = *progress;
  news->progress.preview = news->progress.canvas = NULL;
  if (progress->preview != NULL)
    {
      old_preview = g_steal_pointer (&news->preview);
      news->preview = pent_image_ref (progress->preview);
      news->area = progress->area;
    }
  if (canvas != NULL)
    {
      old_canvas = g_steal_pointer (&news->canvas);
      news->canvas = g_steal_pointer (&canvas);
    }
  tell (self, attempt->task, self->next_preview);
  if (progress->stage == PENT_STAGE_STEP)
    rest (attempt);
  g_mutex_unlock (&self->lock);
}

static gboolean
stored_cb (gpointer data, const PentLibraryPicture *picture, PentImage *image, const PentRunInfo *info, GError **error)
{
  Attempt *attempt = data;
  PentWorker *self = attempt->worker;
  PentTask *task = attempt->task;

  g_mutex_lock (&self->lock);
  task->n_done++;
  task->news.n_done = task->n_done;
  task->news.timings = picture->timings;
  tell_painted (attempt, picture, image);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
edited_cb (gpointer data, const PentEditResult *edit)
{
  Attempt *attempt = data;
  g_clear_pointer (&attempt->edit, pent_edit_result_free);
  attempt->edit = pent_edit_result_copy (edit);
}

static void
lost_cb (gpointer data, PentImage *image)
{
  Attempt *attempt = data;
  g_mutex_lock (&attempt->worker->lock);
  tell_painted (attempt, NULL, image);
  g_mutex_unlock (&attempt->worker->lock);
}

static gboolean
keep_cb (gpointer data)
{
  Attempt *attempt = data;
  g_mutex_lock (&attempt->worker->lock);
  gboolean keep = attempt->task->keep;
  g_mutex_unlock (&attempt->worker->lock);
  return keep;
}

/* --- running, in the thread --- */

/* Says before hours of work that there is no place for the pictures. */
static gboolean
open_library (PentWorker *self, GError **error)
{
  if (self->library == NULL)
    self->library = pent_library_open (self->folders, PENT_LIBRARY_WRITE, error);
  return self->library != NULL && pent_library_check_pictures (self->folders, error);
}

static gboolean
run_engine (PentWorker *self, Attempt *attempt, double wait, int n_done, GError **error)
{
  GCancellable *cancellable = attempt->cancellable;
  PentTask *task = attempt->task;
  const PentJobListener listener = {
    .progress = progress_cb, .stored = stored_cb, .edited = edited_cb, .lost = lost_cb, .keep = keep_cb, .rested = &attempt->rested,
    .previews = TRUE, .data = attempt,
  };
  const PentJobOrder order = {
    .request = task->request, .wait = wait, .first = n_done, .most = task->lane == PENT_LANE_BATCH ? 1 : 0,
  };
  g_autoptr (GError) problem = NULL;
  gboolean had_model = self->loaded;

  if (!open_library (self, error))
    return FALSE;
  self->loaded = TRUE;
  if (self->engine.run (self->engine.data, &order, self->library, &listener, cancellable, &problem))
    return TRUE;
  /* What the jobs before have left in memory may be what it lacks. */
  if (had_model && task->n_done == n_done && g_error_matches (problem, PENT_ERROR, PENT_ERROR_MEMORY))
    {
      g_clear_error (&problem);
      self->engine.unload (self->engine.data);
      if (self->engine.run (self->engine.data, &order, self->library, &listener, cancellable, &problem))
        return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* With the lock held. Whether the task's next picture is to follow at once: no
 * one waits in a lane before its own. */
static gboolean
goes_on (PentWorker *self, PentTask *task)
{
  if (self->paused || self->stopping || task->is_cancelled)
    return FALSE;
  for (int lane = 0; lane < (int) task->lane; lane++)
    if (!g_queue_is_empty (&self->lanes[lane]))
      return FALSE;
  return TRUE;
}

/* With the lock held. What a run has come to. */
static void
settle (PentWorker *self, PentTask *task, gboolean ok, const GError *error)
{
  gboolean cancelled = pent_error_exit_status (error) == 130;
  task->runs = FALSE;
  self->running = NULL;
  if (ok && (task->keep || task->n_done >= task->request->count))
    tell_state (self, task, PENT_JOB_DONE);
  else if (task->is_cancelled)
    tell_state (self, task, PENT_JOB_CANCELLED);
  else if (ok)
    {
      task->waits = TRUE;
      task->since = g_get_monotonic_time ();
      g_queue_push_head (&self->lanes[task->lane], pent_task_ref (task));
      tell_state (self, task, PENT_JOB_WAITING);
    }
  else if (!cancelled || !self->stopping)
    {
      g_free (task->news.error);
      task->news.error = g_strdup (error->message);
      tell_state (self, task, PENT_JOB_FAILED);
    }
}

/* @task: (transfer full) */
static void
run_task (PentWorker *self, PentTask *task)
{
  g_autoptr (PentTask) owned = task;
  g_autoptr (GError) error = NULL;
  Attempt attempt = { .worker = self, .task = task };
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  g_autoptr (GCancellable) cancellable = g_object_ref (task->cancellable);
  attempt.cancellable = cancellable;
  double wait = (g_get_monotonic_time () - task->since) / 1e6;
  do
    {
      int n_done = task->n_done;
      g_mutex_unlock (&self->lock);
      ok = run_engine (self, &attempt, wait, n_done, &error);
      wait = 0;
      g_mutex_lock (&self->lock);
    }
  while (ok && !task->keep && task->n_done < task->request->count && goes_on (self, task));
  settle (self, task, ok, error);
  g_mutex_unlock (&self->lock);

  /* What is at fault may be put right until the next one. */
  if (!ok)
    g_clear_pointer (&self->library, pent_library_close);
  g_clear_pointer (&attempt.edit, pent_edit_result_free);
}

/* With the lock held. */
static PentTask *
take_next (PentWorker *self)
{
  for (int lane = 0; lane < PENT_N_LANES; lane++)
    {
      PentTask *task = g_queue_pop_head (&self->lanes[lane]);
      if (task == NULL)
        continue;
      task->waits = FALSE;
      task->runs = TRUE;
      self->running = task;
      tell_state (self, task, PENT_JOB_RUNNING);
      return task;
    }
  return NULL;
}

/* With the lock held. Whether there is nothing for the thread to do. */
static gboolean
is_idle (PentWorker *self)
{
  if (self->stopping || self->unload)
    return FALSE;
  for (int lane = 0; lane < PENT_N_LANES && !self->paused; lane++)
    if (!g_queue_is_empty (&self->lanes[lane]))
      return FALSE;
  return TRUE;
}

/* With the lock held, which it gives back for a while. Nothing runs. */
static void
give_up_model (PentWorker *self)
{
  gboolean unload = self->unload;
  self->unload = FALSE;
  g_mutex_unlock (&self->lock);
  if (unload || self->engine.is_short (self->engine.data))
    {
      self->engine.unload (self->engine.data);
      self->loaded = FALSE;
    }
  g_mutex_lock (&self->lock);
}

/* With the lock held. Waits for something to do, and meanwhile has an eye on
 * the memory. */
static void
wait_for_work (PentWorker *self)
{
  if (self->loaded)
    give_up_model (self);
  self->unload = FALSE;
  if (!is_idle (self))
    return;
  if (self->loaded)
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + self->engine.look_every);
  else
    g_cond_wait (&self->changed, &self->lock);
}

/* The window comes first: who paints a mask meanwhile must not feel the run.
 * Threads that this one starts are as low. In Linux this is the thread's own. */
static void
give_way (void)
{
  if (setpriority (PRIO_PROCESS, 0, BACKGROUND) != 0)
    g_debug ("The priority stays as it is: %s", g_strerror (errno));
}

static gpointer
work (gpointer data)
{
  PentWorker *self = data;
  give_way ();
  g_mutex_lock (&self->lock);
  while (!self->stopping)
    {
      PentTask *task = self->paused || self->unload ? NULL : take_next (self);
      if (task != NULL)
        {
          g_mutex_unlock (&self->lock);
          run_task (self, task);
          g_mutex_lock (&self->lock);
          continue;
        }
      wait_for_work (self);
    }
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->library, pent_library_close);
  self->engine.free (self->engine.data);
  return NULL;
}

/* --- what the main thread asks --- */

/* Stops what runs; the thread may be resting. */
static void
cancel_and_wake (PentWorker *self, GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * pent_worker_new:
 * @engine: what paints; freed in the thread
 * @context: where news are told
 * @has_news: called there when pent_worker_take_news() has some
 *
 * Returns: (transfer full): a worker, idle
 */
PentWorker *
pent_worker_new (const PentFolders *folders, const PentEngine *engine, GMainContext *context, PentBellFunc has_news,
                 gpointer data)
{
  PentWorker *self = g_new0 (PentWorker, 1);
  self->folders = pent_folders_copy (folders);
  self->engine = *engine;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->bell = pent_bell_new (context, has_news, data);
  self->thread = g_thread_new ("generation", work, self);
  return self;
}

/**
 * pent_worker_stop:
 *
 * Stops what runs, and the thread. What it was told before remains to be taken.
 */
void
pent_worker_stop (PentWorker *self)
{
  g_autoptr (GCancellable) cancellable = NULL;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  if (self->running != NULL)
    cancellable = g_object_ref (self->running->cancellable);
  g_mutex_unlock (&self->lock);
  cancel_and_wake (self, cancellable);
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
pent_worker_free (PentWorker *self)
{
  pent_worker_stop (self);
  for (int lane = 0; lane < PENT_N_LANES; lane++)
    g_queue_clear_full (&self->lanes[lane], (GDestroyNotify) pent_task_unref);
  g_queue_clear_full (&self->told, (GDestroyNotify) pent_task_unref);
  pent_bell_free (self->bell);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  pent_folders_free (self->folders);
  g_free (self);
}

/**
 * pent_worker_add:
 * @task: neither waiting nor running
 *
 * Puts it at the end of its lane.
 */
void
pent_worker_add (PentWorker *self, PentTask *task)
{
  g_mutex_lock (&self->lock);
  g_set_object (&task->cancellable, NULL);
  task->cancellable = g_cancellable_new ();
  task->is_cancelled = task->keep = FALSE;
  task->waits = TRUE;
  task->since = g_get_monotonic_time ();
  g_queue_push_tail (&self->lanes[task->lane], pent_task_ref (task));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * pent_worker_cancel:
 *
 * Returns: whether it was waiting, and will not be heard of any more; else it
 *   runs, and will be told of, or did neither
 */
gboolean
pent_worker_cancel (PentWorker *self, PentTask *task)
{
  g_autoptr (GCancellable) cancellable = NULL;
  g_mutex_lock (&self->lock);
  gboolean waited = task->waits;
  if (waited)
    {
      g_queue_remove (&self->lanes[task->lane], task);
      pent_task_unref (task);
      task->waits = FALSE;
      task->news.has_state = FALSE;
    }
  else if (task->runs)
    {
      task->is_cancelled = TRUE;
      cancellable = g_object_ref (task->cancellable);
    }
  g_mutex_unlock (&self->lock);
  cancel_and_wake (self, cancellable);
  return waited;
}

/**
 * pent_worker_move:
 * @place: in its lane; 0 is the next to run
 *
 * Returns: %FALSE where it does not wait
 */
gboolean
pent_worker_move (PentWorker *self, PentTask *task, guint place)
{
  g_mutex_lock (&self->lock);
  gboolean waits = task->waits;
  if (waits)
    {
      GQueue *lane = &self->lanes[task->lane];
      g_queue_remove (lane, task);
      g_queue_push_nth (lane, task, MIN (place, g_queue_get_length (lane)));
    }
  g_mutex_unlock (&self->lock);
  return waits;
}

/**
 * pent_worker_keep:
 *
 * Stops the task, if it runs, after the step it is at, and takes the picture as
 * it is predicted then for its last.
 */
void
pent_worker_keep (PentWorker *self, PentTask *task)
{
  g_mutex_lock (&self->lock);
  task->keep = task->runs;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * pent_worker_set_paused:
 *
 * While it is paused nothing begins, and what runs rests after its step.
 */
void
pent_worker_set_paused (PentWorker *self, gboolean paused)
{
  g_mutex_lock (&self->lock);
  self->paused = paused;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * pent_worker_unload:
 *
 * Gives the model up before the next task begins.
 */
void
pent_worker_unload (PentWorker *self)
{
  g_mutex_lock (&self->lock);
  self->unload = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * pent_worker_list_waiting:
 *
 * Returns: (transfer full) (element-type PentTask): what waits, in the order in
 *   which it will run
 */
GPtrArray *
pent_worker_list_waiting (PentWorker *self)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_task_unref);
  g_mutex_lock (&self->lock);
  for (int lane = 0; lane < PENT_N_LANES; lane++)
    for (GList *at = self->lanes[lane].head; at != NULL; at = at->next)
      g_ptr_array_add (tasks, pent_task_ref (at->data));
  g_mutex_unlock (&self->lock);
  return tasks;
}

/* With the lock held. Whether all of a task's news were taken: previews are
 * told no more often than the eye can follow. */
static gboolean
take (PentWorker *self, PentTask *task, PentNews *news, gint64 now)
{
  gboolean ends = task->news.has_state && task->news.state != PENT_JOB_RUNNING;
  gboolean too_soon = now < self->next_preview && task->news.preview != NULL && !ends;
  *news = task->news;
  task->news = (PentNews) { 0 };
  if (!too_soon)
    {
      if (news->preview != NULL)
        self->next_preview = now + G_USEC_PER_SEC / PREVIEWS_PER_SECOND;
      return TRUE;
    }
  task->news.preview = g_steal_pointer (&news->preview);
  task->news.canvas = g_steal_pointer (&news->canvas);
  task->news.area = news->area;
  return FALSE;
}

static void
told_free (gpointer data)
{
  PentTold *self = data;
  pent_news_clear (&self->news);
  pent_task_unref (self->task);
  g_free (self);
}

/**
 * pent_worker_take_news:
 *
 * Returns: (transfer full) (element-type PentTold): all there are for now
 */
GPtrArray *
pent_worker_take_news (PentWorker *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (told_free);
  gint64 now = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  for (guint n = g_queue_get_length (&self->told); n > 0; n--)
    {
      PentTold *told = g_new0 (PentTold, 1);
      told->task = g_queue_pop_head (&self->told);
      told->task->has_news = FALSE;
      if (!take (self, told->task, &told->news, now))
        tell (self, told->task, self->next_preview);
      g_ptr_array_add (all, told);
    }
  g_mutex_unlock (&self->lock);
  return all;
}
