/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define PENT_TYPE_APPLICATION (pent_application_get_type ())
G_DECLARE_FINAL_TYPE (PentApplication, pent_application, PENT, APPLICATION, AdwApplication)

PentApplication *pent_application_new (void);

G_END_DECLS
