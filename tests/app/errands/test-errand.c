/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-errand.h"

#include <sched.h>

/* Work in another thread, and where what it holds ends. */

#define N_TASKS 200

/* What must end in the main thread, as a widget must. */
typedef struct
{
  GThread *home;
  int      n_alive;
  int      n_away;    /* atomic: that ended elsewhere */
  int      sum;
} Ends;

static void
ended_cb (gpointer data, GObject *where_the_object_was)
{
  Ends *ends = data;

  if (g_thread_self () != ends->home)
    g_atomic_int_inc (&ends->n_away);
  g_atomic_int_add (&ends->n_alive, -1);
  g_main_context_wakeup (NULL);
}

static GObject *
make_object (Ends *ends)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_atomic_int_inc (&ends->n_alive);
  g_object_weak_ref (object, ended_cb, ends);
  return object;
}

/* Threads share one processor, and this one yields it as soon as it wakes the
 * main thread: that is done with the task before this one is. */
static void
double_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const struct sched_param param = { 0 };

  sched_setscheduler (0, SCHED_IDLE, &param);
  g_assert_true (G_IS_OBJECT (source));
  g_task_return_int (task, 2 * GPOINTER_TO_INT (g_object_get_data (data, "number")));
}

static void
doubled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Ends *ends = data;

  g_assert_true (g_thread_self () == ends->home);
  ends->sum += g_task_propagate_int (G_TASK (result), NULL);
}

/* The task alone keeps its source and its data. */
static void
test_home (void)
{
  Ends ends = { .home = g_thread_self () };

  for (int i = 0; i < N_TASKS; i++)
    {
      g_autoptr (GObject) source = make_object (&ends);
      GObject *data = make_object (&ends);
      g_autoptr (GTask) task = g_task_new (source, NULL, doubled_cb, &ends);
      g_object_set_data (data, "number", GINT_TO_POINTER (1));
      g_task_set_task_data (task, data, g_object_unref);
      pent_errand_run (task, double_in_thread);
      g_clear_object (&source);
      g_clear_object (&task);
      while (g_atomic_int_get (&ends.n_alive) > 0)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpint (ends.sum, ==, 2 * N_TASKS);
  g_assert_cmpint (ends.n_away, ==, 0);
}

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_task_propagate_int (G_TASK (result), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *(gboolean *) data = TRUE;
}

/* A result that nobody wants any more is not delivered. */
static void
test_cancelled (void)
{
  Ends ends = { .home = g_thread_self () };
  gboolean done = FALSE;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GObject) source = make_object (&ends);
  g_autoptr (GTask) task = g_task_new (source, cancellable, cancelled_cb, &done);

  g_task_set_task_data (task, make_object (&ends), g_object_unref);
  g_cancellable_cancel (cancellable);
  pent_errand_run (task, double_in_thread);
  g_clear_object (&source);
  g_clear_object (&task);
  while (g_atomic_int_get (&ends.n_alive) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (done);
  g_assert_cmpint (ends.n_away, ==, 0);
}

int
main (int argc, char **argv)
{
  cpu_set_t one;

  CPU_ZERO (&one);
  CPU_SET (sched_getcpu (), &one);
  sched_setaffinity (0, sizeof one, &one);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/errand/home", test_home);
  g_test_add_func ("/errand/cancelled", test_cancelled);
  return g_test_run ();
}
