/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PENT_TORCH_RNG_N_WORDS 624

/**
 * PentTorchRng:
 *
 * PyTorch's CPU generator: mt19937 and the second normal of the last pair
 * that has not been asked for yet. Plain data, to be embedded.
 */
typedef struct
{
  guint32  word[PENT_TORCH_RNG_N_WORDS];
  int      next;
  gboolean has_normal;
  double   normal;
} PentTorchRng;

void pent_torch_rng_init   (PentTorchRng *self, guint64 seed);
void pent_torch_rng_normal (PentTorchRng *self, float *out, gsize n);

G_END_DECLS
