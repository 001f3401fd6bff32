/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-device.h"

G_BEGIN_DECLS

/**
 * PentVkClock:
 *
 * The device's own clock, read between the commands of a tape.
 */
typedef struct _PentVkClock PentVkClock;

PentVkClock *pent_vk_clock_new  (PentVkDevice *device, guint n_marks, GError **error);
void         pent_vk_clock_free (PentVkClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVkClock, pent_vk_clock_free)

void     pent_vk_clock_mark (PentVkClock *self, VkCommandBuffer commands);
gboolean pent_vk_clock_read (PentVkClock *self, double *seconds, GError **error);

G_END_DECLS
