/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

/* The reference implementations keep noise levels in float32 tensors, and a
 * Brownian tree turns a level's last bit into other noise. So levels are
 * computed in float32 step by step, and functions are rounded once: what a
 * good vector library gives too, nearly always. */

static inline float
pent_f32_log (float x)
{
  return (float) log ((double) x);
}

static inline float
pent_f32_exp (float x)
{
  return (float) exp ((double) x);
}

static inline float
pent_f32_expm1 (float x)
{
  return (float) expm1 ((double) x);
}

/* Entry i of torch.linspace (start, end, n): each half counts from its own
 * end, with one rounding for product and sum. */
static inline float
pent_f32_linspace (float start, float end, int n, int i)
{
  if (n == 1)
    return start;
  float step = (end - start) / (float) (n - 1);
  return i < n / 2 ? fmaf (step, (float) i, start) : fmaf (-step, (float) (n - 1 - i), end);
}

G_END_DECLS
