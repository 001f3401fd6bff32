/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>

/* When GLib runs out of room for its quarks it leaks their old table on purpose,
 * for others may be reading it. No name stands in that leak's trace by which it
 * could be suppressed, so the table is remembered here: of that size, it is the
 * first that is ever allocated. */
#ifdef __SANITIZE_ADDRESS__

#define N_QUARKS 2048

void __sanitizer_malloc_hook (const volatile void *memory, size_t size);

static const volatile void *table;

void
__sanitizer_malloc_hook (const volatile void *memory, size_t size)
{
  if (table == NULL && size == N_QUARKS * sizeof (char *))
    table = memory;
}

#endif
