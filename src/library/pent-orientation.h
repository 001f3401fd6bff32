/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"

G_BEGIN_DECLS

PentImage *pent_image_upright (PentImage *image, int orientation, GError **error);

G_END_DECLS
