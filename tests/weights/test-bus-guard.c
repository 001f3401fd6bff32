/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Faults in a guarded mapping give zeros, any others go where they went. */

#include "model-fixture.h"
#include "pent-bus-guard.h"
#include "pent-error.h"
#include "pent-mapping.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES 8

static sigjmp_buf other_fault;
static gboolean jump_back;
static const void *volatile fault_address;

/* Stands for a handler that was there before ours. */
static void
other_handler_cb (int number, siginfo_t *info, void *context)
{
  if (jump_back)
    {
      fault_address = info->si_addr;
      siglongjmp (other_fault, 1);
    }
  _exit (99);
}

static char *
write_pages (const char *folder, const char *name)
{
  char *path = fixture_path (folder, name);
  gsize size = PAGES * sysconf (_SC_PAGESIZE);
  g_autofree char *bytes = g_malloc (size);

  memset (bytes, 7, size);
  fixture_write_bytes (path, bytes, size);
  return path;
}

static guint
sum_of (PentMapping *mapping)
{
  const volatile guint8 *data = pent_mapping_get_data (mapping);
  guint sum = 0;

  for (gsize i = 0; i < pent_mapping_get_size (mapping); i++)
    sum += data[i];
  return sum;
}

static void
test_truncated (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = write_pages (folder, "a");
  g_autofree char *other_path = write_pages (folder, "b");
  g_autoptr (PentMapping) mapping = pent_mapping_open (path, NULL);
  g_autoptr (PentMapping) other = pent_mapping_open (other_path, NULL);
  g_autoptr (GError) error = NULL;
  guint whole = 7 * PAGES * sysconf (_SC_PAGESIZE);

  g_assert_cmpuint (sum_of (mapping), ==, whole);
  g_assert_true (pent_mapping_check (mapping, NULL));
  g_assert_cmpint (truncate (path, 10), ==, 0);
  g_assert_cmpuint (sum_of (mapping), <, whole);
  g_assert_false (pent_mapping_check (mapping, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "cut short"));
  g_assert_cmpuint (sum_of (other), ==, whole);
  g_assert_true (pent_mapping_check (other, NULL));
  fixture_remove_folder (folder);
}

