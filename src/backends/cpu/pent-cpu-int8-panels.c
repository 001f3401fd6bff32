/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-int8-panels.h"

#include <string.h>

static gsize
numbers_size (gsize depth, gsize width)
{
  return (depth + 3) / 4 * 4 * width;
}

/**
 * pent_cpu_int8_panel_size:
 * @depth: values of a column
 * @width: columns, a multiple of 8
 *
 * Returns: bytes
 */
gsize
pent_cpu_int8_panel_size (gsize depth, gsize width)
{
  gsize size = numbers_size (depth, width) + width * (sizeof (float) + sizeof (gint32));

  return (size + 63) & ~(gsize) 63;
}

const float *
pent_cpu_int8_panel_scales (const void *panel, gsize depth, gsize width)
{
  return (const float *) (const void *) ((const guint8 *) panel + numbers_size (depth, width));
}

const gint32 *
pent_cpu_int8_panel_starts (const void *panel, gsize depth, gsize width)
{
  return (const gint32 *) (const void *) (pent_cpu_int8_panel_scales (panel, depth, width) + width);
}

/**
 * pent_cpu_int8_panel_pack:
 * @rows: (array length=width): the panel's columns as they are stored, one
 *   after the other's @depth values; %NULL where there is none
 * @dtype: of the values
 * @panel: (out): pent_cpu_int8_panel_size() bytes
 *
 * Every column has a scale of its own.
 */
void
pent_cpu_int8_panel_pack (const PentCpuKernels *kernels, const guint8 *const *rows, PentDtype dtype, gsize depth,
                          gsize width, void *panel)
{
  g_autofree float *values = g_new0 (float, depth);
  g_autofree guint8 *steps = g_new (guint8, depth + 3);
  float *scales = (float *) pent_cpu_int8_panel_scales (panel, depth, width);
  gint32 *starts = (gint32 *) pent_cpu_int8_panel_starts (panel, depth, width);
  gint8 *numbers = panel;

  for (gsize column = 0; column < width; column++)
    {
      gint32 sum = 0;
      if (rows[column] != NULL)
        kernels->convert (PENT_F32, values, dtype, rows[column], depth);
      else
        memset (values, 0, depth * sizeof *values);
      kernels->quantise_row (values, depth, steps, &scales[column]);
      for (gsize k = 0; k < (depth + 3) / 4 * 4; k++)
        {
          gint8 number = (gint8) (steps[k] - 128);
          numbers[(k / 4 * width + column) * 4 + k % 4] = number;
          sum += number;
        }
      starts[column] = -128 * sum;
    }
}
