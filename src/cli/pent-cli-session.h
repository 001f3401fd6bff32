/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-order.h"
#include "pent-cli-progress.h"
#include "pent-cli-signals.h"
#include "pent-library.h"
#include "pent-pipeline.h"

G_BEGIN_DECLS

/**
 * PentCliSession:
 *
 * What several orders of one run share: the model that stays loaded, the
 * library, the signals and the progress.
 */
typedef struct
{
  PentPipeline    *pipeline;
  PentLibrary     *library;
  GCancellable    *cancellable;
  PentCliSignals  *signals;
  PentCliProgress *progress;
} PentCliSession;

gboolean pent_cli_session_open  (PentCliSession *self, PentCliArguments *arguments, GError **error);
void     pent_cli_session_clear (PentCliSession *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PentCliSession, pent_cli_session_clear)

GStrv         pent_cli_merge_arguments (char **typed, const char *const *without, const char *const *more);
PentCliOrder *pent_cli_session_order   (char **arguments, GError **error);

G_END_DECLS
