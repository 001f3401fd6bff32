/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-vocabulary.h"

G_BEGIN_DECLS

/**
 * PentBpe:
 *
 * Byte-pair encoding of words over a vocabulary (Sennrich et al., "Neural
 * Machine Translation of Rare Words with Subword Units", 2016; on bytes as
 * GPT-2 does it, with CLIP's "</w>" on a word's last symbol).
 */
typedef struct _PentBpe PentBpe;

PentBpe *pent_bpe_new    (PentVocabulary *vocabulary);
void     pent_bpe_free   (PentBpe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentBpe, pent_bpe_free)

void pent_bpe_encode (PentBpe *self, const char *word, gsize length, int unknown, GArray *ids);

gunichar pent_bpe_byte_to_symbol (guint8 byte);
int      pent_bpe_symbol_to_byte (gunichar symbol);

G_END_DECLS
