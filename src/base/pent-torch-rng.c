/* SPDX-License-Identifier: GPL-3.0-or-later */

/* mt19937: Matsumoto and Nishimura 1998, "Mersenne Twister". The ways from
 * words to normals are those of PyTorch's CPU kernels. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-torch-rng.h"

#include <math.h>

#define N PENT_TORCH_RNG_N_WORDS
#define M 397
#define BLOCK 16

/**
 * pent_torch_rng_init:
 * @seed: its low 32 bits count
 */
void
pent_torch_rng_init (PentTorchRng *self, guint64 seed)
{
  self->word[0] = (guint32) seed;
  for (guint32 i = 1; i < N; i++)
    {
      guint32 last = self->word[i - 1];
      self->word[i] = 1812433253u * (last ^ (last >> 30)) + i;
    }
  self->next = N;
  self->has_normal = FALSE;
  self->normal = 0.0;
}

static void
twist (PentTorchRng *self)
{
  guint32 *word = self->word;

  for (int i = 0; i < N; i++)
    {
      guint32 mixed = (word[i] & 0x80000000u) | (word[(i + 1) % N] & 0x7fffffffu);
      word[i] = word[(i + M) % N] ^ (mixed >> 1) ^ ((mixed & 1) ? 0x9908b0dfu : 0);
    }
  self->next = 0;
}

static guint32
next_word (PentTorchRng *self)
{
  if (self->next == N)
    twist (self);

  guint32 y = self->word[self->next++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

static float
uniform_float (PentTorchRng *self)
{
  return (next_word (self) & 0xffffff) * 0x1p-24f;
}

static double
uniform_double (PentTorchRng *self)
{
  guint64 high = next_word (self);
  guint64 bits = high << 32 | next_word (self);
  return (bits & ((G_GUINT64_CONSTANT (1) << 53) - 1)) * 0x1p-53;
}

/* Box-Muller over sixteen uniforms in place: radii from the first eight,
 * angles from the others. PyTorch's vector kernel rounds the angle to float. */
static void
fill_block (float *block)
{
  const float two_pi = 6.283185307179586f;

  for (int j = 0; j < BLOCK / 2; j++)
    {
      double radius = sqrt (-2.0 * log (1.0f - block[j]));
      float angle = two_pi * block[j + BLOCK / 2];
      block[j] = (float) (radius * cos (angle));
      block[j + BLOCK / 2] = (float) (radius * sin (angle));
    }
}

/* Sixteen or more: all uniforms first, then block by block; a ragged end
 * draws its last sixteen anew. */
static void
fill_large (PentTorchRng *self, float *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = uniform_float (self);
  for (gsize i = 0; i + BLOCK <= n; i += BLOCK)
    fill_block (out + i);

  if (n % BLOCK == 0)
    return;
  float *last = out + n - BLOCK;
  for (int i = 0; i < BLOCK; i++)
    last[i] = uniform_float (self);
  fill_block (last);
}

static double
next_normal (PentTorchRng *self)
{
  if (self->has_normal)
    {
      self->has_normal = FALSE;
      return self->normal;
    }

  double u1 = uniform_double (self);
  double u2 = uniform_double (self);
  double radius = sqrt (-2.0 * log1p (-u2));
  self->normal = radius * sin (2.0 * G_PI * u1);
  self->has_normal = TRUE;
  return radius * cos (2.0 * G_PI * u1);
}

/**
 * pent_torch_rng_normal:
 * @out: (out): room for @n floats
 *
 * What torch.randn (n, generator=g) gives on the CPU, within 5e-7: its vector
 * kernel has a logarithm, sine and cosine of its own. Draws below sixteen go
 * another way, which keeps the second normal of a pair for the next such
 * draw; larger ones neither use nor drop it.
 */
void
pent_torch_rng_normal (PentTorchRng *self, float *out, gsize n)
{
  if (n >= BLOCK)
    {
      fill_large (self, out, n);
      return;
    }
  for (gsize i = 0; i < n; i++)
    out[i] = (float) next_normal (self);
}
