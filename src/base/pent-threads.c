/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-threads.h"

#include <unistd.h>

/* Turns of a waiting loop, some tens of microseconds: longer than it takes the
 * other threads to finish when they have a core each. */
#define SPIN_COUNT "1000"

/**
 * pent_threads_prepare:
 * @argv: of main()
 *
 * To be called first thing in main(). Threads of the OpenMP library that wait
 * for each other spin for about 20 milliseconds before they sleep. Where other
 * programs want the cores too, a thread spins in vain while the one it waits
 * for is not running, and a run takes ten times as long. The library reads how
 * long to spin from the environment, once, when it is loaded: so the program
 * sets it and starts itself anew, unless the user has set it already.
 */
void
pent_threads_prepare (char **argv)
{
  if (g_getenv ("GOMP_SPINCOUNT") != NULL || g_getenv ("OMP_WAIT_POLICY") != NULL)
    return;

  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_setenv ("GOMP_SPINCOUNT", SPIN_COUNT, TRUE);
  if (program != NULL)
    execv (program, argv);
  /* Without /proc it runs as it is, only less well beside others. */
}
