/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-config-file.h"

G_BEGIN_DECLS

gboolean pent_model_folder_find_part    (const char      *folder,
                                         PentConfigFile  *index,
                                         const char      *part,
                                         char           **part_folder,
                                         GError         **error);
gboolean pent_model_folder_find_weights (const char      *part_folder,
                                         GPtrArray       *paths,
                                         GError         **error);

G_END_DECLS
