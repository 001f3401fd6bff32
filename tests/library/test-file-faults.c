/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every call to the system that a save makes fails in turn, on a file system
 * that knows files without names and on one that does not. The linker puts the
 * functions below in the place of the C library's. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "library-fixture.h"
#include "pent-error.h"
#include "pent-file.h"

int     __real_open64 (const char *path, int flags, mode_t mode);
ssize_t __real_write  (int fd, const void *data, size_t size);
int     __real_fsync  (int fd);
int     __real_linkat (int from_fd, const char *from, int to_fd, const char *to, int flags);
int     __real_rename (const char *from, const char *to);
int     __wrap_open64 (const char *path, int flags, ...);
ssize_t __wrap_write  (int fd, const void *data, size_t size);
int     __wrap_fsync  (int fd);
int     __wrap_linkat (int from_fd, const char *from, int to_fd, const char *to, int flags);
int     __wrap_rename (const char *from, const char *to);

/* What a test asks of the functions below, which have no other way to know. */
static struct
{
  gboolean active;
  gboolean nameless;   /* the file system knows files without names */
  int      countdown;  /* calls until one fails; negative: none does */
  int      number;     /* with this errno */
  int      n_interrupted;
  GString *calls;      /* S for a sync, P for a name given: "SPS" is right */
} plan;

static gboolean
fails (void)
{
  if (!plan.active || plan.countdown < 0 || plan.countdown-- > 0)
    return FALSE;
  errno = plan.number;
  return TRUE;
}

int
__wrap_open64 (const char *path, int flags, ...)
{
  va_list args;
  va_start (args, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg (args, mode_t) : 0;
  va_end (args);
  if (plan.active && (flags & O_TMPFILE) == O_TMPFILE && !plan.nameless)
    {
      errno = EOPNOTSUPP;
      return -1;
    }
  return fails () ? -1 : __real_open64 (path, flags, mode);
}

/* Writes a little at a time, as a full pipe or a signal would make it, and is
 * interrupted now and then. */
ssize_t
__wrap_write (int fd, const void *data, size_t size)
{
  if (!plan.active)
    return __real_write (fd, data, size);
  if (fails ())
    return -1;
  if (plan.n_interrupted++ % 3 == 1)
    {
      errno = EINTR;
      return -1;
    }
  return __real_write (fd, data, MIN (size, 400));
}

int
__wrap_fsync (int fd)
{
  g_string_append_c (plan.calls, 'S');
  return fails () ? -1 : __real_fsync (fd);
}

int
__wrap_linkat (int from_fd, const char *from, int to_fd, const char *to, int flags)
{
  g_string_append_c (plan.calls, 'P');
  return fails () ? -1 : __real_linkat (from_fd, from, to_fd, to, flags);
}

int
__wrap_rename (const char *from, const char *to)
{
  g_string_append_c (plan.calls, 'P');
  return fails () ? -1 : __real_rename (from, to);
}

/* Whether the file was written; @error where it was not. */
static gboolean
save (const char *path, const char *text, int countdown, int number, GError **error)
{
  g_autoptr (GBytes) contents = g_bytes_new (text, strlen (text));
  plan.active = TRUE;
  plan.countdown = countdown;
  plan.number = number;
  g_string_truncate (plan.calls, 0);
  gboolean written = pent_file_write (path, contents, TRUE, error);
  plan.active = FALSE;
  return written;
}

/* Fails each call in turn until a save comes through untouched. */
static void
save_with_faults (const Folder *folder, const char *old, int number)
{
  g_autofree char *path = folder_file (folder, "file");
  g_autofree char *text = g_strnfill (1500, 'n');

  for (int n = 0;; n++)
    {
      g_autoptr (GError) error = NULL;
      if (old != NULL)
        g_assert_true (g_file_set_contents (path, old, -1, NULL));
      else
        unlink (path);
      gboolean written = save (path, text, n, number, &error);
      g_autofree char *read = NULL;
      g_file_get_contents (path, &read, NULL, NULL);

      /* Only when the folder cannot be synced is the file there already. */
      g_assert_true (g_strcmp0 (read, text) == 0 || (!written && g_strcmp0 (read, old) == 0));
      g_assert_cmpint (folder_count (folder), ==, read != NULL);
      if (plan.countdown >= 0)
        {
          /* The contents are on disk before the name is, and the name before we say so. */
          g_assert_true (written);
          g_assert_true (g_str_has_prefix (plan.calls->str, "SP"));
          g_assert_true (g_str_has_suffix (plan.calls->str, "PS"));
          g_assert_cmpint (n, >, 6);
          return;
        }
      if (written)
        continue;
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
      g_assert_nonnull (strstr (error->message, g_strerror (number)));
    }
}

static void
test_faults (Folder *folder, gconstpointer data)
{
  plan.calls = g_string_new (NULL);
  for (int nameless = 0; nameless <= 1; nameless++)
    {
      plan.nameless = nameless;
      save_with_faults (folder, NULL, ENOSPC);
      save_with_faults (folder, "old", ENOSPC);
      save_with_faults (folder, "old", EIO);
      save_with_faults (folder, NULL, EDQUOT);
    }
  g_string_free (plan.calls, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/file-faults/each-call", Folder, NULL, folder_set_up, test_faults, folder_tear_down);
  return g_test_run ();
}
