/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-request.h"
#include "pent-rng.h"
#include "pent-schedule.h"

G_BEGIN_DECLS

/**
 * PentResolved:
 *
 * A request's names looked up, for one model.
 */
typedef struct
{
  PentSchedule *schedule;
  PentRngKind   rng;
  gboolean      v_prediction;
} PentResolved;

gboolean pent_resolve       (PentResolved *self, PentCheckpoint *checkpoint, const PentRequest *request, GError **error);
void     pent_resolve_clear (PentResolved *self);

G_END_DECLS
