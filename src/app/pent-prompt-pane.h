/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-document.h"
#include "pent-request.h"
#include "pent-template.h"

G_BEGIN_DECLS

/* Of the pictures that the starter model paints best, pixels; the .ui file
 * begins with it too. */
#define PENT_STARTER_SIDE 256

#define PENT_TYPE_PROMPT_PANE (pent_prompt_pane_get_type ())
G_DECLARE_FINAL_TYPE (PentPromptPane, pent_prompt_pane, PENT, PROMPT_PANE, AdwBin)

void         pent_prompt_pane_set_document (PentPromptPane *self, PentDocument *document);
PentRequest *pent_prompt_pane_make_request (PentPromptPane *self);
char        *pent_prompt_pane_dup_prompt   (PentPromptPane *self);
void         pent_prompt_pane_focus_prompt (PentPromptPane *self);
void         pent_prompt_pane_set_figures (PentPromptPane *self, GPtrArray *figures);
void         pent_prompt_pane_choose_model (PentPromptPane *self, const char *path, int side);

/* What is taken over from a picture's recipe. */
typedef enum
{
  PENT_USE_PROMPT = 1 << 0,
  PENT_USE_SEED = 1 << 1,
  PENT_USE_SETTINGS = 1 << 2,   /* model, size, steps, guidance, sampler, schedule */
  PENT_USE_CANVAS = 1 << 3,     /* the picture it was painted from, mask and margins */
  PENT_USE_EVERYTHING = 15,
} PentUse;

void pent_prompt_pane_use_request  (PentPromptPane *self, const PentRequest *request, PentUse use);
void pent_prompt_pane_use_template (PentPromptPane *self, const PentTemplate *template);

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
