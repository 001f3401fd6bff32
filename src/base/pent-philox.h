/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pent_philox_normal (guint64 seed, guint32 call, float *out, gsize n);

G_END_DECLS
