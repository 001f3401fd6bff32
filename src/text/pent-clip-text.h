/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What CLIP's tokenizer does to text before any vocabulary: the clean-up and
 * the split into words. Character classes are the tokenizers library's, not
 * GLib's: their Unicode versions differ. */

typedef void (*PentClipWordFunc) (const char *word, gsize length, gpointer user_data);

char *pent_clip_text_normalize (const char *text, gsize length);
void  pent_clip_text_split     (const char *text, gsize length, PentClipWordFunc func, gpointer user_data);

G_END_DECLS
