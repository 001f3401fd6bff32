/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cpu-kernels.h"

G_BEGIN_DECLS

/* What the files of kernels give under the
 * flags of each instruction set; PENT_CPU_KERNEL_SET is its name then. */
extern const PentCpuKernels pent_cpu_kernels_plain;
#ifdef PENT_CPU_X86_KERNELS
extern const PentCpuKernels pent_cpu_kernels_avx2;
extern const PentCpuKernels pent_cpu_kernels_avx512;
extern const PentCpuKernels pent_cpu_kernels_avx512_vnni;
extern const PentCpuKernels pent_cpu_kernels_avx512_bf16;
#endif

#define PENT_CPU_N_KERNEL_SETS 5

#ifdef PENT_CPU_KERNEL_SET

# define PENT_CPU_PASTE_AGAIN(a, b) a##_##b
# define PENT_CPU_PASTE(a, b) PENT_CPU_PASTE_AGAIN (a, b)
# define PENT_CPU_IN_SET(name) PENT_CPU_PASTE (name, PENT_CPU_KERNEL_SET)

gsize PENT_CPU_IN_SET (pent_cpu_attention_packed_size)  (const PentCpuAttention *self);
gsize PENT_CPU_IN_SET (pent_cpu_attention_scratch_size) (const PentCpuAttention *self);
void  PENT_CPU_IN_SET (pent_cpu_attention_pack)         (const PentCpuAttention *self, const void *k, const void *v,
                                                         gsize block, void *packed);
void  PENT_CPU_IN_SET (pent_cpu_multiply_tile)          (const PentCpuTile *self, gsize n_rows);
void  PENT_CPU_IN_SET (pent_cpu_multiply_int8_tile)     (const PentCpuInt8Tile *self, gsize n_rows);
void  PENT_CPU_IN_SET (pent_cpu_quantise_row)           (const float *x, gsize n, guint8 *to, float *scale);
void  PENT_CPU_IN_SET (pent_cpu_winograd_input)         (const PentCpuWinograd *self, const float *x, gsize tile,
                                                         float *to);
void  PENT_CPU_IN_SET (pent_cpu_winograd_weight)        (PentDtype dtype, const void *from, gsize in, float *to);
void  PENT_CPU_IN_SET (pent_cpu_winograd_output)        (const PentCpuWinograd *self, const float *from, gsize tile,
                                                         gsize n, const float *bias, const float *residual, float *y);
void  PENT_CPU_IN_SET (pent_cpu_attention_run)          (const PentCpuAttention *self, const void *q,
                                                         const void *packed, gsize block, void *y, void *scratch);

#endif

G_END_DECLS
