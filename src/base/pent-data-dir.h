/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *pent_data_path (const char *relative, GError **error);

G_END_DECLS
