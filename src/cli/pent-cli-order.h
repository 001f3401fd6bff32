/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-options.h"
#include "pent-request.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_CLI_PROGRESS_AUTO,
  PENT_CLI_PROGRESS_BAR,
  PENT_CLI_PROGRESS_PLAIN,
  PENT_CLI_PROGRESS_JSON,
  PENT_CLI_PROGRESS_NONE,
} PentCliProgressMode;

/**
 * PentCliOrder:
 * @request: what is to be painted
 * @seed_given: the seed was typed, not drawn
 * @output: where the picture goes; %NULL: a new name in the current folder, or the library's choice
 * @preview_dir: folder for previews, or %NULL
 * @preview_every: every how many steps
 * @latents: file for the final latents, or %NULL
 * @keep_edit: file for the edit, to be joined anew, or %NULL
 * @library: the picture is stored in the library
 * @json: one object on standard output
 * @dry_run: only say what would be done
 * @progress: how progress is shown
 *
 * What the options of "generate" ask for.
 */
typedef struct
{
  PentRequest        *request;
  gboolean            seed_given;
  char               *output;
  char               *preview_dir;
  int                 preview_every;
  char               *latents;
  char               *keep_edit;
  gboolean            library;
  gboolean            json;
  gboolean            dry_run;
  PentCliProgressMode progress;
} PentCliOrder;

PentCliOrder *pent_cli_order_new      (PentCliArguments *arguments, GError **error);
void          pent_cli_order_free     (PentCliOrder *self);
gboolean      pent_cli_order_is_plain (const PentCliOrder *self, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentCliOrder, pent_cli_order_free)

PentCliProgressMode pent_cli_progress_mode (const char *word);

G_END_DECLS