/* Within the last page no signal is raised; the size tells. */
static void
test_truncated_within_page (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = write_pages (folder, "a");
  g_autoptr (PentMapping) mapping = pent_mapping_open (path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (truncate (path, PAGES * sysconf (_SC_PAGESIZE) - 1), ==, 0);
  g_assert_false (pent_mapping_check (mapping, &error));
  g_assert_nonnull (strstr (error->message, "cut short"));
  fixture_remove_folder (folder);
}

/* What was read as zeros is not forgotten when the file comes back. */
static void
test_restored (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = write_pages (folder, "a");
  g_autoptr (PentMapping) mapping = pent_mapping_open (path, NULL);
  gsize size = PAGES * sysconf (_SC_PAGESIZE);
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_assert_cmpuint (sum_of (mapping), ==, 0);
  g_assert_cmpint (truncate (path, size), ==, 0);
  g_assert_cmpint (utimensat (AT_FDCWD, path, (struct timespec[]) { info.st_atim, info.st_mtim }, 0), ==, 0);
  g_assert_false (pent_mapping_check (mapping, NULL));
  fixture_remove_folder (folder);
}

static void
test_changed (void)
{
  static const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
  char *folder = fixture_make_folder ();
  g_autofree char *path = write_pages (folder, "a");
  g_autoptr (PentMapping) mapping = pent_mapping_open (path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  g_assert_false (pent_mapping_check (mapping, &error));
  g_assert_nonnull (strstr (error->message, "was changed"));
  fixture_remove_folder (folder);
}

/* A replaced file leaves the map as it was: the old one lives on. */
static void
test_replaced (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = write_pages (folder, "a");
  g_autoptr (PentMapping) mapping = pent_mapping_open (path, NULL);

  fixture_write_text (folder, "a", "another");
  g_assert_cmpuint (sum_of (mapping), ==, 7 * PAGES * sysconf (_SC_PAGESIZE));
  g_assert_true (pent_mapping_check (mapping, NULL));
  fixture_remove_folder (folder);
}

static void
test_fault_elsewhere (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = write_pages (folder, "a");
  gsize size = PAGES * sysconf (_SC_PAGESIZE);
  int fd = open (path, O_RDONLY);
  volatile guint8 *map = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);

  g_assert_true (map != MAP_FAILED);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  jump_back = TRUE;
  if (sigsetjmp (other_fault, 1) == 0)
    {
      guint8 byte = map[size - 1];
      g_error ("read %d from a file that has no such byte", byte);
    }
  jump_back = FALSE;
  g_assert_true (fault_address == &map[size - 1]);
  munmap ((void *) map, size);
  close (fd);
  fixture_remove_folder (folder);
}

/* Where nobody handled the signal, a fault that is not ours ends the process. */
static void
test_default_action (void)
{
  if (g_test_subprocess ())
    {
      char *folder = fixture_make_folder ();
      g_autofree char *path = write_pages (folder, "a");
      g_autofree char *empty = write_pages (folder, "b");
      int fd = open (empty, O_RDONLY);
      volatile guint8 *map = mmap (NULL, 1, PROT_READ, MAP_SHARED, fd, 0);

      signal (SIGBUS, SIG_DFL);
      g_autoptr (PentMapping) mapping = pent_mapping_open (path, NULL);
      g_assert_nonnull (mapping);
      g_assert_cmpint (truncate (empty, 0), ==, 0);
      fixture_remove_folder (folder);
      exit (map[0]);
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

static gpointer
read_all (gpointer data)
{
  return GUINT_TO_POINTER (sum_of (data));
}

/* Several threads meet the hole at once. */
static void
test_threads (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = write_pages (folder, "a");
  g_autoptr (PentMapping) mapping = pent_mapping_open (path, NULL);
  GThread *threads[8];

  g_assert_cmpint (truncate (path, 0), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_all, mapping);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 0);
  g_assert_false (pent_mapping_check (mapping, NULL));
  fixture_remove_folder (folder);
}

/* Slots are given back, and run out with an error. */
static void
test_slots (void)
{
  static guint8 bytes[1024];
  GArray *slots = g_array_new (FALSE, FALSE, sizeof (int));
  int slot;

  while ((slot = pent_bus_guard_add (bytes, sizeof bytes)) >= 0)
    g_array_append_val (slots, slot);
  g_assert_cmpuint (slots->len, >=, 64);
  for (guint i = 0; i < slots->len; i++)
    pent_bus_guard_remove (g_array_index (slots, int, i));
  slot = pent_bus_guard_add (bytes, sizeof bytes);
  g_assert_cmpint (slot, >=, 0);
  g_assert_false (pent_bus_guard_damaged (slot));
  pent_bus_guard_remove (slot);
  g_array_unref (slots);
}

int
main (int argc, char **argv)
{
  struct sigaction action = { .sa_sigaction = other_handler_cb, .sa_flags = SA_SIGINFO | SA_NODEFER };

  sigaction (SIGBUS, &action, NULL);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bus-guard/truncated", test_truncated);
  g_test_add_func ("/bus-guard/truncated-within-page", test_truncated_within_page);
  g_test_add_func ("/bus-guard/restored", test_restored);
  g_test_add_func ("/bus-guard/changed", test_changed);
  g_test_add_func ("/bus-guard/replaced", test_replaced);
  g_test_add_func ("/bus-guard/fault-elsewhere", test_fault_elsewhere);
  g_test_add_func ("/bus-guard/default-action", test_default_action);
  g_test_add_func ("/bus-guard/threads", test_threads);
  g_test_add_func ("/bus-guard/slots", test_slots);
  return g_test_run ();
}
