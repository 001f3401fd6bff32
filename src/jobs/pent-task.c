/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-task.h"

void
pent_news_clear (PentNews *self)
{
  g_clear_pointer (&self->preview, pent_image_unref);
  g_clear_pointer (&self->canvas, pent_image_unref);
  g_clear_pointer (&self->painted, g_ptr_array_unref);
  g_clear_pointer (&self->error, g_free);
  *self = (PentNews) { 0 };
}

PentTask *
pent_task_new (gint64 id, PentLane lane, PentRequest *request, int n_done)
{
  PentTask *self = g_new0 (PentTask, 1);
  g_atomic_ref_count_init (&self->refs);
  self->id = id;
  self->lane = lane;
  self->request = pent_request_ref (request);
  self->cancellable = g_cancellable_new ();
  self->n_done = n_done;
  return self;
}

PentTask *
pent_task_ref (PentTask *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_task_unref (PentTask *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  pent_request_unref (self->request);
  g_object_unref (self->cancellable);
  pent_news_clear (&self->news);
  g_free (self);
}
