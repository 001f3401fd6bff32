/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentDtype:
 *
 * Element types the engine computes with and reads weights in. BF16 is the
 * upper half of an IEEE binary32; F16 is IEEE binary16. INT8 is no type of a
 * file or a tensor: where it is asked for, some layers are multiplied in whole
 * numbers of 8 bits, and everything else is f32.
 */
typedef enum
{
  PENT_F32,
  PENT_F16,
  PENT_BF16,
  PENT_INT8,
} PentDtype;

gsize       pent_dtype_size (PentDtype dtype);
const char *pent_dtype_name (PentDtype dtype);

float   pent_f16_to_f32 (guint16 bits);
guint16 pent_f32_to_f16 (float value);

static inline float
pent_bf16_to_f32 (guint16 bits)
{
  union { guint32 u; float f; } v = { .u = (guint32) bits << 16 };
  return v.f;
}

static inline guint16
pent_f32_to_bf16 (float value)
{
  union { float f; guint32 u; } v = { .f = value };
  if ((v.u & 0x7fffffff) > 0x7f800000)
    return (v.u >> 16) | 0x40;
  return (v.u + 0x7fff + ((v.u >> 16) & 1)) >> 16;
}

void pent_convert (PentDtype dst_dtype, void *dst, PentDtype src_dtype, const void *src, gsize n);

G_END_DECLS
