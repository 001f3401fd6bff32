/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-tape.h"

G_BEGIN_DECLS

/**
 * PentVkHazards:
 *
 * What was read and written since the last barrier, to tell when the next one
 * is due: before what is read was written, and before what is written was
 * read or written.
 */
typedef struct
{
  GArray *accesses;
} PentVkHazards;

void     pent_vk_hazards_init  (PentVkHazards *self);
void     pent_vk_hazards_clear (PentVkHazards *self);
void     pent_vk_hazards_reset (PentVkHazards *self);
gboolean pent_vk_hazards_meets (const PentVkHazards *self, const PentVkSpan *span, gboolean writes);
void     pent_vk_hazards_add   (PentVkHazards *self, const PentVkSpan *span, gboolean writes);

G_END_DECLS
