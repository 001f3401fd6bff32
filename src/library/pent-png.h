/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-text-fields.h"

G_BEGIN_DECLS

PentImage *pent_png_decode (const guint8 *data, gsize size, GError **error);
GBytes    *pent_png_encode (PentImage *image, const PentTextFields *texts, GError **error);

G_END_DECLS
