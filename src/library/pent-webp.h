/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"
#include "pent-picture-facts.h"

G_BEGIN_DECLS

gboolean   pent_webp_read_facts (const guint8 *data, gsize size, PentPictureFacts *facts, GError **error);
PentImage *pent_webp_decode     (const guint8 *data, gsize size, GError **error);
GBytes    *pent_webp_encode     (PentImage *image, const PentTextFields *texts, GError **error);

G_END_DECLS
