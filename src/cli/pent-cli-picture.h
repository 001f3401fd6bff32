/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "pent-library.h"

G_BEGIN_DECLS

PentLibrary        *pent_cli_open_library (PentLibraryMode mode, GError **error);
PentLibraryPicture *pent_cli_find_picture (PentLibrary *library, const char *name, GError **error);

JsonNode *pent_cli_picture_json (const PentLibraryPicture *picture);
char     *pent_cli_picture_line (const PentLibraryPicture *picture);

G_END_DECLS
