/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-queue.h"

G_BEGIN_DECLS

#define PENT_TYPE_QUEUE_POPOVER (pent_queue_popover_get_type ())
G_DECLARE_FINAL_TYPE (PentQueuePopover, pent_queue_popover, PENT, QUEUE_POPOVER, GtkPopover)

void pent_queue_popover_set_queue (PentQueuePopover *self, PentQueue *queue);

G_END_DECLS
