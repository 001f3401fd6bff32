/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-text-fields.h"

G_BEGIN_DECLS

#define PENT_JPEG_QUALITY 95

PentImage *pent_jpeg_decode (const guint8 *data, gsize size, GError **error);
GBytes    *pent_jpeg_encode (PentImage *image, const PentTextFields *texts, GError **error);

G_END_DECLS
