/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"

G_BEGIN_DECLS

char *pent_model_find (PentLibrary  *library,
                       const char   *hash,
                       const char   *name,
                       GCancellable *cancellable,
                       GError      **error);

char **pent_model_known_folders (void);

G_END_DECLS
