/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"

G_BEGIN_DECLS

/**
 * PentCliCell:
 * @label: what tells the picture from the others
 * @image: (nullable): the picture
 */
typedef struct
{
  char      *label;
  PentImage *image;
} PentCliCell;

PentImage *pent_cli_sheet_draw (const PentCliCell *cells, int n, int columns, GError **error);

G_END_DECLS
