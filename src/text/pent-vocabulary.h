/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Real vocabularies hold fifty thousand; a bound keeps a hostile file's ids
 * from deciding how much memory is taken. */
#define PENT_VOCABULARY_MAX_IDS (1 << 20)

/**
 * PentVocabulary:
 *
 * The tokens by id and by text, and which pairs of tokens merge into which.
 * All texts lie in one block, all lookups in two open hash tables, so that
 * loading fifty thousand tokens takes a handful of allocations.
 */
typedef struct _PentVocabulary PentVocabulary;

/**
 * PentMerge:
 * @rank: its line in the table: the lowest is merged first
 * @id: the token the pair becomes
 */
typedef struct
{
  guint32 rank;
  gint32  id;
} PentMerge;

PentVocabulary *pent_vocabulary_new  (void);
void            pent_vocabulary_free (PentVocabulary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVocabulary, pent_vocabulary_free)

gboolean    pent_vocabulary_add         (PentVocabulary *self, const char *token, gsize length, gint64 id, GError **error);
int         pent_vocabulary_find        (PentVocabulary *self, const char *token, gsize length);
const char *pent_vocabulary_get         (PentVocabulary *self, int id);
int         pent_vocabulary_get_n_ids   (PentVocabulary *self);
int         pent_vocabulary_get_n_tokens (PentVocabulary *self);

gboolean         pent_vocabulary_add_merge   (PentVocabulary *self,
                                              const char *left, gsize left_length,
                                              const char *right, gsize right_length,
                                              guint32 rank,
                                              GError **error);
const PentMerge *pent_vocabulary_find_merge  (PentVocabulary *self, int left, int right);

G_END_DECLS
