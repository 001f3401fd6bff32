/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-library-desk.h"

G_BEGIN_DECLS

#define PENT_TYPE_TEMPLATES_WINDOW (pent_templates_window_get_type ())
G_DECLARE_FINAL_TYPE (PentTemplatesWindow, pent_templates_window, PENT, TEMPLATES_WINDOW, AdwWindow)

PentTemplatesWindow *pent_templates_window_new (PentLibraryDesk *desk, const char *prompt);

G_END_DECLS
