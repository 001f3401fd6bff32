/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"

G_BEGIN_DECLS

/**
 * PentCpuBackend:
 *
 * Runs graphs on the processor: oneDNN's convolutions and products of
 * matrices, and kernels of our own round them. Operands are f32, or bf16 where
 * the processor multiplies it natively.
 *
 * The same inputs give the same bits from run to run, whatever the other items
 * of the batch are. Our own kernels depend neither on the number of threads nor
 * on the size of the batch; oneDNN may divide a long sum by the one, and without
 * AVX-512 order it by the other, so that there the last place may differ.
 */
#define PENT_TYPE_CPU_BACKEND (pent_cpu_backend_get_type ())
G_DECLARE_FINAL_TYPE (PentCpuBackend, pent_cpu_backend, PENT, CPU_BACKEND, PentBackend)

PentBackend *pent_cpu_backend_new              (GError **error);
PentBackend *pent_cpu_backend_new_with_kernels (const char *kernels, GError **error);

G_END_DECLS
