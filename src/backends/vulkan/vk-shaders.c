/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vk-shaders.h"

/* clang-format off */
static const guint32 add_f32[] =
#include "add-f32.inc"
;
static const guint32 add_f16[] =
#include "add-f16.inc"
;
static const guint32 attention_cooperative_f32[] =
#include "attention-cooperative-f32.inc"
;
static const guint32 attention_cooperative_f16[] =
#include "attention-cooperative-f16.inc"
;
static const guint32 attention_tile_f32[] =
#include "attention-tile-f32.inc"
;
static const guint32 attention_tile_f16[] =
#include "attention-tile-f16.inc"
;
static const guint32 attention_wide_f32[] =
#include "attention-wide-f32.inc"
;
static const guint32 attention_wide_f16[] =
#include "attention-wide-f16.inc"
;
static const guint32 cast_f32[] =
#include "cast-f32.inc"
;
static const guint32 cast_f16[] =
#include "cast-f16.inc"
;
static const guint32 concat_f32[] =
#include "concat-f32.inc"
;
static const guint32 concat_f16[] =
#include "concat-f16.inc"
;
static const guint32 group_norm_apply_f32[] =
#include "group-norm-apply-f32.inc"
;
static const guint32 group_norm_apply_f16[] =
#include "group-norm-apply-f16.inc"
;
static const guint32 group_norm_fold_f32[] =
#include "group-norm-fold-f32.inc"
;
static const guint32 group_norm_fold_f16[] =
#include "group-norm-fold-f16.inc"
;
static const guint32 group_norm_stats_f32[] =
#include "group-norm-stats-f32.inc"
;
static const guint32 group_norm_stats_f16[] =
#include "group-norm-stats-f16.inc"
;
static const guint32 layer_norm_f32[] =
#include "layer-norm-f32.inc"
;
static const guint32 layer_norm_f16[] =
#include "layer-norm-f16.inc"
;
static const guint32 matmul_cooperative_f32[] =
#include "matmul-cooperative-f32.inc"
;
static const guint32 matmul_cooperative_f16[] =
#include "matmul-cooperative-f16.inc"
;
static const guint32 matmul_tile_f32[] =
#include "matmul-tile-f32.inc"
;
static const guint32 matmul_tile_f16[] =
#include "matmul-tile-f16.inc"
;
static const guint32 matmul_wide_f32[] =
#include "matmul-wide-f32.inc"
;
static const guint32 matmul_wide_f16[] =
#include "matmul-wide-f16.inc"
;
static const guint32 upsample_f32[] =
#include "upsample-f32.inc"
;
static const guint32 upsample_f16[] =
#include "upsample-f16.inc"
;
/* clang-format on */

#define BOTH_OF(name, n_inputs, is_cooperative)                                \
  {                                                                            \
    { name##_f32, sizeof name##_f32, n_inputs, is_cooperative },               \
    { name##_f16, sizeof name##_f16, n_inputs, is_cooperative },               \
  }
#define BOTH(name, n_inputs)             BOTH_OF (name, n_inputs, FALSE)
#define BOTH_COOPERATIVE(name, n_inputs) BOTH_OF (name, n_inputs, TRUE)

static const PentVkCode codes[PENT_VK_N_SHADERS][2] = {
  [PENT_VK_ADD] = BOTH (add, 2),
  [PENT_VK_ATTENTION_COOPERATIVE] = BOTH_COOPERATIVE (attention_cooperative, 3),
  [PENT_VK_ATTENTION_TILE] = BOTH (attention_tile, 3),
  [PENT_VK_ATTENTION_WIDE] = BOTH (attention_wide, 3),
  [PENT_VK_CAST] = BOTH (cast, 1),
  [PENT_VK_CONCAT] = BOTH (concat, 2),
  [PENT_VK_GROUP_NORM_APPLY] = BOTH (group_norm_apply, 3),
  [PENT_VK_GROUP_NORM_FOLD] = BOTH (group_norm_fold, 2),
  [PENT_VK_GROUP_NORM_STATS] = BOTH (group_norm_stats, 1),
  [PENT_VK_LAYER_NORM] = BOTH (layer_norm, 3),
  [PENT_VK_MATMUL_COOPERATIVE] = BOTH_COOPERATIVE (matmul_cooperative, 5),
  [PENT_VK_MATMUL_TILE] = BOTH (matmul_tile, 5),
  [PENT_VK_MATMUL_WIDE] = BOTH (matmul_wide, 5),
  [PENT_VK_UPSAMPLE] = BOTH (upsample, 1),
};

/**
 * pent_vk_shader_code:
 * @result: the type the result is stored in, f32 or f16
 */
PentVkCode
pent_vk_shader_code (PentVkShader shader, PentDtype result)
{
  return codes[shader][result == PENT_F16];
}
