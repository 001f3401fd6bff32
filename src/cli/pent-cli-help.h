/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-options.h"

G_BEGIN_DECLS

void pent_cli_help_append_options (GString *text, const PentCliOption *options, gsize n_options);
int  pent_cli_help_print          (const char *examples, const PentCliOption *options, gsize n_options);

G_END_DECLS
