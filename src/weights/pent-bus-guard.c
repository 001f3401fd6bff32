/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-bus-guard.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

/* The kernel tells a process that a mapped page can no longer be read, because
 * the file was truncated or its disk failed, by SIGBUS. A signal's handler
 * belongs to the process, so the ranges it answers for have to be reachable
 * from file scope: this table is the one mutable file-scope state of the
 * folder. wl_shm guards its pools the same way.
 *
 * The handler reads the table without a lock. A slot is free while its start
 * is 0; start is written last when a slot is taken and first when it is given
 * back, so a start that reads the same before and after its end belongs to it. */

#define MAX_GUARDED 512

typedef struct
{
  _Atomic uintptr_t start;
  _Atomic uintptr_t end;
  atomic_bool       damaged;
} GuardedRange;

static GMutex ranges_lock; /* between writers */
static GuardedRange ranges[MAX_GUARDED];
static struct sigaction previous_action;

static gboolean
cover_with_zeros (uintptr_t address)
{
  for (int i = 0; i < MAX_GUARDED; i++)
    {
      uintptr_t start = atomic_load (&ranges[i].start);
      uintptr_t end = atomic_load (&ranges[i].end);

      if (start == 0 || address < start || address >= end)
        continue;
      if (atomic_load (&ranges[i].start) != start)
        continue;
      atomic_store (&ranges[i].damaged, TRUE);
      return mmap ((void *) start, end - start, PROT_READ,
                   MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    }
  return FALSE;
}

static void
bus_cb (int signal_number, siginfo_t *info, void *context)
{
  if (info->si_code == BUS_ADRERR && cover_with_zeros ((uintptr_t) info->si_addr))
    return;

  if (previous_action.sa_flags & SA_SIGINFO)
    previous_action.sa_sigaction (signal_number, info, context);
  else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN)
    previous_action.sa_handler (signal_number);
  else
    {
      /* Not ours: the faulting instruction runs again and ends the process,
       * as it would have without us. A signal that was sent is sent again. */
      sigaction (SIGBUS, &previous_action, NULL);
      if (info->si_code <= 0)
        raise (SIGBUS);
    }
}

static void
install_handler (void)
{
  static gsize installed;

  if (g_once_init_enter (&installed))
    {
      struct sigaction action = { .sa_sigaction = bus_cb, .sa_flags = SA_SIGINFO | SA_NODEFER };

      sigemptyset (&action.sa_mask);
      sigaction (SIGBUS, NULL, &previous_action);
      sigaction (SIGBUS, &action, NULL);
      g_once_init_leave (&installed, 1);
    }
}

/**
 * pent_bus_guard_add:
 * @start: first byte of a mapping, at a page
 * @size: its bytes, at least 1
 *
 * From now on a read of the mapping that the kernel answers with SIGBUS finds
 * zeros, over the whole mapping, and marks it as damaged. Faults elsewhere go
 * to the handler that was there before.
 *
 * Returns: a slot for the other calls, or -1 when all are taken
 */
int
pent_bus_guard_add (const void *start, gsize size)
{
  int slot = -1;

  g_return_val_if_fail (start != NULL && size > 0, -1);

  install_handler ();
  g_mutex_lock (&ranges_lock);
  for (int i = 0; i < MAX_GUARDED && slot < 0; i++)
    if (atomic_load (&ranges[i].start) == 0)
      slot = i;
  if (slot >= 0)
    {
      atomic_store (&ranges[slot].damaged, FALSE);
      atomic_store (&ranges[slot].end, (uintptr_t) start + size);
      atomic_store (&ranges[slot].start, (uintptr_t) start);
    }
  g_mutex_unlock (&ranges_lock);
  return slot;
}

/**
 * pent_bus_guard_remove:
 * @slot: from pent_bus_guard_add(); to be given back before the unmapping
 */
void
pent_bus_guard_remove (int slot)
{
  g_return_if_fail (slot >= 0 && slot < MAX_GUARDED);

  g_mutex_lock (&ranges_lock);
  atomic_store (&ranges[slot].start, 0);
  g_mutex_unlock (&ranges_lock);
}

/**
 * pent_bus_guard_damaged:
 *
 * Returns: whether any read of the mapping has found zeros in place of data
 */
gboolean
pent_bus_guard_damaged (int slot)
{
  g_return_val_if_fail (slot >= 0 && slot < MAX_GUARDED, FALSE);

  return atomic_load (&ranges[slot].damaged);
}
