/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-model-list.h"

G_BEGIN_DECLS

#define PENT_TYPE_MODELS_WINDOW (pent_models_window_get_type ())
G_DECLARE_FINAL_TYPE (PentModelsWindow, pent_models_window, PENT, MODELS_WINDOW, AdwWindow)

PentModelsWindow *pent_models_window_new (PentModelList *list);

G_END_DECLS
