/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What ComfyUI calls its list of further folders. */
#define PENT_MODEL_PATHS_FILE "extra_model_paths.yaml"

GPtrArray *pent_model_paths_read (const char *path, GError **error);

G_END_DECLS
