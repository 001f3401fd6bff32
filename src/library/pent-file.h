/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *pent_file_read (const char *path, gsize max_size, GError **error);

gboolean pent_file_write          (const char *path, GBytes *contents, gboolean durable, GError **error);
gboolean pent_file_check_writable (const char *path, gboolean try_it, GError **error);

gboolean pent_folder_sync (const char *folder, GError **error);
gboolean pent_folder_make (const char *folder, GError **error);

G_END_DECLS
