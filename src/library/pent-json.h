/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonNode *pent_json_parse (const char *text, gsize size, GError **error);
char     *pent_json_print (JsonNode *node, gboolean pretty);

char *pent_json_format_real (double value);

G_END_DECLS
