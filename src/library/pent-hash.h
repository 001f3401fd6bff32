/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-image.h"

G_BEGIN_DECLS

char *pent_image_hash (PentImage *image);
char *pent_file_hash  (const char *path, GCancellable *cancellable, GError **error);

G_END_DECLS
