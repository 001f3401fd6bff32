/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-pipeline.h"

G_BEGIN_DECLS

gboolean pent_cli_previews_prepare (const char *folder, GError **error);
gboolean pent_cli_previews_write   (const char         *folder,
                                    int                 every,
                                    const PentProgress *progress,
                                    int                 width,
                                    int                 height,
                                    GError            **error);

G_END_DECLS
