/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pent_mask_blend_row (guint8       *result,
                          const guint8 *base,
                          const guint8 *coverage,
                          int           n,
                          gboolean      erase);

G_END_DECLS
