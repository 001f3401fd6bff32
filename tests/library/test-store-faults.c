/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every call to the system and every allocation that storing a picture makes
 * fails in turn: once, and from then on. One error each time, and the library
 * is as it was before. SQLite is told which functions to call; the linker puts
 * the functions below in the place of the C library's for our own code. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <sqlite3.h>

#include "library-store-fixture.h"
#include "pent-error.h"
#include "pent-hash.h"
#include "pent-library-private.h"
#include "pent-picture.h"

int      __real_open64        (const char *path, int flags, mode_t mode);
ssize_t  __real_write         (int fd, const void *data, size_t size);
int      __real_fsync         (int fd);
int      __real_linkat        (int from_fd, const char *from, int to_fd, const char *to, int flags);
int      __real_rename        (const char *from, const char *to);
int      __real_mkdir         (const char *path, mode_t mode);
gpointer __real_g_try_malloc  (gsize size);
gpointer __real_g_try_malloc0 (gsize size);
int      __wrap_open64        (const char *path, int flags, ...);
ssize_t  __wrap_write         (int fd, const void *data, size_t size);
int      __wrap_fsync         (int fd);
int      __wrap_linkat        (int from_fd, const char *from, int to_fd, const char *to, int flags);
int      __wrap_rename        (const char *from, const char *to);
int      __wrap_mkdir         (const char *path, mode_t mode);
gpointer __wrap_g_try_malloc  (gsize size);
gpointer __wrap_g_try_malloc0 (gsize size);

typedef enum
{
  CALLS,    /* to the system */
  MEMORY,   /* allocations */
} Kind;

/* What a test asks of the functions below, which have no other way to know. */
static struct
{
  gboolean active;
  Kind     kind;
  gboolean for_ever;
  int      countdown;   /* until one fails */
  int      number;      /* with this errno */
  gboolean failed;
} plan;

static gboolean
fails (Kind kind)
{
  if (!plan.active || kind != plan.kind)
    return FALSE;
  if (plan.countdown > 0)
    {
      plan.countdown--;
      return FALSE;
    }
  if (plan.failed && !plan.for_ever)
    return FALSE;
  plan.failed = TRUE;
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
  return fails (CALLS) ? -1 : __real_open64 (path, flags, mode);
}

ssize_t
__wrap_write (int fd, const void *data, size_t size)
{
  return fails (CALLS) ? -1 : __real_write (fd, data, size);
}

int
__wrap_fsync (int fd)
{
  return fails (CALLS) ? -1 : __real_fsync (fd);
}

int
__wrap_linkat (int from_fd, const char *from, int to_fd, const char *to, int flags)
{
  return fails (CALLS) ? -1 : __real_linkat (from_fd, from, to_fd, to, flags);
}

int
__wrap_rename (const char *from, const char *to)
{
  return fails (CALLS) ? -1 : __real_rename (from, to);
}

int
__wrap_mkdir (const char *path, mode_t mode)
{
  return fails (CALLS) ? -1 : __real_mkdir (path, mode);
}

gpointer
__wrap_g_try_malloc (gsize size)
{
  return fails (MEMORY) ? NULL : __real_g_try_malloc (size);
}

gpointer
__wrap_g_try_malloc0 (gsize size)
{
  return fails (MEMORY) ? NULL : __real_g_try_malloc0 (size);
}

/* --- SQLite's --- */

static ssize_t
sqlite_pwrite (int fd, const void *data, size_t size, off_t offset)
{
  return fails (CALLS) ? -1 : pwrite (fd, data, size, offset);
}

static ssize_t
sqlite_write (int fd, const void *data, size_t size)
{
  return fails (CALLS) ? -1 : __real_write (fd, data, size);
}

static int
sqlite_ftruncate (int fd, off_t size)
{
  return fails (CALLS) ? -1 : ftruncate (fd, size);
}

static int
sqlite_fallocate (int fd, off_t offset, off_t size)
{
  return fails (CALLS) ? plan.number : posix_fallocate (fd, offset, size);
}

static sqlite3_mem_methods real_memory;

static void *
sqlite_malloc (int size)
{
  return fails (MEMORY) ? NULL : real_memory.xMalloc (size);
}

static void *
sqlite_realloc (void *data, int size)
{
  return fails (MEMORY) ? NULL : real_memory.xRealloc (data, size);
}

