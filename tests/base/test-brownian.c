/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden-file.h"

#include "pent-brownian-seed.h"
#include "pent-brownian.h"

#include <math.h>

static void
test_seeds (void)
{
  g_auto (GStrv) lines = golden_lines ("base", "seeds.txt");

  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) word = g_strsplit (lines[i], " ", -1);
      guint64 entropy = g_ascii_strtoull (word[0], NULL, 10);
      gint64 path = g_ascii_strtoll (word[1], NULL, 10);
      guint32 depth = g_ascii_strtoull (word[2], NULL, 10);
      guint32 seed =
          path < 0 ? pent_brownian_seed_root (entropy) : pent_brownian_seed_node (entropy, path, depth);

      g_assert_cmpuint (seed, ==, g_ascii_strtoull (word[3], NULL, 10));
    }
}

static PentBrownian *
tree_of (GStrv word)
{
  PentRngKind kind;
  g_assert_true (pent_rng_kind_from_name (word[0], &kind));
  return pent_brownian_new (kind, g_ascii_strtoull (word[1], NULL, 10), g_ascii_strtoull (word[2], NULL, 10),
                            g_ascii_strtod (word[3], NULL), g_ascii_strtod (word[4], NULL));
}

/* The bound is float32 rounding down some 25 halvings. */
static void
test_goldens (void)
{
  g_auto (GStrv) lines = golden_lines ("base", "brownian.txt");
  g_autoptr (GBytes) bytes = golden_floats ("base", "brownian.f32");
  g_autoptr (PentBrownian) tree = NULL;
  g_autofree char *before = NULL;
  gsize offset = 0;

  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) word = g_strsplit (lines[i], " ", -1);
      g_autofree char *motion = g_strjoin (" ", word[0], word[1], word[2], NULL);
      gsize n = g_ascii_strtoull (word[2], NULL, 10);
      g_autofree float *noise = g_new (float, n);
      const float *golden = golden_take (bytes, &offset, n);

      if (g_strcmp0 (before, motion) != 0)
        {
          g_clear_pointer (&tree, pent_brownian_free);
          tree = tree_of (word);
          g_free (before);
          before = g_steal_pointer (&motion);
        }
      pent_brownian_noise (tree, g_ascii_strtod (word[5], NULL), g_ascii_strtod (word[6], NULL), noise);
      for (gsize k = 0; k < n; k++)
        g_assert_cmpfloat_with_epsilon (noise[k], golden[k], 4e-6);
    }
  g_assert_cmpuint (offset, ==, g_bytes_get_size (bytes));
}

#define N 24

static void
fresh_noise (float sigma, float next, float *noise)
{
  g_autoptr (PentBrownian) tree = pent_brownian_new (PENT_RNG_PHILOX, 5, N, 0.03f, 14.6f);
  pent_brownian_noise (tree, sigma, next, noise);
}

/* A tree that has answered other questions answers as a fresh one, bit for
 * bit. */
static void
test_order_does_not_matter (void)
{
  g_autoptr (PentBrownian) tree = pent_brownian_new (PENT_RNG_PHILOX, 5, N, 0.03f, 14.6f);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int i = 0; i < 300; i++)
    {
      float a = g_rand_double_range (rand, 0.03, 14.6), b = g_rand_double_range (rand, 0.03, 14.6);
      float used[N], fresh[N];

      if (i % 3 == 0)
        b = a * 0.98f;
      pent_brownian_noise (tree, a, b, used);
      fresh_noise (a, b, fresh);
      g_assert_cmpmem (used, sizeof used, fresh, sizeof fresh);
    }
}

/* W over two neighbours adds up to W over both; turning a query round turns
 * its sign. */
static void
test_increments_add_up (void)
{
  const float high = 9.0f, middle = 2.5f, low = 0.4f;
  float upper[N], lower[N], both[N], reversed[N];

  fresh_noise (high, middle, upper);
  fresh_noise (middle, low, lower);
  fresh_noise (high, low, both);
  fresh_noise (low, high, reversed);
  for (int i = 0; i < N; i++)
    {
      double sum = upper[i] * sqrt (high - middle) + lower[i] * sqrt (middle - low);
      g_assert_cmpfloat_with_epsilon (both[i] * sqrt (high - low), sum, 1e-5);
      g_assert_cmpfloat (reversed[i], ==, -both[i]);
    }
}

/* Levels beside the interval are taken into it; equal ones have no noise. */
static void
test_edges (void)
{
  float inside[N], beside[N], none[N];

  fresh_noise (14.6f, 0.03f, inside);
  fresh_noise (14.6f + 1e-6f, 0.03f, beside);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (inside[i], beside[i], 1e-6);
  fresh_noise (3.0f, 3.0f, none);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (none[i], ==, 0);
  fresh_noise (20.0f, 15.0f, none);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (none[i], ==, 0);
}

static void
test_moments (void)
{
  const gsize n = 1 << 14;
  g_autoptr (PentBrownian) tree = pent_brownian_new (PENT_RNG_TORCH, 3, n, 0.03f, 14.6f);
  g_autofree float *noise = g_new (float, n);
  float sigma = 14.6f;

  for (float next = 12.0f; next > 0.03f; next *= 0.5f)
    {
      double square = 0;
      pent_brownian_noise (tree, sigma, next, noise);
      for (gsize i = 0; i < n; i++)
        square += (double) noise[i] * noise[i] / n;
      g_assert_cmpfloat_with_epsilon (square, 1, 0.05);
      sigma = next;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/brownian/seeds", test_seeds);
  g_test_add_func ("/base/brownian/goldens", test_goldens);
  g_test_add_func ("/base/brownian/order-does-not-matter", test_order_does_not_matter);
  g_test_add_func ("/base/brownian/increments-add-up", test_increments_add_up);
  g_test_add_func ("/base/brownian/edges", test_edges);
  g_test_add_func ("/base/brownian/moments", test_moments);
  return g_test_run ();
}
