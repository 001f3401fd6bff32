/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-document.h"
#include "pent-request.h"

G_BEGIN_DECLS

#define PENT_TYPE_PROMPT_PANE (pent_prompt_pane_get_type ())
G_DECLARE_FINAL_TYPE (PentPromptPane, pent_prompt_pane, PENT, PROMPT_PANE, AdwBin)

void         pent_prompt_pane_set_document (PentPromptPane *self, PentDocument *document);
PentRequest *pent_prompt_pane_make_request (PentPromptPane *self, GError **error);
void         pent_prompt_pane_focus_prompt (PentPromptPane *self);

/* What Generate would do now. */
typedef enum
{
  PENT_TASK_NEW,
  PENT_TASK_OVER,     /* the whole picture, from itself */
  PENT_TASK_REPAINT,  /* what is masked */
  PENT_TASK_EXTEND,
} PentTask;

PentTask pent_prompt_pane_get_task (PentPromptPane *self);

G_END_DECLS
