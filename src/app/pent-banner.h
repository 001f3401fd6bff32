/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define PENT_TYPE_BANNER (pent_banner_get_type ())
G_DECLARE_FINAL_TYPE (PentBanner, pent_banner, PENT, BANNER, AdwBin)

void        pent_banner_show        (PentBanner *self, const char *message);
void        pent_banner_add_answer  (PentBanner *self, const char *label, const char *detailed_action);
void        pent_banner_hide        (PentBanner *self);
gboolean    pent_banner_is_shown    (PentBanner *self);
gboolean    pent_banner_has_answer  (PentBanner *self);
const char *pent_banner_get_message (PentBanner *self);

G_END_DECLS
