/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentAddedToken:
 * @content: the text that stands for it in a prompt
 * @id: its id
 * @normalized: it is looked for after the clean-up, else in the prompt as typed
 * @single_word: only where no letter, digit or underscore touches it
 *
 * A token that is found in a prompt by its text, before any splitting. Files
 * may also say that it takes the white space beside it along, which changes
 * nothing where white space gives no token.
 */
typedef struct
{
  char    *content;
  int      id;
  gboolean normalized;
  gboolean single_word;
} PentAddedToken;

/**
 * PentAddedTokens:
 *
 * The tokens to look for, all in one way: as typed, or after the clean-up.
 */
typedef struct _PentAddedTokens PentAddedTokens;

PentAddedTokens *pent_added_tokens_new  (void);
void             pent_added_tokens_free (PentAddedTokens *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentAddedTokens, pent_added_tokens_free)

void pent_added_tokens_add  (PentAddedTokens *self, const PentAddedToken *token, const char *look_for);
void pent_added_tokens_seal (PentAddedTokens *self);

/* @id is -1 for text between tokens. */
typedef void (*PentAddedTokensFunc) (const char *text, gsize length, int id, gpointer user_data);

void pent_added_tokens_split (PentAddedTokens    *self,
                              const char         *text,
                              gsize               length,
                              PentAddedTokensFunc func,
                              gpointer            user_data);

G_END_DECLS
