/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-weight.h"

G_BEGIN_DECLS

/* Columns of a panel; shaders/matmul.glsl tells how weights lie in panels. */
#define PENT_VK_PANEL 32

/**
 * PentVkForm:
 *
 * How a weight lies in the device's memory.
 * @PENT_VK_VECTOR: in f32, with zeros up to a whole panel
 * @PENT_VK_GATED_VECTOR: the same, the second half's elements between the first's
 * @PENT_VK_PANELS: a matrix or convolution for the matrix product
 * @PENT_VK_GATED_PANELS: the same, columns of the second half between the first's
 */
typedef enum
{
  PENT_VK_VECTOR,
  PENT_VK_GATED_VECTOR,
  PENT_VK_PANELS,
  PENT_VK_GATED_PANELS,
} PentVkForm;

/* Rows of a weight's (out, in, height, width) and what becomes of them */
typedef struct
{
  gint64 out, in, taps;
  gint64 steps;      /* of four channels */
  gint64 n_panels;
  gsize  panel_size; /* bytes */
} PentVkPanels;

gboolean pent_vk_panels_init   (PentVkPanels *self, const PentWeight *weight, PentDtype dtype);
void     pent_vk_repack_panels (const PentVkPanels *panels, const PentWeight *weight, gboolean is_gated,
                                PentDtype dtype, gint64 first, gint64 n, void *dst);
void     pent_vk_repack_vector (const PentWeight *weight, gboolean is_gated, float *dst, gsize n);

G_END_DECLS
