/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Vectors of floats as wide as the instruction set this file is compiled for.
 * Private to the kernels, which are compiled once for each set. The compiler's
 * own vectors give arithmetic; what it has no operator for stands here, with
 * the instruction where there is one. */

#include "pent-graph.h"

#include <math.h>
#include <string.h>

#if defined __x86_64__ || defined __i386__
# include <immintrin.h>
#endif

#if defined __AVX512F__ && defined __AVX512BW__ && defined __AVX512DQ__ && defined __AVX512VL__
# define PENT_LANES 16
#elif defined __AVX2__ && defined __FMA__ && defined __F16C__
# define PENT_LANES 8
#else
# define PENT_LANES 4
#endif

typedef float   Vec  __attribute__ ((vector_size (4 * PENT_LANES)));
typedef gint32  VecI __attribute__ ((vector_size (4 * PENT_LANES)));
typedef guint32 VecU __attribute__ ((vector_size (4 * PENT_LANES)));
typedef guint16 VecH __attribute__ ((vector_size (2 * PENT_LANES)));

/* Rows of a product computed together: their sums fill the registers, save
 * for what a step of the sums reads. */
#if PENT_LANES == 16
# define PENT_TILE_ROWS 14
#else
# define PENT_TILE_ROWS 6
#endif

#define PENT_INLINE static inline __attribute__ ((always_inline, unused))

PENT_INLINE Vec
vec_all (float x)
{
#if PENT_LANES == 16
  return (Vec) _mm512_set1_ps (x);
#elif PENT_LANES == 8
  return (Vec) _mm256_set1_ps (x);
#else
  return (Vec) { x, x, x, x };
#endif
}

PENT_INLINE Vec
vec_load (const void *from)
{
  Vec v;
  memcpy (&v, from, sizeof v);
  return v;
}

PENT_INLINE void
vec_store (void *to, Vec v)
{
  memcpy (to, &v, sizeof v);
}

#if PENT_LANES == 16
# define PENT_FIRST_LANES(n) ((__mmask16) ((1u << (n)) - 1))
#endif

/* The first @n lanes, fewer than all; the others are 0. */
PENT_INLINE Vec
vec_load_some (const void *from, gsize n)
{
#if PENT_LANES == 16
  return (Vec) _mm512_maskz_loadu_ps (PENT_FIRST_LANES (n), from);
#else
  float lanes[PENT_LANES] = { 0 };
  memcpy (lanes, from, n * sizeof (float));
  return vec_load (lanes);
#endif
}

/* The second where the first is not a number, as the instruction has it. */
PENT_INLINE Vec
vec_max (Vec a, Vec b)
{
#if PENT_LANES == 16
  return (Vec) _mm512_max_ps ((__m512) a, (__m512) b);
#elif PENT_LANES == 8
  return (Vec) _mm256_max_ps ((__m256) a, (__m256) b);
#else
  for (int i = 0; i < PENT_LANES; i++)
    b[i] = a[i] > b[i] ? a[i] : b[i];
  return b;
#endif
}

PENT_INLINE Vec
vec_min (Vec a, Vec b)
{
#if PENT_LANES == 16
  return (Vec) _mm512_min_ps ((__m512) a, (__m512) b);
#elif PENT_LANES == 8
  return (Vec) _mm256_min_ps ((__m256) a, (__m256) b);
#else
  for (int i = 0; i < PENT_LANES; i++)
    b[i] = a[i] < b[i] ? a[i] : b[i];
  return b;
#endif
}

/* a * b + c, in one rounding where the instruction set has it. */
PENT_INLINE Vec
vec_fma (Vec a, Vec b, Vec c)
{
#if PENT_LANES == 16
  return (Vec) _mm512_fmadd_ps ((__m512) a, (__m512) b, (__m512) c);
#elif PENT_LANES == 8
  return (Vec) _mm256_fmadd_ps ((__m256) a, (__m256) b, (__m256) c);
#else
  return a * b + c;
#endif
}

PENT_INLINE float
vec_sum (Vec v)
{
  float sum[PENT_LANES];
  vec_store (sum, v);
  for (int n = PENT_LANES / 2; n > 0; n /= 2)
    for (int i = 0; i < n; i++)
      sum[i] += sum[i + n];
  return sum[0];
}

PENT_INLINE float
vec_top (Vec v)
{
#if PENT_LANES == 16
  return _mm512_reduce_max_ps ((__m512) v);
#else
  float top = v[0];
  for (int i = 1; i < PENT_LANES; i++)
    top = top > v[i] ? top : v[i];
  return top;
#endif
}

/* 2^x for x up to 127.4, good to 1.2 units in the last place. Below 2^-126 it
 * gives 2^-126: no subnormal number. Not-a-number stays.
 *
 * The fraction's polynomial is a fit of least relative error on [-1/2, 1/2];
 * adding 1.5 * 2^23 leaves the rounded x in the low bits of the sum. */
PENT_INLINE Vec
vec_exp2_below (Vec x)
{
  const Vec magic = vec_all (12582912.0f);

  x = vec_max (vec_all (-126.0f), x);
  Vec shifted = x + magic;
  Vec f = x - (shifted - magic);
  Vec p = vec_all (0.00015345810970757157f);
  p = vec_fma (p, f, vec_all (0.0013399930903688073f));
  p = vec_fma (p, f, vec_all (0.009618489071726799f));
  p = vec_fma (p, f, vec_all (0.05550328642129898f));
  p = vec_fma (p, f, vec_all (0.24022646248340607f));
  p = vec_fma (p, f, vec_all (0.6931471824645996f));
  p = vec_fma (p, f, vec_all (1.0f));
  VecU exponent = ((VecU) shifted << 23) + (127u << 23);
  return p * (Vec) exponent;
}

