/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int   pent_open_regular_file (const char *path, guint64 *size, GError **error);
char *pent_read_small_file   (const char *path, gsize max_bytes, gsize *length, GError **error);

G_END_DECLS
