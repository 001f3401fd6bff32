/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"

G_BEGIN_DECLS

/**
 * PentEstimate:
 * @seconds: that all pictures will take
 * @bytes: on the disk
 */
typedef struct
{
  double seconds;
  gint64 bytes;
} PentEstimate;

gboolean pent_estimate (GPtrArray *figures, const char *model, int width, int height, int count,
                        PentEstimate *estimate);

G_END_DECLS
