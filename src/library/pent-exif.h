/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void    pent_exif_read  (const guint8 *data, gsize size, int *orientation, char **comment);
GBytes *pent_exif_write (const char *comment);

G_END_DECLS
