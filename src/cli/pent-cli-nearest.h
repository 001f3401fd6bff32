/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The word at @index, or NULL past the last. */
typedef const char *(*PentCliWords) (int index);

const char *pent_cli_nearest    (const char *typed, PentCliWords words);
const char *pent_cli_nearest_of (const char *typed, const char *const *words);

G_END_DECLS
