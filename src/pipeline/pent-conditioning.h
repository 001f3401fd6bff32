/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-model.h"

G_BEGIN_DECLS

/**
 * PentConditioning:
 * @tokens: a multiple of the text encoder's positions
 * @width: of the text encoder
 * @values: (tokens, width), f32
 *
 * A prompt as the UNet reads it. Reference counted, immutable.
 */
typedef struct
{
  gatomicrefcount refs;
  int        tokens;
  int        width;
  float     *values;
  GPtrArray *warnings;   /* of char *: what the prompt's syntax gave rise to */
} PentConditioning;

PentConditioning *pent_conditioning_new   (PentModel *model, const char *prompt, int clip_skip,
                                           GCancellable *cancellable, GError **error);
PentConditioning *pent_conditioning_ref   (PentConditioning *self);
void              pent_conditioning_unref (PentConditioning *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentConditioning, pent_conditioning_unref)

G_END_DECLS
