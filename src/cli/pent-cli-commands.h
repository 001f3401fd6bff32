/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each takes the arguments after its own name and returns the exit status. */
int pent_cli_generate (char **arguments);
int pent_cli_recompose (char **arguments);
int pent_cli_inspect  (char **arguments);
int pent_cli_devices  (char **arguments);
int pent_cli_tokens   (char **arguments);
int pent_cli_info     (char **arguments);
int pent_cli_rerun    (char **arguments);
int pent_cli_history  (char **arguments);
int pent_cli_template (char **arguments);
int pent_cli_bench    (char **arguments);

G_END_DECLS
