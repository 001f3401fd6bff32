/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-prompt.h"
#include "pent-tokenizer.h"

G_BEGIN_DECLS

/**
 * PentTokenChunks:
 * @n_chunks: at least 1; an empty prompt is one chunk of padding
 * @positions: tokens in a chunk, BOS and EOS among them (77 for CLIP)
 * @ids: (n_chunks, positions), ready for the text encoder
 * @weights: (n_chunks, positions), 1 for BOS, EOS and padding
 * @warnings: (element-type utf8): what was taken out of the prompt, a sentence
 *   each
 *
 * A whole prompt as the text encoder reads it: each chunk is encoded by
 * itself, and the results are joined along the tokens.
 */
typedef struct
{
  int        n_chunks;
  int        positions;
  gint32    *ids;
  float     *weights;
  GPtrArray *warnings;
} PentTokenChunks;

PentTokenChunks *pent_tokenize_prompt   (PentTokenizer *tokenizer, const char *prompt, int positions);
void             pent_token_chunks_free (PentTokenChunks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTokenChunks, pent_token_chunks_free)

G_END_DECLS
