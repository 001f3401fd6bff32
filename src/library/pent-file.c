/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pent-error.h"

static void
set_errno_error (GError **error, const char *path, const char *what, int number)
{
  g_autofree char *name = g_filename_display_name (path);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s: %s: %s.", name, what, g_strerror (number));
}

/* Opens without waiting, so that a FIFO nobody writes to cannot stall us. */
static int
open_regular (const char *path, gsize max_size, gsize *size, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  struct stat st;
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &st) < 0)
    {
      int number = errno;
      if (fd >= 0)
        close (fd);
      set_errno_error (error, path, "cannot be opened", number);
      return -1;
    }

  if (S_ISDIR (st.st_mode))
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s is a folder: name a file."), name);
  else if (!S_ISREG (st.st_mode))
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s is not a regular file: name one that is."), name);
  else if (st.st_size == 0)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s is empty: name another file."), name);
  else if ((guint64) st.st_size > max_size)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s has %.0f MiB, more than the %.0f MiB that are read: name a smaller file."), name,
                 (double) ((guint64) st.st_size >> 20), (double) (max_size >> 20));
  else
    {
      *size = st.st_size;
      return fd;
    }
  close (fd);
  return -1;
}

/* Bytes read, fewer than @size at the end of the file; -1 with errno. */
static gssize
read_all (int fd, guint8 *data, gsize size)
{
  gsize done = 0;
  while (done < size)
    {
      gssize n = read (fd, data + done, size - done);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += n;
    }
  return done;
}

/**
 * pent_file_read:
 * @path: a file's name
 * @max_size: bytes; a larger file is refused
 *
 * Reads a whole regular file. Folders, pipes, devices and empty files are
 * refused with a sentence that names @path.
 *
 * Returns: (transfer full): the contents, at least a byte; %NULL with
 *   %PENT_ERROR_FILE, or %PENT_ERROR_MEMORY
 */
GBytes *
pent_file_read (const char *path, gsize max_size, GError **error)
{
  gsize size;
  int fd = open_regular (path, max_size, &size, error);
  if (fd < 0)
    return NULL;

  g_autofree guint8 *data = g_try_malloc (size);
  if (data == NULL)
    {
      close (fd);
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, _("%s does not fit in memory: close other programs."), path);
      return NULL;
    }

  gssize n = read_all (fd, data, size);
  int number = errno;
  close (fd);
  if (n < 0)
    {
      set_errno_error (error, path, "cannot be read", number);
      return NULL;
    }
  if (n == 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s became empty while it was read: try again."), path);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&data), n);
}

/* A file being written: @temporary is %NULL while it has no name at all, which
 * is how it cannot survive the program. */
typedef struct
{
  int   fd;
  char *folder;
  char *target;
  char *temporary;
} Draft;

static void
draft_clear (Draft *draft)
{
  if (draft->temporary != NULL)
    unlink (draft->temporary);
  if (draft->fd >= 0)
    close (draft->fd);
  g_free (draft->folder);
  g_free (draft->target);
  g_free (draft->temporary);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

static char *
temporary_name (const char *folder)
{
  g_autofree char *name = g_strdup_printf (".pentimento-%08x%08x.tmp", g_random_int (), g_random_int ());
  return g_build_filename (folder, name, NULL);
}

/* Where @path leads: a link's target is replaced, not the link. */
static char *
final_target (const char *path)
{
  char *real = realpath (path, NULL);
  if (real == NULL)
    return g_strdup (path);
  char *copy = g_strdup (real);
  free (real);
  return copy;
}

/* Checks what can be known before a byte is written. */
static gboolean
draft_locate (Draft *draft, const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  struct stat st;

  draft->fd = -1;
  draft->target = final_target (path);
  draft->folder = g_path_get_dirname (draft->target);
  if (stat (draft->folder, &st) < 0)
    {
      int number = errno;
      g_autofree char *folder = g_filename_display_name (draft->folder);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s cannot be written: the folder %s: %s; %s."),
                   name, folder, g_strerror (number), number == ENOENT ? "make it first" : "name another");
      return FALSE;
    }
  if (!S_ISDIR (st.st_mode))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s cannot be written: %s is not a folder."), name,
                   draft->folder);
      return FALSE;
    }
  if (lstat (draft->target, &st) == 0)
    {
      if (S_ISREG (st.st_mode))
        return TRUE;
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s is %s: choose another name for the file to write."), name,
                   S_ISDIR (st.st_mode) ? "a folder" : "not a regular file");
      return FALSE;
    }
  if (errno == ENOENT)
    return TRUE;
  set_errno_error (error, path, "cannot be written", errno);
  return FALSE;
}

