/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-bell.h"

struct _PentBell
{
  GSource     *source;
  PentBellFunc func;
  gpointer     data;
  GMutex       lock;
  gint64       when;    /* monotonic, microseconds; G_MAXINT64: it was not rung */
};

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

/* Before the function looks at what there is to be told: what comes after rings
 * again. */
static gboolean
rung_cb (gpointer data)
{
  PentBell *self = data;
  g_mutex_lock (&self->lock);
  self->when = G_MAXINT64;
  g_source_set_ready_time (self->source, -1);
  g_mutex_unlock (&self->lock);
  self->func (self->data);
  return G_SOURCE_CONTINUE;
}

/**
 * pent_bell_new:
 * @func: called with @data in @context, until the bell is freed
 *
 * Returns: (transfer full): a bell, silent
 */
PentBell *
pent_bell_new (GMainContext *context, PentBellFunc func, gpointer data)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  PentBell *self = g_new0 (PentBell, 1);
  self->func = func;
  self->data = data;
  self->when = G_MAXINT64;
  g_mutex_init (&self->lock);
  self->source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "PentBell");
  /* A toolkit redraws above the idle priority and would starve it. */
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->source, rung_cb, self, NULL);
  g_source_attach (self->source, context);
  return self;
}

/**
 * pent_bell_ring:
 * @when: the earliest moment, monotonic, microseconds; 0: at once
 *
 * An earlier ring that is still to come counts more.
 */
void
pent_bell_ring (PentBell *self, gint64 when)
{
  g_mutex_lock (&self->lock);
  if (when < self->when)
    {
      self->when = when;
      g_source_set_ready_time (self->source, when);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * pent_bell_free:
 *
 * No thread may ring it any more.
 */
void
pent_bell_free (PentBell *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_mutex_clear (&self->lock);
  g_free (self);
}
