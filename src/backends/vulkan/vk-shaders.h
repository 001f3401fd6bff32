/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-dtype.h"

G_BEGIN_DECLS

/* The shaders of shaders/, by name */
typedef enum
{
  PENT_VK_ADD,
  PENT_VK_ATTENTION_COOPERATIVE,
  PENT_VK_ATTENTION_TILE,
  PENT_VK_ATTENTION_WIDE,
  PENT_VK_CAST,
  PENT_VK_CONCAT,
  PENT_VK_GROUP_NORM_APPLY,
  PENT_VK_GROUP_NORM_FOLD,
  PENT_VK_GROUP_NORM_STATS,
  PENT_VK_LAYER_NORM,
  PENT_VK_MATMUL_COOPERATIVE,
  PENT_VK_MATMUL_TILE,
  PENT_VK_MATMUL_WIDE,
  PENT_VK_UPSAMPLE,
  PENT_VK_N_SHADERS,
} PentVkShader;

/* Subgroups of a workgroup of the cooperative shaders */
#define PENT_VK_COOPERATIVE_SUBGROUPS 4

/**
 * PentVkCode:
 * @words: SPIR-V
 * @size: bytes
 * @n_inputs: texel buffers it reads, in bindings 1 to @n_inputs
 * @is_cooperative: its matrices belong to whole subgroups, of the size that
 *   its tile was laid out for
 */
typedef struct
{
  const guint32 *words;
  gsize          size;
  guint          n_inputs;
  gboolean       is_cooperative;
} PentVkCode;

PentVkCode pent_vk_shader_code (PentVkShader shader, PentDtype result);

G_END_DECLS
