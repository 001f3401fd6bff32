/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-options.h"

G_BEGIN_DECLS

/* Each runs one command of "history"; its first operand is the command's name. */
typedef gboolean (*PentCliHistoryCommand) (PentCliArguments *arguments, GError **error);

gboolean pent_cli_history_favourite (PentCliArguments *arguments, GError **error);
gboolean pent_cli_history_delete    (PentCliArguments *arguments, GError **error);
gboolean pent_cli_history_purge     (PentCliArguments *arguments, GError **error);
gboolean pent_cli_history_import    (PentCliArguments *arguments, GError **error);
gboolean pent_cli_history_export    (PentCliArguments *arguments, GError **error);
gboolean pent_cli_history_rebuild   (PentCliArguments *arguments, GError **error);

G_END_DECLS
