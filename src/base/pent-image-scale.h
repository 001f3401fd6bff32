/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"

G_BEGIN_DECLS

PentImage *pent_image_scale (PentImage *self, int width, int height, GError **error);
PentImage *pent_image_crop  (PentImage *self, int x, int y, int width, int height, GError **error);

G_END_DECLS
