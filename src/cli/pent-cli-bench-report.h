/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *pent_cli_bench_report_json (const GPtrArray *runs);
char *pent_cli_bench_report_text (const GPtrArray *runs);

G_END_DECLS
