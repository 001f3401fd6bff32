/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Philox4x32-10: Salmon et al. 2011, "Parallel random numbers: as easy as
 * 1, 2, 3", section 3.3. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-philox.h"

#include <math.h>

#define N_ROUNDS 10

static void
philox_round (guint32 counter[4], const guint32 key[2])
{
  guint64 first = (guint64) counter[0] * 0xD2511F53u;
  guint64 second = (guint64) counter[2] * 0xCD9E8D57u;
  guint32 c1 = counter[1], c3 = counter[3];

  counter[0] = (guint32) (second >> 32) ^ c1 ^ key[0];
  counter[1] = (guint32) second;
  counter[2] = (guint32) (first >> 32) ^ c3 ^ key[1];
  counter[3] = (guint32) first;
}

/* One element takes one block of four words and uses two of them: the sine
 * branch of Box-Muller alone, in double, with the constants that A1111 keeps
 * in float32. */
static float
normal_at (guint64 seed, guint32 call, guint32 index)
{
  const double to_unit = 2.3283064e-10f;
  const double to_angle = (float) (2.3283064e-10 * 6.2831855);
  guint32 counter[4] = { call, 0, index, 0 };
  guint32 key[2] = { (guint32) seed, (guint32) (seed >> 32) };

  for (int i = 0; i < N_ROUNDS; i++)
    {
      philox_round (counter, key);
      key[0] += 0x9E3779B9u;
      key[1] += 0xBB67AE85u;
    }

  double u = counter[0] * to_unit + to_unit / 2;
  double v = counter[1] * to_angle + to_angle / 2;
  return (float) (sqrt (-2.0 * log (u)) * sin (v));
}

/**
 * pent_philox_normal:
 * @seed: the key
 * @call: how many draws of this seed came before, whatever their sizes
 * @out: (out): room for @n floats
 *
 * Standard normals as A1111's NV noise draws them on the CPU.
 */
void
pent_philox_normal (guint64 seed, guint32 call, float *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = normal_at (seed, call, (guint32) i);
}
