/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"

G_BEGIN_DECLS

char      *pent_originals_folder (const char *picture);
gboolean   pent_originals_keep (const char *picture, PentImage *original, const char *hash, GError **error);
PentImage *pent_originals_find (const char *picture, const char *hash, GError **error);

G_END_DECLS
