/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-kernels.h"

#include "pent-cpu-kernel-sets.h"

/* The sets this processor runs, the best first. */
static guint
list_sets (const PentCpuKernels *sets[PENT_CPU_N_KERNEL_SETS])
{
  guint n = 0;

#ifdef PENT_CPU_X86_KERNELS
  gboolean avx512 = __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
                    && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl")
                    && __builtin_cpu_supports ("fma") && __builtin_cpu_supports ("avx2");
  gboolean vnni = avx512 && __builtin_cpu_supports ("avx512vnni");
  if (vnni && __builtin_cpu_supports ("avx512bf16"))
    sets[n++] = &pent_cpu_kernels_avx512_bf16;
  if (vnni)
    sets[n++] = &pent_cpu_kernels_avx512_vnni;
  if (avx512)
    sets[n++] = &pent_cpu_kernels_avx512;
  /* Every processor with these two has f16c as well. */
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    sets[n++] = &pent_cpu_kernels_avx2;
#endif
  sets[n++] = &pent_cpu_kernels_plain;
  return n;
}

/**
 * pent_cpu_kernels_get_best:
 * @fast_bf16: whether products of bf16 are faster than those of f32
 *
 * Returns: (transfer none): the kernels for the widest vectors this processor has
 */
const PentCpuKernels *
pent_cpu_kernels_get_best (gboolean fast_bf16)
{
  const PentCpuKernels *sets[PENT_CPU_N_KERNEL_SETS];

  list_sets (sets);
#ifdef PENT_CPU_X86_KERNELS
  if (!fast_bf16 && sets[0] == &pent_cpu_kernels_avx512_bf16)
    return sets[1];
#endif
  return sets[0];
}

/**
 * pent_cpu_kernels_find:
 * @name: "plain", "avx2", "avx512", "avx512-vnni" or "avx512-bf16"
 *
 * Returns: (transfer none) (nullable): that set, or %NULL where this processor
 *   or this build has it not
 */
const PentCpuKernels *
pent_cpu_kernels_find (const char *name)
{
  const PentCpuKernels *sets[PENT_CPU_N_KERNEL_SETS];
  guint n = list_sets (sets);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (sets[i]->name, name))
      return sets[i];
  return NULL;
}
