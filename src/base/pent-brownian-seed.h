/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint32 pent_brownian_seed_root (guint64 entropy);
guint32 pent_brownian_seed_node (guint64 entropy, guint64 path, guint32 depth);

G_END_DECLS
