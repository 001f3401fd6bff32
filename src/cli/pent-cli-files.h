/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GStrv pent_cli_choose_files (const char *output, gint64 seed, int count);

G_END_DECLS
