/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-facts.h"

G_BEGIN_DECLS

/* The file that keeps a driver's compiled shaders between runs:
 *
 *   bytes 0-7    "PENTVKC1"
 *   bytes 8-23   the driver's pipeline cache UUID
 *   bytes 24-27  the driver's version, little endian
 *   bytes 28-59  SHA-256 of what follows
 *   bytes 60-    the driver's own data
 *
 * in $XDG_CACHE_HOME/pentimento, named by UUID and version. */

char   *pent_vk_cache_path          (const PentVkFacts *facts, const char *kind);
GBytes *pent_vk_pipeline_file_read  (const PentVkFacts *facts);
void    pent_vk_pipeline_file_write (const PentVkFacts *facts, const guint8 *data, gsize size);

G_END_DECLS
