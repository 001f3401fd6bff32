/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-edit-result.h"

G_BEGIN_DECLS

#define PENT_TYPE_JOIN_BAR (pent_join_bar_get_type ())
G_DECLARE_FINAL_TYPE (PentJoinBar, pent_join_bar, PENT, JOIN_BAR, AdwBin)

void pent_join_bar_set_edit (PentJoinBar *self, PentEditResult *edit);

G_END_DECLS
