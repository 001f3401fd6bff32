/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"

G_BEGIN_DECLS

/* The sizes of the desktop's cache: pixels of the longer side, at the most. */
typedef enum
{
  PENT_THUMBNAIL_NORMAL = 128,
  PENT_THUMBNAIL_LARGE = 256,
  PENT_THUMBNAIL_X_LARGE = 512,
} PentThumbnailSize;

PentImage *pent_thumbnail_load (const char *file, PentThumbnailSize size, GError **error);
char      *pent_thumbnail_path (const char *file, PentThumbnailSize size);

G_END_DECLS
