/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cpu-kernels.h"
#include "pent-dnn.h"

G_BEGIN_DECLS

/**
 * PentCpuWeightCache:
 *
 * What was made of weights, for as long as some program uses it. Keyed by
 * where the weights lie, their shape and type, and the layout asked for; a
 * sample of the contents guards against another file that was mapped where a
 * closed one lay.
 */
typedef struct _PentCpuWeightCache PentCpuWeightCache;

/**
 * PentCpuWeight:
 *
 * One weight in the form its operator reads. It has a size at once and data
 * only when it is loaded, so that what a program takes is known before it is
 * taken.
 */
typedef struct _PentCpuWeight PentCpuWeight;

/* The order of a weight's elements when it is packed. */
typedef enum
{
  PENT_CPU_WEIGHT_AS_STORED,      /* (out, in, kh, kw) */
  PENT_CPU_WEIGHT_CHANNELS_LAST,  /* (out, kh, kw, in) */
  PENT_CPU_WEIGHT_PANELS,         /* (out / width, in, kh, kw, width), with zeros where out ends */
  PENT_CPU_WEIGHT_TAP_PANELS,     /* likewise (out / width, kh, kw, in, width) */
  PENT_CPU_WEIGHT_GATED_PANELS,   /* as PANELS, of two halves of out: each panel has as many of either */
  PENT_CPU_WEIGHT_INT8_PANELS,    /* of (out, in): see pent-cpu-int8-panels.h */
  PENT_CPU_WEIGHT_INT8_GATED_PANELS,
} PentCpuWeightOrder;

PentCpuWeightCache *pent_cpu_weight_cache_new   (void);
void                pent_cpu_weight_cache_free  (PentCpuWeightCache *self);
PentCpuWeight      *pent_cpu_weight_cache_get   (PentCpuWeightCache *self, const PentWeight *weight,
                                                 PentCpuWeightOrder order, PentDtype operand, PentDnnLayout *layout);
PentCpuWeight      *pent_cpu_weight_cache_get_panels (PentCpuWeightCache *self, const PentWeight *weight,
                                                      PentCpuWeightOrder order, gsize width);

gboolean            pent_cpu_weight_is_loaded   (const PentCpuWeight *self);
gsize               pent_cpu_weight_get_staging (const PentCpuWeight *self);
gboolean            pent_cpu_weight_load        (PentCpuWeight *self, const PentCpuKernels *kernels, void *staging,
                                                 GError **error);
gboolean            pent_cpu_weight_lend        (PentCpuWeight *self, const PentCpuKernels *kernels, void *memory,
                                                 void *staging, GError **error);
void                pent_cpu_weight_take_back   (PentCpuWeight *self);
gsize               pent_cpu_weight_get_size    (const PentCpuWeight *self);
PentDtype           pent_cpu_weight_get_dtype   (const PentCpuWeight *self);
const void         *pent_cpu_weight_get_data    (const PentCpuWeight *self);
void                pent_cpu_weight_unref       (PentCpuWeight *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentCpuWeight, pent_cpu_weight_unref)

float              *pent_cpu_vector_new         (const PentWeight *weight, gsize n, float fallback);

G_END_DECLS
