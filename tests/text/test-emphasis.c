/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "pent-emphasis.h"

static void
fill (float *hidden,
      int    n)
{
  for (int i = 0; i < n; i++)
    hidden[i] = 0.3f + ((i * 37) % 101 - 50) / 25.0f;
}

static double
mean (const float *values,
      int          n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

/* Every element is the old one by its token's weight and by one factor for
 * all, which brings the mean back. */
static void
test_against_formula (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 7 }, { 3, 5 }, { 77, 64 }, { 77, 768 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      int n_tokens = sizes[s][0], width = sizes[s][1], n = n_tokens * width;
      g_autofree float *before = g_new (float, n);
      g_autofree float *hidden = g_new (float, n + 1);
      g_autofree float *weights = g_new (float, n_tokens);
      double weighted = 0, factor;

      fill (before, n);
      memcpy (hidden, before, n * sizeof (float));
      hidden[n] = 12345;
      for (int t = 0; t < n_tokens; t++)
        weights[t] = 1.3f + (t % 5) * 0.2f;
      pent_emphasis_apply (hidden, weights, n_tokens, width);

      for (int i = 0; i < n; i++)
        weighted += (double) before[i] * weights[i / width] / n;
      factor = mean (before, n) / weighted;
      for (int i = 0; i < n; i++)
        {
          double wanted = before[i] * weights[i / width] * factor;
          g_assert_cmpfloat_with_epsilon (hidden[i], wanted, 1e-5 * (1 + ABS (wanted)));
        }
      g_assert_cmpfloat_with_epsilon (mean (hidden, n), mean (before, n), 1e-5);
      g_assert_cmpfloat (hidden[n], ==, 12345);
    }
}

static void
test_plain_is_untouched (void)
{
  float before[6 * 3], hidden[6 * 3];
  const float weights[6] = { 1, 1, 1, 1, 1, 1 };

  fill (before, G_N_ELEMENTS (before));
  memcpy (hidden, before, sizeof before);
  pent_emphasis_apply (hidden, weights, 6, 3);
  g_assert_cmpmem (hidden, sizeof hidden, before, sizeof before);
}

/* A mean of nothing cannot be restored, but must not become infinite. */
static void
test_zero_mean (void)
{
  float hidden[4] = { 1, 2, 3, 4 };
  float balanced[2] = { 2, 4 };

  pent_emphasis_apply (hidden, (const float[]) { 0, 0 }, 2, 2);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat (hidden[i], ==, 0);
  pent_emphasis_apply (balanced, (const float[]) { 2, -1 }, 2, 1);
  g_assert_cmpfloat (balanced[0], ==, 4);
  g_assert_cmpfloat (balanced[1], ==, -4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emphasis/against-formula", test_against_formula);
  g_test_add_func ("/emphasis/plain-is-untouched", test_plain_is_untouched);
  g_test_add_func ("/emphasis/zero-mean", test_zero_mean);
  return g_test_run ();
}
