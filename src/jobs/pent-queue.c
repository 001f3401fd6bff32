/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's side of the queue: the list of jobs, what the user asks of
 * them, and what the two threads behind it tell: PentWorker, which paints, and
 * PentKeeper, which keeps what waits on the disk. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-queue.h"

#include "pent-job-private.h"
#include "pent-keeper.h"
#include "pent-queue-private.h"
#include "pent-worker.h"

struct _PentQueue
{
  GObject parent_instance;

  PentWorker     *worker;
  PentKeeper     *keeper;
  GMemoryMonitor *monitor;
  GPtrArray      *jobs;       /* of PentJob, as the list model tells */
  gint64          last_id;
  gboolean        paused;
  char           *trouble;
};

enum
{
  PROP_RUNNING = 1,
  PROP_PAUSED,
  PROP_TROUBLE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void pent_queue_list_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PentQueue, pent_queue, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, pent_queue_list_init))

/* --- the list --- */

static GType
get_item_type (GListModel *model)
{
  return PENT_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  return PENT_QUEUE (model)->jobs->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  PentQueue *self = PENT_QUEUE (model);
  return position < self->jobs->len ? g_object_ref (g_ptr_array_index (self->jobs, position)) : NULL;
}

static void
pent_queue_list_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
add_in_state (PentQueue *self, PentJobState state, GPtrArray *jobs)
{
  for (guint i = 0; i < self->jobs->len; i++)
    if (pent_job_get_state (g_ptr_array_index (self->jobs, i)) == state)
      g_ptr_array_add (jobs, g_object_ref (g_ptr_array_index (self->jobs, i)));
}

/* Waiting jobs stand in the order of the lanes, which the worker knows. */
static void
add_waiting (PentQueue *self, GPtrArray *jobs)
{
  g_autoptr (GPtrArray) tasks = pent_worker_list_waiting (self->worker);

  for (guint i = 0; i < tasks->len; i++)
    {
      PentJob *job = ((PentTask *) g_ptr_array_index (tasks, i))->job;
      if (job != NULL && pent_job_get_state (job) == PENT_JOB_WAITING)
        g_ptr_array_add (jobs, g_object_ref (job));
    }
  /* Those that the thread has taken, and has not told so yet. */
  for (guint i = 0; i < self->jobs->len; i++)
    {
      PentJob *job = g_ptr_array_index (self->jobs, i);
      if (pent_job_get_state (job) == PENT_JOB_WAITING && !g_ptr_array_find (jobs, job, NULL))
        g_ptr_array_insert (jobs, 0, g_object_ref (job));
    }
}

/* Puts the list in its order, and tells the range that changed. */
static void
arrange (PentQueue *self)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) old = self->jobs;
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  add_in_state (self, PENT_JOB_RUNNING, jobs);
  add_waiting (self, waiting);
  for (guint i = 0; i < waiting->len; i++)
    g_ptr_array_add (jobs, g_object_ref (g_ptr_array_index (waiting, i)));
  add_in_state (self, PENT_JOB_OFFERED, jobs);
  add_in_state (self, PENT_JOB_FAILED, jobs);
  self->jobs = jobs;

  guint start = 0, tail = 0, shorter = MIN (old->len, jobs->len);
  while (start < shorter && old->pdata[start] == jobs->pdata[start])
    start++;
  while (tail < shorter - start && old->pdata[old->len - 1 - tail] == jobs->pdata[jobs->len - 1 - tail])
    tail++;
  if (old->len - start - tail > 0 || jobs->len - start - tail > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), start, old->len - start - tail, jobs->len - start - tail);
}

/* --- what the threads tell --- */

static void
keep_order (PentQueue *self)
{
  g_autoptr (GPtrArray) tasks = pent_worker_list_waiting (self->worker);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < tasks->len; i++)
    g_array_append_val (ids, ((PentTask *) g_ptr_array_index (tasks, i))->id);
  pent_keeper_order (self->keeper, ids);
}

