/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentModelFile:
 * @name: within the model, "unet/config.json"; empty for a single file
 * @path: where it lies
 */
typedef struct
{
  char *name;
  char *path;
} PentModelFile;

GPtrArray *pent_model_files_list (const char *path);

G_END_DECLS
