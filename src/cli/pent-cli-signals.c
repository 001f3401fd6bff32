/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "pent-cli-message.h"

#define STATUS_CANCELLED 130

/* Cancelling is answered within a second: a little is left for leaving. */
#define PATIENCE_NANOSECONDS 850000000
#define HOLD_MICROSECONDS    (G_USEC_PER_SEC / 2)

struct _PentCliSignals
{
  GCancellable *cancellable;
  sigset_t      signals;
  GMutex        lock;
  GCond         released;
  int           holds;   /* guarded by lock */
};

/* Ends the program where it stands, but not between the steps of publishing a
 * file, which would leave its temporary name behind. */
static void
leave (PentCliSignals *self)
{
  static const char sentence[] = "\n" PENT_CLI_NAME ": Cancelled.\n";
  gint64 end = g_get_monotonic_time () + HOLD_MICROSECONDS;
  g_mutex_lock (&self->lock);
  while (self->holds > 0)
    if (!g_cond_wait_until (&self->released, &self->lock, end))
      break;
  if (write (STDERR_FILENO, sentence, sizeof sentence - 1) < 0)
    g_debug ("nobody hears that the run was cancelled");
  _exit (STATUS_CANCELLED);
}

static gpointer
watch_cb (gpointer data)
{
  PentCliSignals *self = data;
  const struct timespec patience = { .tv_nsec = PATIENCE_NANOSECONDS };
  int number;

  while (sigwait (&self->signals, &number) != 0)
    ;
  g_cancellable_cancel (self->cancellable);
  while (sigtimedwait (&self->signals, NULL, &patience) < 0 && errno == EINTR)
    ;
  leave (self);
  return NULL;
}

/**
 * pent_cli_signals_start:
 * @cancellable: what the first signal cancels
 *
 * Must be called before other threads exist, since they inherit which signals
 * are blocked. A SIGHUP that the program was started to ignore stays ignored,
 * as nohup wants it. Writing to a closed pipe becomes an error in place of a
 * death.
 *
 * Returns: (transfer none): lives as long as the program
 */
PentCliSignals *
pent_cli_signals_start (GCancellable *cancellable)
{
  PentCliSignals *self = g_new0 (PentCliSignals, 1);
  struct sigaction hangup;

  self->cancellable = g_object_ref (cancellable);
  g_mutex_init (&self->lock);
  g_cond_init (&self->released);
  sigemptyset (&self->signals);
  sigaddset (&self->signals, SIGINT);
  sigaddset (&self->signals, SIGTERM);
  if (sigaction (SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
    sigaddset (&self->signals, SIGHUP);
  pthread_sigmask (SIG_BLOCK, &self->signals, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_thread_unref (g_thread_new ("signals", watch_cb, self));
  return self;
}

/**
 * pent_cli_signals_hold:
 *
 * A file is about to be written: until pent_cli_signals_release(), the program
 * is not ended by force.
 */
void
pent_cli_signals_hold (PentCliSignals *self)
{
  g_mutex_lock (&self->lock);
  self->holds++;
  g_mutex_unlock (&self->lock);
}

void
pent_cli_signals_release (PentCliSignals *self)
{
  g_mutex_lock (&self->lock);
  self->holds--;
  g_cond_signal (&self->released);
  g_mutex_unlock (&self->lock);
}