/* A file without a name where the file system can, else with a temporary one. */
static gboolean
draft_open (Draft *draft)
{
  draft->fd = open (draft->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (draft->fd >= 0)
    return TRUE;
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL)
    return FALSE;

  g_autofree char *temporary = temporary_name (draft->folder);
  draft->fd = open (temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (draft->fd < 0)
    return FALSE;
  draft->temporary = g_steal_pointer (&temporary);
  return TRUE;
}

static gboolean
draft_fill (Draft *draft, GBytes *contents)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (contents, &size);
  for (gsize done = 0; done < size;)
    {
      gssize n = write (draft->fd, data + done, size - done);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      done += n;
    }
  return TRUE;
}

static gboolean
draft_link (Draft *draft, const char *name)
{
  g_autofree char *self = g_strdup_printf ("/proc/self/fd/%d", draft->fd);
  return linkat (AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

/* A new name needs one step. An existing file can only be replaced by
 * renaming, so for that one moment the draft has a temporary name. */
static gboolean
draft_publish (Draft *draft)
{
  struct stat st;
  if (lstat (draft->target, &st) == 0)
    fchmod (draft->fd, st.st_mode & 0777);
  else if (draft->temporary == NULL && draft_link (draft, draft->target))
    return TRUE;
  else if (draft->temporary == NULL && errno != EEXIST)
    return FALSE;

  if (draft->temporary == NULL)
    {
      g_autofree char *temporary = temporary_name (draft->folder);
      if (!draft_link (draft, temporary))
        return FALSE;
      draft->temporary = g_steal_pointer (&temporary);
    }
  if (rename (draft->temporary, draft->target) < 0)
    return FALSE;
  g_clear_pointer (&draft->temporary, g_free);
  return TRUE;
}

static gboolean
sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  /* Some network file systems cannot sync a folder and need not. */
  gboolean ok = fsync (fd) == 0 || errno == EINVAL || errno == ENOTSUP;
  close (fd);
  return ok;
}

/**
 * pent_file_write:
 * @path: a file's name in a folder that exists; a file of that name is replaced
 * @contents: what it is to hold
 * @durable: whether the file must survive a power cut once this returns
 *
 * The file appears whole or not at all: it is written without a name (or, on
 * file systems that cannot, under a hidden temporary one), synced, and then
 * given its name, and with @durable the folder is synced as well. A failure
 * leaves what was there before.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE and a sentence that names @path
 */
gboolean
pent_file_write (const char *path, GBytes *contents, gboolean durable, GError **error)
{
  g_auto (Draft) draft = { .fd = -1 };

  if (!draft_locate (&draft, path, error))
    return FALSE;
  if (!draft_open (&draft) || !draft_fill (&draft, contents) ||
      (durable && fsync (draft.fd) < 0) || !draft_publish (&draft) ||
      (durable && !sync_folder (draft.folder)))
    {
      set_errno_error (error, path, "cannot be written", errno);
      return FALSE;
    }
  return TRUE;
}

/**
 * pent_file_check_writable:
 * @path: a file that is to be written later
 * @try_it: whether to try a write, without leaving anything; else permissions
 *   are asked, which can be too hopeful
 *
 * Says before hours of work whether the result will have a place.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE and a sentence that names @path
 */
gboolean
pent_file_check_writable (const char *path, gboolean try_it, GError **error)
{
  g_auto (Draft) draft = { .fd = -1 };

  if (!draft_locate (&draft, path, error))
    return FALSE;
  if (try_it ? draft_open (&draft) : access (draft.folder, W_OK) == 0)
    return TRUE;
  set_errno_error (error, path, "cannot be written", errno);
  return FALSE;
}

/**
 * pent_folder_sync:
 *
 * Makes the names in a folder durable: those that were added, and those that
 * were taken away.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE
 */
gboolean
pent_folder_sync (const char *folder, GError **error)
{
  if (sync_folder (folder))
    return TRUE;
  set_errno_error (error, folder, "cannot be synced", errno);
  return FALSE;
}

/**
 * pent_folder_make:
 * @folder: an absolute name
 *
 * Makes a folder, and those above it, so that they survive a power cut.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE and a sentence that names @folder
 */
gboolean
pent_folder_make (const char *folder, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (!g_str_equal (parent, folder) && !pent_folder_make (parent, error))
    return FALSE;
  if (mkdir (folder, 0777) < 0 && errno != EEXIST)
    {
      set_errno_error (error, folder, "cannot be made", errno);
      return FALSE;
    }
  return pent_folder_sync (parent, error);
}
