/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pent_emphasis_apply (float *hidden, const float *weights, int n_tokens, int width);

G_END_DECLS
