/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentSearchWords:
 * @words: (nullable): what prompts and models are searched for; %NULL: nothing
 * @since: milliseconds since 1970; 0: no such bound
 * @until: not included; 0: no such bound
 *
 * What was typed into the search field, taken apart.
 */
typedef struct
{
  char  *words;
  gint64 since;
  gint64 until;
} PentSearchWords;

void pent_search_words_parse (PentSearchWords *self, const char *text, GDateTime *now);
void pent_search_words_clear (PentSearchWords *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PentSearchWords, pent_search_words_clear)

G_END_DECLS
