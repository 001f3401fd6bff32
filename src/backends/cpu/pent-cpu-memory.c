/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-memory.h"

#include "pent-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/mman.h>

/**
 * pent_cpu_memory_new:
 * @size: bytes, at least 1
 * @purpose: what it is for, in the message: "the picture", "the weights"
 *
 * Asks the system for zeroed memory aligned to a page, in huge pages where it
 * likes: weights and activations are read from end to end, and small pages
 * cost a tenth of the time in address translation.
 *
 * Returns: memory for pent_cpu_memory_free(), or %NULL with %PENT_ERROR_MEMORY
 */
gpointer
pent_cpu_memory_new (gsize size, const char *purpose, GError **error)
{
  gpointer memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    {
      g_autofree char *amount = g_format_size_full (size, G_FORMAT_SIZE_IEC_UNITS);
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   _("%s needs %s of memory, which the system does not give; "
                   "close other programs or ask for a smaller picture"), purpose, amount);
      return NULL;
    }
#ifdef MADV_HUGEPAGE
  madvise (memory, size, MADV_HUGEPAGE);
#endif
  return memory;
}

/**
 * pent_cpu_memory_free:
 * @memory: (nullable): from pent_cpu_memory_new()
 * @size: as it was asked for
 */
void
pent_cpu_memory_free (gpointer memory, gsize size)
{
  if (memory != NULL)
    munmap (memory, size);
}

/* The number that follows @key at the start of a line, or @fallback. */
static guint64
find_number (const char *text, const char *key, guint64 fallback)
{
  gsize length = strlen (key);

  for (const char *line = text; line != NULL; line = strchr (line, '\n'))
    {
      if (*line == '\n')
        line++;
      if (strncmp (line, key, length) == 0)
        return g_ascii_strtoull (line + length, NULL, 10);
    }
  return fallback;
}

static guint64
read_number (const char *folder, const char *name, const char *key, guint64 fallback)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) || strncmp (text, "max", 3) == 0)
    return fallback;
  return find_number (text, key, fallback);
}

/* What control group @folder leaves: its limit less what it holds, where the
 * cache of files counts as free since it is given up on demand. */
static guint64
group_free (const char *folder)
{
  guint64 limit = read_number (folder, "memory.max", "", G_MAXUINT64);
  if (limit == G_MAXUINT64)
    return limit;

  guint64 used = read_number (folder, "memory.current", "", 0);
  guint64 cache = read_number (folder, "memory.stat", "file ", 0);
  used -= MIN (used, cache);
  return limit - MIN (limit, used);
}

/* The least that is left in the process's control group (version 2) and those
 * above it. */
static guint64
groups_free (void)
{
  g_autofree char *text = NULL;
  guint64 least = G_MAXUINT64;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return least;
  const char *start = strstr (text, "0::/");
  if (start == NULL)
    return least;

  g_autofree char *group = g_strndup (start + 3, strcspn (start + 3, "\n"));
  for (;;)
    {
      g_autofree char *folder = g_build_filename ("/sys/fs/cgroup", group, NULL);
      least = MIN (least, group_free (folder));
      char *slash = strrchr (group, '/');
      if (slash == NULL)
        return least;
      *slash = '\0';
    }
}

/**
 * pent_cpu_memory_get_free:
 *
 * Returns: bytes that may be taken without swapping, as far as the system and
 *   the control groups tell; %G_MAXSIZE where they do not
 */
gsize
pent_cpu_memory_get_free (void)
{
  g_autofree char *text = NULL;
  guint64 available = G_MAXUINT64;

  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    {
      guint64 kibibytes = find_number (text, "MemAvailable:", G_MAXUINT64 / 1024);
      available = kibibytes < G_MAXUINT64 / 1024 ? kibibytes * 1024 : G_MAXUINT64;
    }
  return MIN (MIN (available, groups_free ()), G_MAXSIZE);
}
