/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ThreadSanitizer does not see into GLib, which is not built with it: what
 * GLib's locks and counts put in order is told here. Linked with --wrap. */
#include <gio/gio.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(type, name, ...) type __real_##name (__VA_ARGS__); type __wrap_##name (__VA_ARGS__)

REAL (void, g_mutex_lock, GMutex *mutex);
REAL (void, g_mutex_unlock, GMutex *mutex);
REAL (void, g_cond_wait, GCond *cond, GMutex *mutex);
REAL (gboolean, g_cond_wait_until, GCond *cond, GMutex *mutex, gint64 end);
REAL (void, g_async_queue_push, GAsyncQueue *queue, gpointer data);
REAL (gpointer, g_async_queue_pop, GAsyncQueue *queue);
REAL (gboolean, g_atomic_ref_count_dec, gatomicrefcount *count);
REAL (void, g_source_set_callback, GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify);

void
__wrap_g_mutex_lock (GMutex *mutex)
{
  __real_g_mutex_lock (mutex);
  __tsan_acquire (mutex);
}

void
__wrap_g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  __real_g_mutex_unlock (mutex);
}

void
__wrap_g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  __real_g_cond_wait (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
__wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  __tsan_release (mutex);
  gboolean signalled = __real_g_cond_wait_until (cond, mutex, end);
  __tsan_acquire (mutex);
  return signalled;
}

void
__wrap_g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  __tsan_release (queue);
  __real_g_async_queue_push (queue, data);
}

gpointer
__wrap_g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer data = __real_g_async_queue_pop (queue);
  __tsan_acquire (queue);
  return data;
}

gboolean
__wrap_g_atomic_ref_count_dec (gatomicrefcount *count)
{
  __tsan_release (count);
  gboolean last = __real_g_atomic_ref_count_dec (count);
  if (last)
    __tsan_acquire (count);
  return last;
}

/* A source that one thread makes and another one dispatches. */
typedef struct
{
  GSourceFunc    func;
  gpointer       data;
  GDestroyNotify notify;
} Callback;

static gboolean
callback_call (gpointer data)
{
  Callback *callback = data;
  __tsan_acquire (callback);
  return callback->func (callback->data);
}

static void
callback_free (gpointer data)
{
  Callback *callback = data;
  __tsan_acquire (callback);
  if (callback->notify != NULL)
    callback->notify (callback->data);
  g_free (callback);
}

void
__wrap_g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Callback *callback = g_new (Callback, 1);
  *callback = (Callback) { .func = func, .data = data, .notify = notify };
  __tsan_release (callback);
  __real_g_source_set_callback (source, callback_call, callback, callback_free);
}
