/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-mask.h"
#include "pent-request.h"

G_BEGIN_DECLS

void pent_fill (float *picture, const PentMask *mask, PentFill fill, guint64 seed);

G_END_DECLS
