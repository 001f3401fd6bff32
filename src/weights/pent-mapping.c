/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-mapping.h"

#include "pent-bus-guard.h"
#include "pent-error.h"
#include "pent-file-read.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct _PentMapping
{
  gatomicrefcount ref_count;
  char           *path;
  int             fd;
  int             guard;
  guint8         *data;
  gsize           size;
  struct timespec modified;
};

static gboolean
map_descriptor (PentMapping *self, GError **error)
{
  g_autofree char *shown = g_filename_display_name (self->path);
  void *data = mmap (NULL, self->size, PROT_READ, MAP_SHARED, self->fd, 0);

  if (data == MAP_FAILED)
    {
      g_set_error (error, PENT_ERROR, errno == ENOMEM ? PENT_ERROR_MEMORY : PENT_ERROR_FILE,
                   _("%s cannot be mapped into memory (%s): copy it to a local disk"), shown,
                   g_strerror (errno));
      return FALSE;
    }
  self->data = data;
  self->guard = pent_bus_guard_add (data, self->size);
  if (self->guard < 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s cannot be opened beside so many other model files: close some first"),
                   shown);
      return FALSE;
    }
  return TRUE;
}

/**
 * pent_mapping_open:
 * @path: a regular file of at least one byte
 *
 * Returns: the mapped file; unref with pent_mapping_unref()
 */
PentMapping *
pent_mapping_open (const char *path, GError **error)
{
  guint64 size = 0;
  struct stat info;
  g_autoptr (PentMapping) self = NULL;
  int fd = pent_open_regular_file (path, &size, error);

  if (fd < 0)
    return NULL;

  self = g_new0 (PentMapping, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_strdup (path);
  self->fd = fd;
  self->guard = -1;
  self->size = size;
  if (fstat (fd, &info) == 0)
    self->modified = info.st_mtim;
  if (size == 0 || size > G_MAXSSIZE)
    {
      g_autofree char *shown = g_filename_display_name (path);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   size == 0 ? _("%s is empty: download or copy it again")
                             : _("%s is larger than this machine can address"),
                   shown);
      return NULL;
    }
  if (!map_descriptor (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

PentMapping *
pent_mapping_ref (PentMapping *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
pent_mapping_unref (PentMapping *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->guard >= 0)
    pent_bus_guard_remove (self->guard);
  if (self->data != NULL)
    munmap (self->data, self->size);
  close (self->fd);
  g_free (self->path);
  g_free (self);
}

const char *
pent_mapping_get_path (PentMapping *self)
{
  return self->path;
}

const guint8 *
pent_mapping_get_data (PentMapping *self)
{
  return self->data;
}

gsize
pent_mapping_get_size (PentMapping *self)
{
  return self->size;
}

/**
 * pent_mapping_check:
 *
 * Says whether what was read until now is what the file held when it was
 * opened. A file that shrinks within its last page raises no signal, so its
 * size is compared too, and a file written over is known by its time.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE if the file failed or was changed
 */
gboolean
pent_mapping_check (PentMapping *self, GError **error)
{
  g_autofree char *shown = g_filename_display_name (self->path);
  struct stat info;
  gboolean known = fstat (self->fd, &info) == 0;

  if (pent_bus_guard_damaged (self->guard) || !known || (guint64) info.st_size < self->size)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s was cut short or its disk failed while it was being read: "
                   "copy it again, then load it again"),
                   shown);
      return FALSE;
    }
  if ((guint64) info.st_size != self->size || info.st_mtim.tv_sec != self->modified.tv_sec
      || info.st_mtim.tv_nsec != self->modified.tv_nsec)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s was changed by another program while it was in use: load it again"), shown);
      return FALSE;
    }
  return TRUE;
}

/**
 * pent_mapping_release:
 * @offset: first byte no longer needed
 * @size: how many
 *
 * Lets go of the pages; reading them again is allowed and brings them back.
 */
void
pent_mapping_release (PentMapping *self, gsize offset, gsize size)
{
  gsize page = sysconf (_SC_PAGESIZE);
  gsize start = offset & ~(page - 1);

  if (offset >= self->size)
    return;
  size = MIN (size, self->size - offset);
  madvise (self->data + start, size + (offset - start), MADV_DONTNEED);
}
