/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-image.h"
#include "pent-wipe.h"

G_BEGIN_DECLS

#define PENT_TYPE_COMPARE_WINDOW (pent_compare_window_get_type ())
G_DECLARE_FINAL_TYPE (PentCompareWindow, pent_compare_window, PENT, COMPARE_WINDOW, AdwWindow)

PentCompareWindow *pent_compare_window_new (PentImage *first, PentImage *second, const char *first_name,
                                            const char *second_name, const char *verdict);
PentWipe          *pent_compare_window_get_wipe    (PentCompareWindow *self);
const char        *pent_compare_window_get_verdict (PentCompareWindow *self);

G_END_DECLS
