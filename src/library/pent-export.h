/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean pent_export      (const char *from, const char *to, gboolean with_recipe, GError **error);
char    *pent_export_name (const char *folder, const char *file, const char *suffix);

G_END_DECLS
