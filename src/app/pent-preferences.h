/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define PENT_TYPE_PREFERENCES (pent_preferences_get_type ())
G_DECLARE_FINAL_TYPE (PentPreferences, pent_preferences, PENT, PREFERENCES, AdwPreferencesWindow)

PentPreferences *pent_preferences_new (GSettings *settings);

G_END_DECLS