/* What is told of a task is kept first: someone who hears of it may end the
 * program. */
static void
keep_news (PentQueue *self, const PentTold *told)
{
  const PentNews *news = &told->news;

  if (news->has_state && (news->state == PENT_JOB_DONE || news->state == PENT_JOB_CANCELLED))
    pent_keeper_drop (self->keeper, told->task->id);
  else if (news->n_done > 0)
    pent_keeper_set_done (self->keeper, told->task->id, news->n_done);
}

static void
read_news (PentQueue *self)
{
  g_autoptr (GPtrArray) all = pent_worker_take_news (self->worker);
  g_autoptr (PentJob) before = pent_queue_get_running (self);
  gboolean rearrange = FALSE;

  if (before != NULL)
    g_object_ref (before);
  for (guint i = 0; i < all->len; i++)
    {
      const PentTold *told = g_ptr_array_index (all, i);
      g_autoptr (PentJob) job = told->task->job;
      keep_news (self, told);
      if (job == NULL)
        continue;
      g_object_ref (job);
      rearrange |= told->news.has_state;
      pent_job_tell (job, &told->news);
    }
  if (!rearrange)
    return;
  arrange (self);
  if (pent_queue_get_running (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
worker_has_news (gpointer data)
{
  g_autoptr (PentQueue) self = g_object_ref (data);
  read_news (self);
}

static void
keeper_has_news (gpointer data)
{
  g_autoptr (PentQueue) self = g_object_ref (data);
  g_autoptr (GPtrArray) offered = pent_keeper_take_offered (self->keeper);
  g_autofree char *trouble = pent_keeper_get_trouble (self->keeper);

  for (guint i = 0; i < offered->len; i++)
    g_ptr_array_add (self->jobs, pent_job_new (g_ptr_array_index (offered, i), PENT_JOB_OFFERED));
  if (offered->len > 0)
    {
      g_list_model_items_changed (G_LIST_MODEL (self), self->jobs->len - offered->len, 0, offered->len);
      arrange (self);
    }
  if (g_strcmp0 (trouble, self->trouble) != 0)
    {
      g_free (self->trouble);
      self->trouble = g_steal_pointer (&trouble);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
    }
}

static void
low_memory_cb (GMemoryMonitor *monitor, GMemoryMonitorWarningLevel level, gpointer data)
{
  pent_queue_unload (data);
}

/* --- GObject --- */

static void
pent_queue_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentQueue *self = PENT_QUEUE (object);

  switch (property)
    {
    case PROP_RUNNING:
      g_value_set_object (value, pent_queue_get_running (self));
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_TROUBLE:
      g_value_set_string (value, self->trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
pent_queue_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  PentQueue *self = PENT_QUEUE (object);

  switch (property)
    {
    case PROP_PAUSED:
      pent_queue_set_paused (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

/* What is done by now leaves the disk; what is not stays there, and is offered
 * next time. */
static void
pent_queue_dispose (GObject *object)
{
  PentQueue *self = PENT_QUEUE (object);

  if (self->worker != NULL)
    {
      pent_worker_stop (self->worker);
      g_autoptr (GPtrArray) all = pent_worker_take_news (self->worker);
      for (guint i = 0; i < all->len; i++)
        keep_news (self, g_ptr_array_index (all, i));
    }
  g_clear_pointer (&self->worker, pent_worker_free);
  g_clear_pointer (&self->keeper, pent_keeper_free);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (pent_queue_parent_class)->dispose (object);
}

static void
pent_queue_finalize (GObject *object)
{
  PentQueue *self = PENT_QUEUE (object);

  g_ptr_array_unref (self->jobs);
  g_free (self->trouble);

  G_OBJECT_CLASS (pent_queue_parent_class)->finalize (object);
}

static void
pent_queue_class_init (PentQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = pent_queue_get_property;
  object_class->set_property = pent_queue_set_property;
  object_class->dispose = pent_queue_dispose;
  object_class->finalize = pent_queue_finalize;

  properties[PROP_RUNNING] = g_param_spec_object ("running", NULL, NULL, PENT_TYPE_JOB, G_PARAM_READABLE | flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, G_PARAM_READWRITE | flags);
  properties[PROP_TROUBLE] = g_param_spec_string ("trouble", NULL, NULL, NULL, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
pent_queue_init (PentQueue *self)
{
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
}

/* --- public --- */

/**
 * pent_queue_new_with_engine: (skip)
 * @engine: what paints; the queue frees it
 */
PentQueue *
pent_queue_new_with_engine (const PentFolders *folders, const PentEngine *engine)
{
  PentQueue *self = g_object_new (PENT_TYPE_QUEUE, NULL);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->keeper = pent_keeper_new (folders, context, keeper_has_news, self);
  self->worker = pent_worker_new (folders, engine, context, worker_has_news, self);
  return self;
}

/**
 * pent_queue_new:
 * @folders: of the library
 *
 * Jobs that an earlier queue has left waiting come into the list a moment
 * later, as %PENT_JOB_OFFERED.
 *
 * Returns: (transfer full): a queue
 */
PentQueue *
pent_queue_new (const PentFolders *folders)
{
  const PentEngine engine = pent_engine_new ();
  PentQueue *self = pent_queue_new_with_engine (folders, &engine);

  self->monitor = g_memory_monitor_dup_default ();
  g_signal_connect (self->monitor, "low-memory-warning", G_CALLBACK (low_memory_cb), self);
  return self;
}

/**
 * pent_queue_submit:
 * @request: what to paint; not to be changed any more
 * @lane: before which others it comes
 *
 * Puts a request at the end of its lane. It is kept on the disk a moment later.
 *
 * Returns: (transfer full): its job
 */
PentJob *
pent_queue_submit (PentQueue *self, PentRequest *request, PentLane lane)
{
  g_return_val_if_fail (PENT_IS_QUEUE (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (lane < PENT_N_LANES, NULL);

  self->last_id = MAX (self->last_id + 1, g_get_real_time ());
  g_autoptr (PentTask) task = pent_task_new (self->last_id, lane, request, 0);
  PentJob *job = pent_job_new (task, PENT_JOB_WAITING);
  g_ptr_array_add (self->jobs, g_object_ref (job));
  g_list_model_items_changed (G_LIST_MODEL (self), self->jobs->len - 1, 0, 1);
  pent_keeper_keep (self->keeper, task, 0);
  pent_worker_add (self->worker, task);
  arrange (self);
  return job;
}

/**
 * pent_queue_get_running:
 *
 * Returns: (nullable) (transfer none): the job that is being painted
 */
PentJob *
pent_queue_get_running (PentQueue *self)
{
  g_return_val_if_fail (PENT_IS_QUEUE (self), NULL);
  for (guint i = 0; i < self->jobs->len; i++)
    if (pent_job_get_state (g_ptr_array_index (self->jobs, i)) == PENT_JOB_RUNNING)
      return g_ptr_array_index (self->jobs, i);
  return NULL;
}

/**
 * pent_queue_move:
 * @job: one that waits; others stay where they are
 * @place: among those that wait in its lane; 0 is the next to run
 */
void
pent_queue_move (PentQueue *self, PentJob *job, guint place)
{
  g_return_if_fail (PENT_IS_QUEUE (self));
  g_return_if_fail (PENT_IS_JOB (job));

  if (!pent_worker_move (self->worker, pent_job_get_task (job), place))
    return;
  keep_order (self);
  arrange (self);
}

/**
 * pent_queue_cancel:
 *
 * Gives a job up. One that runs answers within a second, with its state; all
 * others at once. Pictures that it has finished stay. One that is done is not
 * touched.
 */
void
pent_queue_cancel (PentQueue *self, PentJob *job)
{
  g_return_if_fail (PENT_IS_QUEUE (self));
  g_return_if_fail (PENT_IS_JOB (job));

  g_autoptr (PentJob) held = g_object_ref (job);
  PentTask *task = pent_job_get_task (job);
  PentJobState state = pent_job_get_state (job);
  if (!pent_worker_cancel (self->worker, task) && state != PENT_JOB_OFFERED && state != PENT_JOB_FAILED)
    return;
  pent_keeper_drop (self->keeper, task->id);
  pent_job_set_state (job, PENT_JOB_CANCELLED);
  arrange (self);
}

/**
 * pent_queue_cancel_all:
 *
 * Gives up the job that runs and all that wait. Those that are offered, and
 * those that failed, stay.
 */
void
pent_queue_cancel_all (PentQueue *self)
{
  g_return_if_fail (PENT_IS_QUEUE (self));

  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  add_in_state (self, PENT_JOB_WAITING, jobs);
  add_in_state (self, PENT_JOB_RUNNING, jobs);
  for (guint i = 0; i < jobs->len; i++)
    pent_queue_cancel (self, g_ptr_array_index (jobs, i));
}

/**
 * pent_queue_retry:
 * @job: one that failed, was cancelled, or is offered; others are not touched
 *
 * Puts it at the end of its lane again. Pictures that it has finished are not
 * made anew.
 */
void
pent_queue_retry (PentQueue *self, PentJob *job)
{
  g_return_if_fail (PENT_IS_QUEUE (self));
  g_return_if_fail (PENT_IS_JOB (job));

  PentTask *task = pent_job_get_task (job);
  PentJobState state = pent_job_get_state (job);
  if (state != PENT_JOB_FAILED && state != PENT_JOB_CANCELLED && state != PENT_JOB_OFFERED)
    return;
  if (!g_ptr_array_find (self->jobs, job, NULL))
    {
      g_ptr_array_add (self->jobs, g_object_ref (job));
      g_list_model_items_changed (G_LIST_MODEL (self), self->jobs->len - 1, 0, 1);
    }
  pent_keeper_keep (self->keeper, task, pent_job_get_n_done (job));
  pent_job_set_state (job, PENT_JOB_WAITING);
  pent_worker_add (self->worker, task);
  arrange (self);
}

/**
 * pent_queue_keep:
 * @job: the one that runs; others are not touched
 *
 * Ends the job after the step it is at, and keeps the picture as it is
 * predicted then: it is decoded, joined and stored like any other, and can be
 * run again. If there are more pictures to come, they are not made.
 */
void
pent_queue_keep (PentQueue *self, PentJob *job)
{
  g_return_if_fail (PENT_IS_QUEUE (self));
  g_return_if_fail (PENT_IS_JOB (job));
  pent_worker_keep (self->worker, pent_job_get_task (job));
}

gboolean
pent_queue_get_paused (PentQueue *self)
{
  g_return_val_if_fail (PENT_IS_QUEUE (self), FALSE);
  return self->paused;
}

/**
 * pent_queue_set_paused:
 *
 * While it is paused no job begins, and the one that runs rests after its step,
 * with its memory; it stays %PENT_JOB_RUNNING, and can be cancelled or kept.
 */
void
pent_queue_set_paused (PentQueue *self, gboolean paused)
{
  g_return_if_fail (PENT_IS_QUEUE (self));

  if (self->paused == paused)
    return;
  self->paused = paused;
  pent_worker_set_paused (self->worker, paused);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

/**
 * pent_queue_unload:
 *
 * Gives back the memory of the model before the next job begins, or at once
 * where none runs. The queue does so by itself when memory is short.
 */
void
pent_queue_unload (PentQueue *self)
{
  g_return_if_fail (PENT_IS_QUEUE (self));
  pent_worker_unload (self->worker);
}

/**
 * pent_queue_get_trouble:
 *
 * Returns: (nullable): why jobs are not kept on the disk at the moment, a
 *   sentence
 */
const char *
pent_queue_get_trouble (PentQueue *self)
{
  g_return_val_if_fail (PENT_IS_QUEUE (self), NULL);
  return self->trouble;
}
