/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-rng.h"

#include "pent-philox.h"
#include "pent-torch-rng.h"

struct _PentRng
{
  PentRngKind kind;
  guint64 seed;
  guint32 n_calls;
  PentTorchRng torch;
};

static const char *const kind_names[] = { "philox", "torch" };

/**
 * pent_rng_kind_name:
 *
 * Returns: the name the command line knows @kind by
 */
const char *
pent_rng_kind_name (PentRngKind kind)
{
  return kind_names[kind];
}

gboolean
pent_rng_kind_from_name (const char *name, PentRngKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (g_str_equal (name, kind_names[i]))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * pent_rng_new:
 * @seed: all 64 bits count for philox, the low 32 for torch
 *
 * Returns: (transfer full): a generator at the beginning of its sequence
 */
PentRng *
pent_rng_new (PentRngKind kind, guint64 seed)
{
  PentRng *self = g_new0 (PentRng, 1);
  self->kind = kind;
  self->seed = seed;
  if (kind == PENT_RNG_TORCH)
    pent_torch_rng_init (&self->torch, seed);
  return self;
}

void
pent_rng_free (PentRng *self)
{
  g_free (self);
}

/**
 * pent_rng_normal:
 * @out: (out): room for @n floats
 *
 * One draw of @n standard normals. Two draws of n/2 are not one draw of n.
 */
void
pent_rng_normal (PentRng *self, float *out, gsize n)
{
  if (self->kind == PENT_RNG_TORCH)
    pent_torch_rng_normal (&self->torch, out, n);
  else
    pent_philox_normal (self->seed, self->n_calls++, out, n);
}
