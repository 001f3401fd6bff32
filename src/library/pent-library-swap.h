/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A database that was made anew waits under this name to take the place of the
 * old one; it is whole as soon as it has the name. */
#define PENT_LIBRARY_REBUILT_FILE "library.db-rebuilt"

gboolean pent_library_swap_is_due (const char *folder);
gboolean pent_library_swap        (const char *folder, char **kept, GError **error);

G_END_DECLS