static void
instrument_sqlite (void)
{
  sqlite3_mem_methods methods;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_GETMALLOC, &real_memory), ==, SQLITE_OK);
  methods = real_memory;
  methods.xMalloc = sqlite_malloc;
  methods.xRealloc = sqlite_realloc;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MALLOC, &methods), ==, SQLITE_OK);
  /* Else a failing allocation is served from what was put aside. */
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_LOOKASIDE, 0, 0), ==, SQLITE_OK);

  sqlite3_vfs *vfs = sqlite3_vfs_find ("unix");
  vfs->xSetSystemCall (vfs, "pwrite", (sqlite3_syscall_ptr) sqlite_pwrite);
  vfs->xSetSystemCall (vfs, "pwrite64", (sqlite3_syscall_ptr) sqlite_pwrite);
  vfs->xSetSystemCall (vfs, "write", (sqlite3_syscall_ptr) sqlite_write);
  vfs->xSetSystemCall (vfs, "ftruncate", (sqlite3_syscall_ptr) sqlite_ftruncate);
  vfs->xSetSystemCall (vfs, "fallocate", (sqlite3_syscall_ptr) sqlite_fallocate);
}

/* --- the tests --- */

typedef struct
{
  PentImage  *image;
  PentImage  *source;
  PentRecipe *recipe;
} Picture;

static void
picture_init (Picture *self, int number)
{
  self->image = make_picture (24 + number % 7, 16, 3, 8);
  self->source = make_picture (8 + number, 8, 3, 8);
  self->recipe = library_recipe ("a picture", number);
  self->recipe->source_hash = pent_image_hash (self->source);
}

static void
picture_clear (Picture *self)
{
  pent_image_unref (self->image);
  pent_image_unref (self->source);
  pent_recipe_free (self->recipe);
}

/* One more try, in which call number @n fails. */
static PentLibraryPicture *
try_to_store (PentLibrary *library, const Picture *picture, int n, GError **error)
{
  const PentLibraryEntry entry = {
    .image = picture->image, .recipe = picture->recipe, .source = picture->source, .model_path = "/models/one.safetensors",
  };
  plan.failed = FALSE;
  plan.countdown = n;
  plan.active = TRUE;
  PentLibraryPicture *stored = pent_library_store (library, &entry, error);
  plan.active = FALSE;
  return stored;
}

/* Every picture of the library is there and whole, and there are @n. */
static gboolean
check_whole (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (PentPictureFile) file = pent_picture_file_read (picture->file, &problem);
  g_assert_no_error (problem);
  g_autofree char *hash = pent_image_hash (file->image);
  g_assert_cmpstr (hash, ==, picture->hash);
  ++*(int *) data;
  return TRUE;
}

static void
assert_holds (PentLibrary *library, int n)
{
  const PentLibraryQuery all = { .limit = -1 };
  int found = 0;
  g_assert_true (pent_library_each (library, &all, check_whole, &found, NULL));
  g_assert_cmpint (found, ==, n);
}

static void
fail_each (Library *self, Kind kind, int number, gboolean for_ever)
{
  PentLibrary *library = library_open (self);
  int n_stored = 0;
  plan.kind = kind;
  plan.number = number;
  plan.for_ever = for_ever;
  for (int n = 0;; n++)
    {
      Picture picture;
      g_autoptr (GError) error = NULL;
      picture_init (&picture, n);
      g_autoptr (PentLibraryPicture) stored = try_to_store (library, &picture, n, &error);
      gboolean failed = plan.failed;
      picture_clear (&picture);

      /* A failure may be one that does not matter; it is one error or none. */
      g_assert_cmpint (stored == NULL, ==, error != NULL);
      g_assert_true (stored != NULL || failed);
      if (error != NULL)
        g_assert_cmpint (error->code, ==, kind == MEMORY ? PENT_ERROR_MEMORY : PENT_ERROR_FILE);
      n_stored += stored != NULL;
      assert_holds (library, n_stored);
      if (!failed)
        {
          g_assert_cmpint (n, >, kind == MEMORY ? 50 : 20);
          break;
        }
    }
  pent_library_close (library);
  library_assert_sound (self);

  /* The next program finds nothing half done, and nothing lost. */
  library = library_open (self);
  assert_holds (library, n_stored);
  g_assert_cmpint (library_ask (self, "SELECT count (*) FROM arriving"), ==, 0);
  pent_library_close (library);
}

static void
test_calls (Library *self, gconstpointer data)
{
  fail_each (self, CALLS, GPOINTER_TO_INT (data), FALSE);
}

static void
test_calls_for_ever (Library *self, gconstpointer data)
{
  fail_each (self, CALLS, GPOINTER_TO_INT (data), TRUE);
}

static void
test_memory (Library *self, gconstpointer data)
{
  fail_each (self, MEMORY, ENOMEM, data != NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  instrument_sqlite ();
#define ADD(path, number, test) \
  g_test_add ("/store-faults/" path, Library, GINT_TO_POINTER (number), library_set_up, test, library_tear_down)
  ADD ("full-disk", ENOSPC, test_calls);
  ADD ("full-disk-for-ever", ENOSPC, test_calls_for_ever);
  ADD ("broken-disk", EIO, test_calls);
  ADD ("broken-disk-for-ever", EIO, test_calls_for_ever);
  ADD ("memory", 0, test_memory);
  ADD ("memory-for-ever", 1, test_memory);
  return g_test_run ();
}
