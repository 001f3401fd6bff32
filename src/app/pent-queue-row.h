/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "pent-job.h"

G_BEGIN_DECLS

#define PENT_TYPE_QUEUE_ROW (pent_queue_row_get_type ())
G_DECLARE_FINAL_TYPE (PentQueueRow, pent_queue_row, PENT, QUEUE_ROW, GtkListBoxRow)

PentQueueRow *pent_queue_row_new (PentJob *job);

G_END_DECLS
