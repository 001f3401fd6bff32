/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-dtype.h"

#include <string.h>

gsize
pent_dtype_size (PentDtype dtype)
{
  static const gsize sizes[] = { [PENT_F32] = 4, [PENT_F16] = 2, [PENT_BF16] = 2, [PENT_INT8] = 1 };
  return sizes[dtype];
}

const char *
pent_dtype_name (PentDtype dtype)
{
  static const char *const names[] = { [PENT_F32] = "f32", [PENT_F16] = "f16", [PENT_BF16] = "bf16", [PENT_INT8] = "int8" };
  return names[dtype];
}

/**
 * pent_f16_to_f32:
 *
 * Exact, subnormals, infinities and NaN included (IEEE 754 binary16). The
 * exponent is rebiased by a multiplication, which also scales subnormals.
 */
float
pent_f16_to_f32 (guint16 bits)
{
  union { guint32 u; float f; } v = { .u = (guint32) (bits & 0x7fff) << 13 };
  const union { guint32 u; float f; } rebias = { .u = (254 - 15) << 23 };

  v.f *= rebias.f;
  if ((bits & 0x7c00) == 0x7c00)
    v.u |= 0x7f800000;
  v.u |= (guint32) (bits & 0x8000) << 16;
  return v.f;
}

/**
 * pent_f32_to_f16:
 *
 * Rounds to nearest, ties to even; what exceeds 65504 by half a unit becomes
 * infinite.
 */
guint16
pent_f32_to_f16 (float value)
{
  union { float f; guint32 u; } v = { .f = value };
  guint32 sign = (v.u >> 16) & 0x8000;
  guint32 magnitude = v.u & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000)
    return sign | 0x7c00;
  if (magnitude < 0x38800000)
    {
      /* Adding 1/2 leaves the subnormal's mantissa, rounded by the FPU, in
       * the low bits of the sum. */
      union { guint32 u; float f; } m = { .u = magnitude };
      m.f += 0.5f;
      return sign | (m.u - 0x3f000000);
    }
  magnitude += 0xfff + ((magnitude >> 13) & 1);
  return sign | ((magnitude - 0x38000000) >> 13);
}

/* Tensors in a file may lie at any address. */
static float
load (PentDtype dtype, const guint8 *src, gsize i)
{
  guint16 bits;
  float value;

  if (dtype == PENT_F32)
    {
      memcpy (&value, src + i * sizeof value, sizeof value);
      return value;
    }
  memcpy (&bits, src + i * sizeof bits, sizeof bits);
  return dtype == PENT_F16 ? pent_f16_to_f32 (bits) : pent_bf16_to_f32 (bits);
}

/**
 * pent_convert:
 * @dst: (out): room for @n elements of @dst_dtype
 * @src: @n elements of @src_dtype, at any address
 *
 * Converts element by element, rounding to nearest, ties to even. The two
 * arrays must not overlap.
 */
void
pent_convert (PentDtype dst_dtype, void *dst, PentDtype src_dtype, const void *src, gsize n)
{
  if (dst_dtype == src_dtype)
    {
      memcpy (dst, src, n * pent_dtype_size (src_dtype));
      return;
    }

  for (gsize i = 0; i < n; i++)
    {
      float value = load (src_dtype, src, i);
      switch (dst_dtype)
        {
        case PENT_F16:
          ((guint16 *) dst)[i] = pent_f32_to_f16 (value);
          break;
        case PENT_BF16:
          ((guint16 *) dst)[i] = pent_f32_to_bf16 (value);
          break;
        case PENT_F32:
        default:
          ((float *) dst)[i] = value;
          break;
        }
    }
}