/* 2^x; above 2^127.4 it gives that: no infinity. */
PENT_INLINE Vec
vec_exp2 (Vec x)
{
  return vec_exp2_below (vec_min (vec_all (127.4f), x));
}

/* x / (1 + exp (-slope x)) */
PENT_INLINE Vec
vec_swish (Vec x, float slope)
{
  return x / (vec_exp2 (x * vec_all (-slope * 1.44269504f)) + vec_all (1.0f));
}

/* x Phi (x), with the error function from formula 7.1.26 of Abramowitz and
 * Stegun, good to 1.5e-7. */
PENT_INLINE Vec
vec_gelu (Vec x)
{
  Vec z = vec_max (x, -x) * vec_all ((float) M_SQRT1_2);
  Vec t = vec_all (1) / vec_fma (z, vec_all (0.3275911f), vec_all (1));
  Vec p = vec_all (1.061405429f);
  p = vec_fma (p, t, vec_all (-1.453152027f));
  p = vec_fma (p, t, vec_all (1.421413741f));
  p = vec_fma (p, t, vec_all (-0.284496736f));
  p = vec_fma (p, t, vec_all (0.254829592f));
  Vec tail = p * t * vec_exp2_below (z * z * vec_all (-1.44269504f));
  VecI negative = x < vec_all (0);
  Vec both = vec_all (2) - tail;
  Vec erf_plus_1 = (Vec) (((VecI) tail & negative) | ((VecI) both & ~negative));

  return vec_all (0.5f) * x * erf_plus_1;
}

PENT_INLINE Vec
vec_activate (PentActivation activation, Vec x)
{
  switch (activation)
    {
    case PENT_ACTIVATION_SILU:
      return vec_swish (x, 1);
    case PENT_ACTIVATION_QUICK_GELU:
      return vec_swish (x, 1.702f);
    case PENT_ACTIVATION_RELU:
      return vec_max (vec_all (0), x);
    case PENT_ACTIVATION_GELU:
      return vec_gelu (x);
    case PENT_ACTIVATION_NONE:
    default:
      return x;
    }
}

/* The upper halves, rounded to nearest, ties to even. */
PENT_INLINE VecH
vec_to_bf16 (Vec v)
{
#if PENT_LANES == 16 && defined __AVX512BF16__
  return (VecH) _mm512_cvtneps_pbh ((__m512) v);
#else
  VecU bits = (VecU) v;
  VecU rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  VecU nan = (VecU) (v != v);
  return __builtin_convertvector ((rounded & ~nan) | (0x7fc0 & nan), VecH);
#endif
}

PENT_INLINE Vec
vec_from_bf16 (const void *from)
{
  VecH halves;
  memcpy (&halves, from, sizeof halves);
  return (Vec) (__builtin_convertvector (halves, VecU) << 16);
}

PENT_INLINE Vec
vec_from_f16 (const void *from)
{
#if PENT_LANES == 16
  return (Vec) _mm512_cvtph_ps (_mm256_loadu_si256 (from));
#elif PENT_LANES == 8
  return (Vec) _mm256_cvtph_ps (_mm_loadu_si128 (from));
#else
  VecH halves;
  Vec v;
  memcpy (&halves, from, sizeof halves);
  for (int i = 0; i < PENT_LANES; i++)
    v[i] = pent_f16_to_f32 (halves[i]);
  return v;
#endif
}

PENT_INLINE Vec
vec_read (PentDtype dtype, const void *from, gsize i)
{
  switch (dtype)
    {
    case PENT_F16:
      return vec_from_f16 ((const guint16 *) from + i);
    case PENT_BF16:
      return vec_from_bf16 ((const guint16 *) from + i);
    case PENT_F32:
    default:
      return vec_load ((const float *) from + i);
    }
}

/* The first @n lanes, fewer than all, of what may end there. */
PENT_INLINE Vec
vec_read_some (PentDtype dtype, const void *from, gsize i, gsize n)
{
  if (dtype == PENT_F32)
    return vec_load_some ((const float *) from + i, n);

  guint16 lanes[PENT_LANES] = { 0 };
  memcpy (lanes, (const guint16 *) from + i, n * sizeof (guint16));
  return vec_read (dtype, lanes, 0);
}

/* To f32 or bf16. */
PENT_INLINE void
vec_write (PentDtype dtype, void *to, gsize i, Vec v)
{
  if (dtype == PENT_BF16)
    {
      VecH halves = vec_to_bf16 (v);
      memcpy ((guint16 *) to + i, &halves, sizeof halves);
    }
  else
    {
      vec_store ((float *) to + i, v);
    }
}

/* The first @n lanes. */
PENT_INLINE void
vec_write_some (PentDtype dtype, void *to, gsize i, Vec v, gsize n)
{
#if PENT_LANES == 16
  if (dtype == PENT_BF16)
    _mm256_mask_storeu_epi16 ((guint16 *) to + i, PENT_FIRST_LANES (n), (__m256i) vec_to_bf16 (v));
  else
    _mm512_mask_storeu_ps ((float *) to + i, PENT_FIRST_LANES (n), (__m512) v);
#else
  gsize size = dtype == PENT_BF16 ? sizeof (guint16) : sizeof (float);
  float lanes[PENT_LANES];
  vec_write (dtype, lanes, 0, v);
  memcpy ((guint8 *) to + i * size, lanes, n * size);
#endif
}
