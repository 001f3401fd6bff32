/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays the seeds of fuzz-picture.c, whole, cut short and with bytes changed,
 * so that what a fuzzer once found stays found. */
#include <glib.h>
#include <string.h>

#include "library-fixture.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* An exact copy each time, so that a sanitizer sees a read past its end. */
static void
replay (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  LLVMFuzzerTestOneInput (copy, size);
}

static void
replay_file (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GRand) rand = g_rand_new_with_seed (size);

  replay (data, size);
  for (gsize n = 0; n < size; n += 1 + size / 40)
    replay (data, n);
  for (int i = 0; i < 150; i++)
    {
      g_autofree guint8 *changed = g_memdup2 (data, size);
      for (int k = 0; k <= i % 4; k++)
        changed[g_rand_int_range (rand, 0, size)] = g_rand_int_range (rand, 0, 256);
      LLVMFuzzerTestOneInput (changed, size);
    }
}

static void
test_folder (gconstpointer folder)
{
  g_autoptr (GPtrArray) names = list_test_files (folder);
  g_assert_cmpint (names->len, >, 3);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GBytes) bytes = read_test_file (g_ptr_array_index (names, i));
      replay_file (bytes);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/picture-corpus/pictures", "pictures", test_folder);
  g_test_add_data_func ("/picture-corpus/texts", "corpus", test_folder);
  return g_test_run ();
}
