/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentRngKind:
 * @PENT_RNG_PHILOX: Philox4x32-10 as A1111's "NV" noise draws it
 * @PENT_RNG_TORCH: PyTorch's CPU generator, as diffusers and A1111's "CPU"
 *
 * The generators a stored seed may name. Either gives one sequence for one
 * seed on every machine.
 */
typedef enum
{
  PENT_RNG_PHILOX,
  PENT_RNG_TORCH,
} PentRngKind;

const char *pent_rng_kind_name      (PentRngKind kind);
gboolean    pent_rng_kind_from_name (const char *name, PentRngKind *kind);

/**
 * PentRng:
 *
 * A generator of standard normals with its place in the sequence. What a draw
 * gives depends on its size and on the draws before it, as in the programs it
 * follows, so a picture has one generator of its own. Not for several threads.
 */
typedef struct _PentRng PentRng;

PentRng *pent_rng_new    (PentRngKind kind, guint64 seed);
void     pent_rng_free   (PentRng *self);
void     pent_rng_normal (PentRng *self, float *out, gsize n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentRng, pent_rng_free)

G_END_DECLS
