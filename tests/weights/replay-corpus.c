/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Replays the seeds of a fuzz target, whole, cut short and with bytes changed,
 * so that what a fuzzer once found stays found. The first argument is the
 * corpus' folder. */

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static const char *corpus;

/* An exact copy, so that a sanitizer sees a read past its end. */
static void
replay (const char *text, gsize length)
{
  g_autofree guint8 *copy = g_memdup2 (text, length);

  LLVMFuzzerTestOneInput (copy, length);
}

static void
replay_changed (const char *text, gsize length)
{
  static const char bytes[] = "\"{}[],:\\-0a9.e\xff";
  g_autoptr (GRand) rand = g_rand_new_with_seed (length);

  for (int i = 0; i < 40 && length > 0; i++)
    {
      g_autofree char *changed = g_memdup2 (text, length);

      changed[g_rand_int_range (rand, 0, length)] = bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)];
      replay (changed, length);
    }
}

static void
test_corpus (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "weights", corpus, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  int n = 0;

  g_assert_nonnull (dir);
  for (; (name = g_dir_read_name (dir)) != NULL; n++)
    {
      g_autofree char *seed = g_build_filename (path, name, NULL);
      g_autofree char *text = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (seed, &text, &length, NULL));
      g_test_message ("%s", name);
      for (gsize cut = 0; cut < length; cut += 1 + length / 40)
        replay (text, cut);
      replay (text, length);
      replay_changed (text, length);
    }
  g_assert_cmpint (n, >=, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_assert_cmpint (argc, ==, 2);
  corpus = argv[1];
  g_test_add_func ("/corpus", test_corpus);
  return g_test_run ();
}
