/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"
#include "pent-checkpoint.h"
#include "pent-tokenizer.h"
#include "pent-unet.h"

G_BEGIN_DECLS

/**
 * PentModel:
 *
 * A checkpoint on a device: the tokenizer, and the programs for its parts,
 * compiled when they are first asked for and kept for the next request of the
 * same shape.
 */
typedef struct _PentModel PentModel;

PentModel *pent_model_new  (PentCheckpoint *checkpoint, PentBackend *backend, PentDtype operand, GError **error);
void       pent_model_free (PentModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentModel, pent_model_free)

PentCheckpoint *pent_model_get_checkpoint   (PentModel *self);
PentBackend    *pent_model_get_backend      (PentModel *self);
PentTokenizer  *pent_model_get_tokenizer    (PentModel *self);
PentDtype       pent_model_get_operand      (PentModel *self);
void            pent_model_set_memory_limit (PentModel *self, gsize limit);

/* Each is (transfer none) and stays until another shape of the same part is
 * asked for, or another part where memory is short. Two UNets of one batch
 * entry and one size stay beside each other, and the two forms that share
 * deep features. */
PentProgram *pent_model_get_text_encoder (PentModel *self, int clip_skip, GCancellable *cancellable, GError **error);
gsize        pent_model_get_memory       (PentModel *self);
void         pent_model_begin_round      (PentModel *self);
PentProgram *pent_model_get_unet         (PentModel *self, PentUnetForm form, int n, int height, int width, int tokens,
                                          GCancellable *cancellable, GError **error);
PentProgram *pent_model_get_vae          (PentModel *self, gboolean encoder, int height, int width,
                                          GCancellable *cancellable, GError **error);
PentProgram *pent_model_get_preview_decoder (PentModel *self, int height, int width, GCancellable *cancellable,
                                             GError **error);
gboolean     pent_model_unet_fits        (PentModel *self, int n, int height, int width, int tokens, GError **error);
gboolean     pent_model_vae_fits         (PentModel *self, gboolean encoder, int height, int width, GError **error);

G_END_DECLS
