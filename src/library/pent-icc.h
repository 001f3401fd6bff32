/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "pent-image.h"

G_BEGIN_DECLS

gboolean pent_icc_fits (gconstpointer profile, gsize size, int channels);

typedef struct _PentCmykTransform PentCmykTransform;

PentCmykTransform *pent_cmyk_transform_new  (gconstpointer profile, gsize size);
void               pent_cmyk_transform_free (PentCmykTransform *self);
void               pent_cmyk_transform_row  (PentCmykTransform *self, const guint8 *cmyk, guint8 *rgb, int width);

G_END_DECLS
