/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-engine.h"
#include "pent-queue.h"

G_BEGIN_DECLS

PentQueue *pent_queue_new_with_engine (const PentFolders *folders, const PentEngine *engine);

G_END_DECLS
