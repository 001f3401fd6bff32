/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays the seeds of fuzz-tokenizer.c, whole, cut short and with bytes
 * changed, so that what a fuzzer once found stays found. */
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
replay_cut (const char *text,
            gsize       length)
{
  for (gsize n = 0; n < length; n += 1 + length / 40)
    {
      /* An exact copy, so that a sanitizer sees a read past its end. */
      g_autofree guint8 *part = g_memdup2 (text, n);
      LLVMFuzzerTestOneInput (part, n);
    }
}

static void
replay_changed (const char *text,
                gsize       length)
{
  static const char bytes[] = "\"{}[],:\\(<=\n\xff" "0a";
  g_autoptr(GRand) rand = g_rand_new_with_seed (length);

  for (int i = 0; i < 40 && length > 0; i++)
    {
      g_autofree char *changed = g_memdup2 (text, length);

      changed[g_rand_int_range (rand, 0, length)] = bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)];
      LLVMFuzzerTestOneInput ((const guint8 *) changed, length);
    }
}

static void
test_corpus (void)
{
  g_autofree char *corpus = g_test_build_filename (G_TEST_DIST, "text", "corpus-tokenizer", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open (corpus, 0, &error);
  const char *name;
  int n = 0;

  g_assert_no_error (error);
  for (; (name = g_dir_read_name (dir)) != NULL; n++)
    {
      g_autofree char *path = g_build_filename (corpus, name, NULL);
      g_autofree char *text = NULL;
      gsize length;

      g_file_get_contents (path, &text, &length, &error);
      g_assert_no_error (error);
      g_test_message ("%s", name);
      LLVMFuzzerTestOneInput ((const guint8 *) text, length);
      replay_cut (text, length);
      replay_changed (text, length);
    }
  g_assert_cmpint (n, >=, 10);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/corpus", test_corpus);
  return g_test_run ();
}
