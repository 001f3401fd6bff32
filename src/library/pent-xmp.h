/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *pent_xmp_write          (const char *recipe);
char *pent_xmp_write_extended (const char *guid);
char *pent_xmp_read           (const char *data, gsize size);

G_END_DECLS
