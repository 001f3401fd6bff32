/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int      pent_bus_guard_add     (const void *start, gsize size);
void     pent_bus_guard_remove  (int slot);
gboolean pent_bus_guard_damaged (int slot);

G_END_DECLS
