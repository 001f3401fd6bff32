/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PENT_CLI_NAME "pentimento-cli"

int  pent_cli_fail (const GError *error);
void pent_cli_warn (const char *sentence);

gboolean pent_cli_print (const char *text, GError **error);

char *pent_cli_one_line (const char *text);

G_END_DECLS
