/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden-file.h"

#include "pent-rng.h"

#include <math.h>

/* Philox to the last bit. PyTorch's vector kernel has a logarithm, sine and
 * cosine of its own, which differ from libm's by up to 5e-7. */
static void
test_goldens (void)
{
  g_auto (GStrv) lines = golden_lines ("base", "rng.txt");
  g_autoptr (GBytes) bytes = golden_floats ("base", "rng.f32");
  g_autoptr (PentRng) rng = NULL;
  g_autofree char *before = NULL;
  gsize offset = 0;

  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) word = g_strsplit (lines[i], " ", -1);
      g_autofree char *sequence = g_strconcat (word[0], word[1], NULL);
      PentRngKind kind;
      gsize n = g_ascii_strtoull (word[2], NULL, 10);
      g_autofree float *drawn = g_new (float, n);
      const float *golden = golden_take (bytes, &offset, n);

      g_assert_true (pent_rng_kind_from_name (word[0], &kind));
      if (g_strcmp0 (before, sequence) != 0)
        {
          g_clear_pointer (&rng, pent_rng_free);
          rng = pent_rng_new (kind, g_ascii_strtoull (word[1], NULL, 10));
          g_free (before);
          before = g_steal_pointer (&sequence);
        }
      pent_rng_normal (rng, drawn, n);
      for (gsize k = 0; k < n; k++)
        if (kind == PENT_RNG_PHILOX)
          g_assert_cmpfloat (drawn[k], ==, golden[k]);
        else
          g_assert_cmpfloat_with_epsilon (drawn[k], golden[k], 6e-7);
    }
  g_assert_cmpuint (offset, ==, g_bytes_get_size (bytes));
}

static void
assert_begins (PentRng *rng, gsize n, const double *expected, gsize n_expected)
{
  g_autofree float *drawn = g_new (float, n);

  pent_rng_normal (rng, drawn, n);
  for (gsize i = 0; i < n_expected; i++)
    g_assert_cmpfloat_with_epsilon (drawn[i], expected[i], 5.1e-5);
}

/* Figures known from elsewhere, so that the goldens are not alone. */
static void
test_known_beginnings (void)
{
  const double torch[] = { -1.1258, -1.1524, -0.2506, -0.4339 };
  const double philox[] = { -0.9247, -0.4253, -2.6438 };
  const double second[] = { 0.1808 };
  g_autoptr (PentRng) a = pent_rng_new (PENT_RNG_TORCH, 0);
  g_autoptr (PentRng) b = pent_rng_new (PENT_RNG_PHILOX, 0);

  assert_begins (a, 16384, torch, 4);
  assert_begins (b, 16384, philox, 3);
  assert_begins (b, 4, second, 1);
}

static void
test_moments (void)
{
  const gsize n = 1 << 16;
  g_autofree float *drawn = g_new (float, n);

  for (int kind = PENT_RNG_PHILOX; kind <= PENT_RNG_TORCH; kind++)
    {
      g_autoptr (PentRng) rng = pent_rng_new (kind, 99);
      double mean = 0, square = 0;

      pent_rng_normal (rng, drawn, n);
      for (gsize i = 0; i < n; i++)
        {
          g_assert_true (isfinite (drawn[i]));
          mean += drawn[i] / (double) n;
          square += (double) drawn[i] * drawn[i] / n;
        }
      g_assert_cmpfloat_with_epsilon (mean, 0, 0.02);
      g_assert_cmpfloat_with_epsilon (square, 1, 0.03);
    }
}

static void
test_names (void)
{
  PentRngKind kind;

  g_assert_true (pent_rng_kind_from_name ("torch", &kind));
  g_assert_cmpint (kind, ==, PENT_RNG_TORCH);
  g_assert_cmpstr (pent_rng_kind_name (PENT_RNG_PHILOX), ==, "philox");
  g_assert_false (pent_rng_kind_from_name ("cuda", &kind));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/rng/goldens", test_goldens);
  g_test_add_func ("/base/rng/known-beginnings", test_known_beginnings);
  g_test_add_func ("/base/rng/moments", test_moments);
  g_test_add_func ("/base/rng/names", test_names);
  return g_test_run ();
}
