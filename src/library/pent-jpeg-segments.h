/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-picture-facts.h"

G_BEGIN_DECLS

gboolean pent_jpeg_read_facts (const guint8 *data, gsize size, PentPictureFacts *facts, GError **error);

/* A segment's marker (0xe1 is APP1) and what follows its length. */
typedef struct
{
  int     marker;
  GBytes *data;
} PentJpegSegment;

GArray *pent_jpeg_make_segments (const PentTextFields *texts);

G_END_DECLS
