/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pent_blur_box (float *plane, int width, int height, int channels, int reach);

G_END_DECLS
