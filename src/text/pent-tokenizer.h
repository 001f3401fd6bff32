/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentTokenizer:
 *
 * CLIP's byte-pair tokenizer: turns text into the ids a text encoder was
 * trained on. It gives the ids of transformers' CLIPTokenizer (5.x): NFC, white
 * space to one space, lower case character by character, the words of CLIP's
 * pattern, their bytes merged pair by pair, lowest rank first.
 *
 * Immutable after creation, so one tokenizer serves any number of threads.
 */
typedef struct _PentTokenizer PentTokenizer;

PentTokenizer *pent_tokenizer_new_from_dir (const char *dir, GError **error);
PentTokenizer *pent_tokenizer_new_clip     (const char *table_path, GError **error);
PentTokenizer *pent_tokenizer_ref          (PentTokenizer *self);
void           pent_tokenizer_unref        (PentTokenizer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTokenizer, pent_tokenizer_unref)

int pent_tokenizer_get_bos             (PentTokenizer *self);
int pent_tokenizer_get_eos             (PentTokenizer *self);
int pent_tokenizer_get_pad             (PentTokenizer *self);
int pent_tokenizer_get_vocabulary_size (PentTokenizer *self);

GArray     *pent_tokenizer_encode     (PentTokenizer *self, const char *text);
const char *pent_tokenizer_get_token  (PentTokenizer *self, int id);
char       *pent_tokenizer_dup_text   (PentTokenizer *self, int id);
int         pent_tokenizer_find_token (PentTokenizer *self, const char *token);

G_END_DECLS
