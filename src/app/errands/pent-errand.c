/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-errand.h"

/* g_task_run_in_thread() drops its reference to the task in its thread, after
 * the result is on its way: where the main thread is quicker, the task ends in
 * the other thread, and with it its source object, its data and its result. A
 * widget must not. So what runs in the other thread is a task of its own that
 * holds nothing, and the one that matters is held and let go in the thread that
 * asked. */

typedef struct
{
  GTask          *task;   /* held, until carried_cb() */
  GTaskThreadFunc work;
} Errand;

static void
carry_in_thread (GTask *carrier, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Errand *errand = data;
  GTask *task = errand->task;

  errand->work (task, g_task_get_source_object (task), g_task_get_task_data (task), g_task_get_cancellable (task));
  g_task_return_boolean (carrier, TRUE);
}

/* The thread has left the work behind. */
static void
carried_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Errand *errand = data;

  g_object_unref (errand->task);
  g_free (errand);
}

/**
 * pent_errand_run:
 * @task: made in this thread, not yet returned
 * @work: returns the result of @task, once, and does not touch @task afterwards
 *
 * As g_task_run_in_thread(), save that @task, its source object and its data end
 * in the thread that made @task, and that @work is called even where the task
 * was cancelled before it began.
 */
void
pent_errand_run (GTask *task, GTaskThreadFunc work)
{
  g_autoptr (GTask) carrier = NULL;
  Errand *errand = g_new (Errand, 1);

  *errand = (Errand) { .task = g_object_ref (task), .work = work };
  carrier = g_task_new (NULL, NULL, carried_cb, errand);
  g_task_set_task_data (carrier, errand, NULL);
  g_task_set_priority (carrier, g_task_get_priority (task));
  g_task_run_in_thread (carrier, carry_in_thread);
}
