/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-added-tokens.h"
#include "pent-vocabulary.h"

G_BEGIN_DECLS

/* In the order in which transformers adds them. */
typedef enum
{
  PENT_NAMED_BOS,
  PENT_NAMED_EOS,
  PENT_NAMED_UNK,
  PENT_NAMED_SEP,
  PENT_NAMED_PAD,
  PENT_NAMED_CLS,
  PENT_NAMED_MASK,
  PENT_N_NAMED,
} PentNamedToken;

/**
 * PentTokenizerFiles:
 * @name: the file or folder, for messages
 * @vocabulary: tokens and merges
 * @named: the special tokens by their part; content is %NULL where no file
 *   names one
 * @listed: (element-type PentAddedToken): the added tokens in the order of
 *   their ids, which serve for nothing else
 * @extra: (element-type PentAddedToken): special tokens of no known part
 *
 * What a tokenizer's files say, checked piece by piece.
 */
typedef struct
{
  char           *name;
  PentVocabulary *vocabulary;
  PentAddedToken  named[PENT_N_NAMED];
  GArray         *listed;
  GArray         *extra;
} PentTokenizerFiles;

PentTokenizerFiles *pent_tokenizer_files_read_dir  (const char *dir, GError **error);
PentTokenizerFiles *pent_tokenizer_files_read_clip (const char *table_path, GError **error);
void                pent_tokenizer_files_free      (PentTokenizerFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTokenizerFiles, pent_tokenizer_files_free)

G_END_DECLS
