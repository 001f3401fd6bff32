/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-text-fields.h"

G_BEGIN_DECLS

void            pent_infotext_append_pair (GString *line, const char *key, const char *value);
PentTextFields *pent_infotext_read_pairs  (const char *line);

G_END_DECLS
