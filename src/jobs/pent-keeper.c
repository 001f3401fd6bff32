/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-keeper.h"

#include "pent-library-jobs.h"
#include "pent-request-json.h"

typedef enum
{
  KEEP,
  SET_DONE,
  ORDER,
  DROP,
  STOP,
} Kind;

/* What the thread is to do. */
typedef struct
{
  Kind      kind;
  gint64    id;
  int       n_done;
  PentTask *task;
  GArray   *ids;
} Order;

struct _PentKeeper
{
  PentFolders *folders;
  PentBell    *bell;
  GThread     *thread;
  GAsyncQueue *orders;
  PentLibrary *library;   /* the thread's; NULL: it could not be opened */

  GMutex     lock;        /* of what follows */
  GPtrArray *offered;     /* of PentTask, that were not taken yet */
  char      *trouble;     /* why the newest order failed, or NULL */
};

static void
order_free (Order *self)
{
  g_clear_pointer (&self->task, pent_task_unref);
  g_clear_pointer (&self->ids, g_array_unref);
  g_free (self);
}

/* --- in the thread --- */

static void
tell_trouble (PentKeeper *self, const GError *error)
{
  g_mutex_lock (&self->lock);
  g_free (self->trouble);
  self->trouble = error != NULL ? g_strdup (error->message) : NULL;
  g_mutex_unlock (&self->lock);
  pent_bell_ring (self->bell, 0);
}

static gboolean
keep (PentKeeper *self, const Order *order, GError **error)
{
  const PentTask *task = order->task;
  g_autofree char *text = pent_request_to_text (task->request);
  const PentLibraryJob job = {
    .id = task->id, .lane = task->lane, .n_done = order->n_done, .request = text, .source = task->request->init,
    .mask = task->request->mask,
  };
  return pent_library_keep_job (self->library, &job, error);
}

static gboolean
carry_out (PentKeeper *self, const Order *order, GError **error)
{
  switch (order->kind)
    {
    case KEEP:
      return keep (self, order, error);
    case SET_DONE:
      return pent_library_set_done (self->library, order->id, order->n_done, error);
    case ORDER:
      return pent_library_order_jobs (self->library, (const gint64 *) (gpointer) order->ids->data, order->ids->len, error);
    case DROP:
      return pent_library_drop_job (self->library, order->id, error);
    case STOP:
    default:
      g_assert_not_reached ();
    }
}

static gboolean
offer (PentKeeper *self, const PentLibraryJob *job, GError **error)
{
  PentLane lane = job->lane == PENT_LANE_INTERACTIVE ? PENT_LANE_INTERACTIVE : PENT_LANE_BATCH;
  g_autoptr (PentRequest) request = pent_request_from_text (job->request, job->source, job->mask, error);
  if (request == NULL)
    return FALSE;
  PentTask *task = pent_task_new (job->id, lane, request, CLAMP (job->n_done, 0, request->count - 1));
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->offered, task);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* What earlier programs have left waiting. What is not understood stays where
 * it is, for a program that does, and is told. */
static gboolean
load (PentKeeper *self, GError **error)
{
  g_autoptr (GPtrArray) jobs = pent_library_take_jobs (self->library, error);
  gboolean ok = jobs != NULL;
  for (guint i = 0; jobs != NULL && i < jobs->len; i++)
    ok = offer (self, g_ptr_array_index (jobs, i), ok ? error : NULL) && ok;
  return ok;
}

static gboolean
open_library (PentKeeper *self, GError **error)
{
  self->library = pent_library_open (self->folders, PENT_LIBRARY_WRITE, error);
  return self->library != NULL && load (self, error);
}

static gpointer
work (gpointer data)
{
  PentKeeper *self = data;
  gboolean go_on = TRUE;
  g_autoptr (GError) first = NULL;
  open_library (self, &first);
  tell_trouble (self, first);
  while (go_on)
    {
      Order *order = g_async_queue_pop (self->orders);
      g_autoptr (GError) error = NULL;
      go_on = order->kind != STOP;
      if (go_on && self->library != NULL)
        {
          carry_out (self, order, &error);
          tell_trouble (self, error);
        }
      order_free (order);
    }
  g_clear_pointer (&self->library, pent_library_close);
  return NULL;
}

/* --- for the main thread --- */

static void
push (PentKeeper *self, Order order)
{
  g_async_queue_push (self->orders, g_memdup2 (&order, sizeof order));
}

/**
 * pent_keeper_new:
 * @context: where news are told
 * @has_news: called there when jobs were found that wait, and when writing
 *   fails or works again
 *
 * Returns: (transfer full): a keeper, which looks for jobs at once
 */
PentKeeper *
pent_keeper_new (const PentFolders *folders, GMainContext *context, PentBellFunc has_news, gpointer data)
{
  PentKeeper *self = g_new0 (PentKeeper, 1);
  self->folders = pent_folders_copy (folders);
  self->orders = g_async_queue_new ();
  self->offered = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_task_unref);
  g_mutex_init (&self->lock);
  self->bell = pent_bell_new (context, has_news, data);
  self->thread = g_thread_new ("queue-keeper", work, self);
  return self;
}

void
pent_keeper_free (PentKeeper *self)
{
  push (self, (Order) { .kind = STOP });
  g_thread_join (self->thread);
  pent_bell_free (self->bell);
  g_async_queue_unref (self->orders);
  g_ptr_array_unref (self->offered);
  g_mutex_clear (&self->lock);
  pent_folders_free (self->folders);
  g_free (self->trouble);
  g_free (self);
}

void
pent_keeper_keep (PentKeeper *self, PentTask *task, int n_done)
{
  push (self, (Order) { .kind = KEEP, .task = pent_task_ref (task), .n_done = n_done });
}

void
pent_keeper_set_done (PentKeeper *self, gint64 id, int n_done)
{
  push (self, (Order) { .kind = SET_DONE, .id = id, .n_done = n_done });
}

/**
 * pent_keeper_order:
 * @ids: (transfer full) (element-type gint64): of the jobs that wait
 */
void
pent_keeper_order (PentKeeper *self, GArray *ids)
{
  push (self, (Order) { .kind = ORDER, .ids = ids });
}

void
pent_keeper_drop (PentKeeper *self, gint64 id)
{
  push (self, (Order) { .kind = DROP, .id = id });
}

/**
 * pent_keeper_take_offered:
 *
 * Returns: (transfer full) (element-type PentTask): jobs that were found since
 *   this was last asked
 */
GPtrArray *
pent_keeper_take_offered (PentKeeper *self)
{
  GPtrArray *none = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_task_unref);
  g_mutex_lock (&self->lock);
  GPtrArray *offered = self->offered;
  self->offered = none;
  g_mutex_unlock (&self->lock);
  return offered;
}

/**
 * pent_keeper_get_trouble:
 *
 * Returns: (transfer full) (nullable): why the queue is not on the disk, a
 *   sentence
 */
char *
pent_keeper_get_trouble (PentKeeper *self)
{
  g_mutex_lock (&self->lock);
  char *trouble = g_strdup (self->trouble);
  g_mutex_unlock (&self->lock);
  return trouble;
}
