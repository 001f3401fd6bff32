/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-task.h"

G_BEGIN_DECLS

PentJob  *pent_job_new       (PentTask *task, PentJobState state);
PentTask *pent_job_get_task  (PentJob *self);
void      pent_job_set_state (PentJob *self, PentJobState state);
void      pent_job_tell      (PentJob *self, const PentNews *news);

G_END_DECLS
