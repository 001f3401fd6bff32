/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-options.h"

G_BEGIN_DECLS

int pent_cli_run_grid (PentCliArguments *arguments, char **typed);

G_END_DECLS
