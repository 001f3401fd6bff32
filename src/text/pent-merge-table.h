/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-vocabulary.h"

G_BEGIN_DECLS

/* The text form of a byte-pair table: "#version: 0.2", then a line "left
 * right" for each merge, the first the first to be applied. */

gboolean pent_merge_table_read      (PentVocabulary *vocabulary, const char *file, const char *text, gsize length,
                                     GError **error);
gboolean pent_merge_table_read_clip (PentVocabulary *vocabulary, const char *file, const char *text, gsize length,
                                     GError **error);

G_END_DECLS
