/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-file-read.h"

#include "pent-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_open_error (GError **error, const char *path, int code)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (code == ENOENT || code == ENOTDIR)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s does not exist: check the path"), shown);
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s cannot be opened (%s): check its permissions"), shown, g_strerror (code));
}

static gboolean
check_regular (const char *path, const struct stat *info, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (S_ISREG (info->st_mode))
    return TRUE;
  if (S_ISDIR (info->st_mode))
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s is a folder where a file is needed: name the file in it"), shown);
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s is a pipe or a device, not a file: save its content to a file first"), shown);
  return FALSE;
}

/**
 * pent_open_regular_file:
 * @path: in the encoding of file names
 * @size: (out) (optional): bytes in the file
 *
 * Opens a file for reading and makes sure that it is one. Never waits for
 * another process, as opening a pipe does.
 *
 * Returns: a descriptor to be closed by the caller, or -1 with @error set
 */
int
pent_open_regular_file (const char *path, guint64 *size, GError **error)
{
  struct stat info;
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  if (fd < 0)
    {
      set_open_error (error, path, errno);
      return -1;
    }
  if (fstat (fd, &info) != 0)
    {
      set_open_error (error, path, errno);
      close (fd);
      return -1;
    }
  if (!check_regular (path, &info, error))
    {
      close (fd);
      return -1;
    }
  if (size != NULL)
    *size = info.st_size;
  return fd;
}

/**
 * pent_read_small_file:
 * @path: a regular file
 * @max_bytes: what it may hold
 * @length: (out): bytes read, at least 1
 *
 * Reads a text through its descriptor, not a map, so that it cannot change
 * between its check and its use.
 *
 * Returns: (transfer full): the bytes and a zero after them, or %NULL with
 *   %PENT_ERROR_FILE
 */
char *
pent_read_small_file (const char *path, gsize max_bytes, gsize *length, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *text = NULL;
  guint64 size = 0;
  gsize used = 0;
  int fd = pent_open_regular_file (path, &size, error);

  if (fd < 0)
    return NULL;
  if (size == 0 || size > max_bytes)
    {
      close (fd);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   size == 0 ? _("%s is empty: download it again")
                             : _("%s is larger than any such file should be: download it again"),
                   shown);
      return NULL;
    }
  text = g_malloc (size + 1);
  while (used < size)
    {
      ssize_t n = read (fd, text + used, size - used);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      used += n;
    }
  close (fd);
  if (used < size)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s cannot be read to its end: check the disk"), shown);
      return NULL;
    }
  text[used] = '\0';
  *length = used;
  return g_steal_pointer (&text);
}
