/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-rng.h"

G_BEGIN_DECLS

/**
 * PentBrownian:
 *
 * The Brownian motion that SDE samplers take their noise from: a function of
 * the noise level alone, so that a seed means the same noise whatever the
 * steps. Drawn as torchsde's BrownianTree under k-diffusion's
 * BrownianTreeNoiseSampler draws it. Not for several threads.
 */
typedef struct _PentBrownian PentBrownian;

PentBrownian *pent_brownian_new   (PentRngKind kind, guint64 seed, gsize n,
                                   float sigma_min, float sigma_max);
void          pent_brownian_free  (PentBrownian *self);
void          pent_brownian_noise (PentBrownian *self, float sigma, float sigma_next, float *out);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentBrownian, pent_brownian_free)

G_END_DECLS
