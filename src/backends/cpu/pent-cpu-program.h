/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"
#include "pent-cpu-kernels.h"
#include "pent-cpu-weights.h"
#include "pent-dnn.h"

G_BEGIN_DECLS

#define PENT_TYPE_CPU_PROGRAM (pent_cpu_program_get_type ())
G_DECLARE_FINAL_TYPE (PentCpuProgram, pent_cpu_program, PENT, CPU_PROGRAM, PentProgram)

PentProgram *pent_cpu_program_new (PentBackend *backend, PentDnn *dnn, const PentCpuKernels *kernels,
                                   PentCpuWeightCache *cache, PentPlan *plan, GCancellable *cancellable,
                                   GError **error);

G_END_DECLS
