/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-picture-facts.h"

G_BEGIN_DECLS

#define PENT_PNG_SIGNATURE "\x89PNG\r\n\x1a\n"
#define PENT_PNG_SIGNATURE_SIZE 8

gboolean pent_png_read_facts (const guint8 *data, gsize size, PentPictureFacts *facts, GError **error);

GBytes *pent_png_make_text (const PentTextField *field, const char **chunk_type);

G_END_DECLS
