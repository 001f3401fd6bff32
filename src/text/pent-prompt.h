/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentPromptRun:
 * @text: a stretch of the prompt, brackets and escapes resolved; empty for a
 *   break; owned by the prompt
 * @weight: how strongly its tokens count, 1 where nothing was said
 * @is_break: the chunk ends here, whether it is full or not
 */
typedef struct
{
  char    *text;
  double   weight;
  gboolean is_break;
} PentPromptRun;

/**
 * PentPrompt:
 * @runs: (element-type PentPromptRun): in the order of the text; neighbours
 *   differ in weight, and each is tokenised on its own
 * @warnings: (element-type utf8): one sentence for each thing that was taken
 *   out of the prompt or changed
 *
 * A prompt as typed, taken apart by the rules of A1111's prompt syntax.
 */
typedef struct
{
  GArray    *runs;
  GPtrArray *warnings;
} PentPrompt;

PentPrompt *pent_prompt_parse (const char *text);
void        pent_prompt_free  (PentPrompt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentPrompt, pent_prompt_free)

gboolean pent_prompt_find_network (const char *text, gsize from, gsize *start, gsize *end);

G_END_DECLS
