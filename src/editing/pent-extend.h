/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-mask.h"

G_BEGIN_DECLS

void pent_extend (float *picture, const PentMask *unknown);

G_END_DECLS
