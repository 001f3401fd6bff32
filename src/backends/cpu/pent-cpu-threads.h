/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#ifdef _OPENMP
# include <omp.h>
#endif

/* How many threads a parallel region gets that is not told otherwise. */
static inline int
pent_cpu_max_threads (void)
{
#ifdef _OPENMP
  return omp_get_max_threads ();
#else
  return 1;
#endif
}

/* The number of the thread that asks, from 0, in its region. */
static inline int
pent_cpu_this_thread (void)
{
#ifdef _OPENMP
  return omp_get_thread_num ();
#else
  return 0;
#endif
}

/* Threads' pieces of memory share no cache line. */
static inline gsize
pent_cpu_round_to_line (gsize size)
{
  return (size + 63) & ~(gsize) 63;
}

/* What part @i of @n_parts of @n things begins with: parts of one size, or one
 * less. */
static inline gsize
pent_cpu_part_start (gsize n, gsize i, gsize n_parts)
{
  return n * i / n_parts;
}
