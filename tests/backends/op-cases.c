/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "op-cases.h"

#include <math.h>
#include <string.h>

#define BOUNDS(f32, f16, bf16) { [PENT_F32] = f32, [PENT_F16] = f16, [PENT_BF16] = bf16 }

/* The reference rounds operands as the plan does, so products are exact and
 * only the order of sums in f32 differs, whatever the operand type. */
static const OpTolerance sums = {
  BOUNDS (3e-6, 3e-6, 3e-6), 30, "sums of products in f32, in another order than the reference's in double",
};
static const OpTolerance winograd = {
  BOUNDS (1e-5, 3e-6, 3e-6), 30, "f32 may go through Winograd's transforms, which multiply rounding errors by ten",
};
static const OpTolerance gated = {
  BOUNDS (5e-6, 1e-3, 6e-3), 30, "the gate may be kept in the operand type before it is multiplied",
};
static const OpTolerance norms = {
  BOUNDS (3e-6, 3e-6, 3e-6), 30, "f32 throughout; the mean and the variance are good to f32",
};
static const OpTolerance shifted_norms = {
  BOUNDS (3e-5, 3e-5, 3e-5), 30, "the mean is 50 deviations away: x itself is only good to 50 units in the last place",
};
static const OpTolerance weighted = {
  BOUNDS (5e-6, 1e-3, 4e-3), 30, "the softmax's weights are rounded to the operand type before they meet v",
};
static const OpTolerance spiked = {
  BOUNDS (2e-5, 1e-3, 4e-3), 30, "scores near 100 leave exp an error of 100 units in the last place",
};
static const OpTolerance moves = {
  BOUNDS (0, 0, 0), 0, "values are moved, not computed",
};
static const OpTolerance additions = {
  BOUNDS (1e-7, 1e-7, 1e-7), 4, "one rounding",
};
static const OpTolerance stored = {
  BOUNDS (5e-6, 1e-3, 5e-3), 30, "the result is stored in the operand type: what lies near a tie may round to the other side, a residual twice",
};
const OpTolerance op_network_tolerance = {
  BOUNDS (2e-5, 2e-3, 8e-3), 30, "a dozen stored results in a row, each rounded to the operand type",
};

#define SILU PENT_ACTIVATION_SILU
#define PAD_1 { 1, 1, 1, 1 }

/* Rows are grouped by operator. Sizes straddle the blocks that kernels like
 * (8, 16, 32, 64) and include those of the models served. */
static const OpCase cases[] = {
  /* clang-format off */
  { "conv2d/one-value", &sums, PENT_OP_CONV2D, { 1, 1, 1, 1 }, 1, .kh = 1, .kw = 1 },
  { "conv2d/1x1", &sums, PENT_OP_CONV2D, { 3, 5, 7, 65 }, 77, .kh = 1, .kw = 1 },
  { "conv2d/1x1-stride-2", &sums, PENT_OP_CONV2D, { 2, 7, 8, 20 }, 33, .kh = 1, .kw = 1, .stride = 2 },
  { "conv2d/1x1-padded", &sums, PENT_OP_CONV2D, { 1, 4, 5, 8 }, 9, .kh = 1, .kw = 1, .pad = PAD_1 },
  { "conv2d/1x1-residual", &sums, PENT_OP_CONV2D, { 2, 6, 5, 24 }, 40, .kh = 1, .kw = 1, .residual = OP_RESIDUAL_LAST },
  { "conv2d/1x1-channel-bias", &sums, PENT_OP_CONV2D, { 2, 6, 5, 24 }, 40, .kh = 1, .kw = 1, .channel_bias = TRUE },
  { "conv2d/latent-in", &sums, PENT_OP_CONV2D, { 2, 16, 16, 4 }, 320, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/inpaint-in", &sums, PENT_OP_CONV2D, { 2, 13, 11, 9 }, 320, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/picture-in", &sums, PENT_OP_CONV2D, { 1, 33, 31, 3 }, 64, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/latent-out", &sums, PENT_OP_CONV2D, { 2, 8, 8, 320 }, 4, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/moments-out", &sums, PENT_OP_CONV2D, { 1, 8, 8, 128 }, 8, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/picture-out", &sums, PENT_OP_CONV2D, { 1, 40, 31, 64 }, 3, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/3x3-wide", &winograd, PENT_OP_CONV2D, { 1, 9, 7, 320 }, 320, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/3x3-deep", &sums, PENT_OP_CONV2D, { 2, 2, 2, 1280 }, 640, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/3x3-deep-odd", &winograd, PENT_OP_CONV2D, { 1, 5, 3, 1000 }, 65, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/3x3-deep-strided", &sums, PENT_OP_CONV2D, { 3, 5, 4, 960 }, 31, .kh = 3, .kw = 3, .stride = 2, .pad = { 0, 1, 1, 0 }, .weight_dtype = PENT_F16, .misalign = 1 },
  { "conv2d/3x3-deep-fused", &sums, PENT_OP_CONV2D, { 2, 3, 3, 2560 }, 40, .kh = 3, .kw = 3, .pad = PAD_1, .channel_bias = TRUE, .activation = SILU, .residual = OP_RESIDUAL_AGAIN },
  { "conv2d/3x3-one-pixel", &sums, PENT_OP_CONV2D, { 2, 1, 1, 64 }, 64, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/3x3-odd-channels", &sums, PENT_OP_CONV2D, { 1, 7, 31, 20 }, 31, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/3x3-batch-3", &winograd, PENT_OP_CONV2D, { 3, 10, 6, 48 }, 65, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/3x3-unpadded", &sums, PENT_OP_CONV2D, { 1, 8, 9, 16 }, 16, .kh = 3, .kw = 3 },
  { "conv2d/large", &winograd, PENT_OP_CONV2D, { 1, 32, 32, 64 }, 64, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/large-odd", &winograd, PENT_OP_CONV2D, { 2, 31, 33, 40 }, 77, .kh = 3, .kw = 3, .pad = PAD_1, .weight_dtype = PENT_F16, .misalign = 1 },
  { "conv2d/large-uneven-pads", &winograd, PENT_OP_CONV2D, { 1, 30, 34, 33 }, 40, .kh = 3, .kw = 3, .pad = { 0, 2, 3, 1 }, .no_bias = TRUE },
  { "conv2d/large-fused", &winograd, PENT_OP_CONV2D, { 3, 29, 37, 48 }, 36, .kh = 3, .kw = 3, .pad = PAD_1, .activation = SILU, .channel_bias = TRUE, .residual = OP_RESIDUAL_LAST },
  { "conv2d/large-residual-kept", &winograd, PENT_OP_CONV2D, { 1, 32, 29, 36 }, 36, .kh = 3, .kw = 3, .pad = PAD_1, .activation = PENT_ACTIVATION_GELU, .residual = OP_RESIDUAL_AGAIN },
  { "conv2d/large-wide", &winograd, PENT_OP_CONV2D, { 1, 29, 29, 320 }, 40, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/larger", &winograd, PENT_OP_CONV2D, { 1, 100, 90, 32 }, 32, .kh = 3, .kw = 3, .pad = PAD_1 },
  { "conv2d/stride-2", &sums, PENT_OP_CONV2D, { 2, 15, 16, 20 }, 31, .kh = 3, .kw = 3, .stride = 2, .pad = PAD_1 },
  { "conv2d/stride-2-wide", &sums, PENT_OP_CONV2D, { 1, 16, 16, 64 }, 64, .kh = 3, .kw = 3, .stride = 2, .pad = PAD_1 },
  { "conv2d/stride-2-right-bottom", &sums, PENT_OP_CONV2D, { 1, 16, 17, 64 }, 64, .kh = 3, .kw = 3, .stride = 2, .pad = { 0, 0, 1, 1 } },
  { "conv2d/stride-3-uneven-pads", &sums, PENT_OP_CONV2D, { 1, 12, 13, 7 }, 10, .kh = 3, .kw = 3, .stride = 3, .pad = { 1, 0, 2, 3 } },
  { "conv2d/5x3", &sums, PENT_OP_CONV2D, { 1, 9, 10, 12 }, 18, .kh = 5, .kw = 3, .pad = { 2, 1, 2, 1 } },
  { "conv2d/7x7-stride-2", &sums, PENT_OP_CONV2D, { 1, 20, 21, 3 }, 16, .kh = 7, .kw = 7, .stride = 2, .pad = { 3, 3, 3, 3 } },
  { "conv2d/no-bias", &sums, PENT_OP_CONV2D, { 1, 8, 8, 32 }, 32, .kh = 3, .kw = 3, .pad = PAD_1, .no_bias = TRUE },
  { "conv2d/silu", &sums, PENT_OP_CONV2D, { 1, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .activation = SILU },
  { "conv2d/relu", &sums, PENT_OP_CONV2D, { 1, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .activation = PENT_ACTIVATION_RELU },
  { "conv2d/gelu", &sums, PENT_OP_CONV2D, { 1, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .activation = PENT_ACTIVATION_GELU },
  { "conv2d/quick-gelu", &sums, PENT_OP_CONV2D, { 1, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .activation = PENT_ACTIVATION_QUICK_GELU },
  { "conv2d/channel-bias", &sums, PENT_OP_CONV2D, { 3, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .channel_bias = TRUE },
  { "conv2d/channel-bias-alone", &sums, PENT_OP_CONV2D, { 2, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .channel_bias = TRUE, .no_bias = TRUE },
  { "conv2d/channel-bias-silu", &sums, PENT_OP_CONV2D, { 2, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .channel_bias = TRUE, .activation = SILU },
  { "conv2d/residual", &sums, PENT_OP_CONV2D, { 2, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .residual = OP_RESIDUAL_LAST },
  { "conv2d/residual-kept", &sums, PENT_OP_CONV2D, { 2, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .residual = OP_RESIDUAL_AGAIN },
  { "conv2d/silu-residual", &sums, PENT_OP_CONV2D, { 1, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .activation = SILU, .residual = OP_RESIDUAL_LAST },
  { "conv2d/all-fused", &sums, PENT_OP_CONV2D, { 2, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .activation = SILU, .channel_bias = TRUE, .residual = OP_RESIDUAL_AGAIN },
  { "conv2d/f16-weights", &sums, PENT_OP_CONV2D, { 1, 8, 7, 36 }, 40, .kh = 3, .kw = 3, .pad = PAD_1, .weight_dtype = PENT_F16 },
  { "conv2d/bf16-weights", &sums, PENT_OP_CONV2D, { 1, 8, 7, 36 }, 40, .kh = 3, .kw = 3, .pad = PAD_1, .weight_dtype = PENT_BF16 },
  { "conv2d/unaligned-weights", &sums, PENT_OP_CONV2D, { 1, 8, 7, 36 }, 40, .kh = 3, .kw = 3, .pad = PAD_1, .misalign = 3 },
  { "conv2d/unaligned-f16-weights", &sums, PENT_OP_CONV2D, { 1, 8, 7, 36 }, 40, .kh = 3, .kw = 3, .pad = PAD_1, .weight_dtype = PENT_F16, .misalign = 1 },
  { "conv2d/stored", &stored, PENT_OP_CONV2D, { 2, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .feeds_linear = TRUE },
  { "conv2d/residual-stored", &stored, PENT_OP_CONV2D, { 2, 8, 7, 32 }, 33, .kh = 3, .kw = 3, .pad = PAD_1, .residual = OP_RESIDUAL_LAST, .feeds_linear = TRUE },

  { "linear/one-value", &sums, PENT_OP_LINEAR, { 1, 1, 1, 1 }, 1 },
  { "linear/one-row", &sums, PENT_OP_LINEAR, { 1, 1, 1, 320 }, 1280, .activation = SILU },
  { "linear/two-rows", &sums, PENT_OP_LINEAR, { 2, 1, 1, 1280 }, 320 },
  { "linear/prompt", &sums, PENT_OP_LINEAR, { 2, 77, 1, 768 }, 320, .no_bias = TRUE },
  { "linear/picture", &sums, PENT_OP_LINEAR, { 1, 31, 33, 40 }, 40 },
  { "linear/1000-to-65", &sums, PENT_OP_LINEAR, { 1, 1000, 1, 64 }, 65 },
  { "linear/31-to-1000", &sums, PENT_OP_LINEAR, { 3, 7, 1, 31 }, 1000 },
  { "linear/7-to-7", &sums, PENT_OP_LINEAR, { 1, 65, 1, 7 }, 7 },
  { "linear/4-to-4", &sums, PENT_OP_LINEAR, { 1, 16, 15, 4 }, 4 },
  { "linear/deep", &sums, PENT_OP_LINEAR, { 1, 33, 1, 2560 }, 96 },
  { "linear/relu", &sums, PENT_OP_LINEAR, { 1, 65, 1, 64 }, 31, .activation = PENT_ACTIVATION_RELU },
  { "linear/gelu", &sums, PENT_OP_LINEAR, { 1, 65, 1, 64 }, 31, .activation = PENT_ACTIVATION_GELU },
  { "linear/quick-gelu", &sums, PENT_OP_LINEAR, { 1, 77, 1, 64 }, 256, .activation = PENT_ACTIVATION_QUICK_GELU },
  { "linear/residual", &sums, PENT_OP_LINEAR, { 2, 65, 1, 64 }, 77, .residual = OP_RESIDUAL_LAST },
  { "linear/residual-kept", &sums, PENT_OP_LINEAR, { 2, 65, 1, 64 }, 77, .residual = OP_RESIDUAL_AGAIN },
  { "linear/silu-residual", &sums, PENT_OP_LINEAR, { 2, 65, 1, 64 }, 77, .activation = SILU, .residual = OP_RESIDUAL_LAST },
  { "linear/f16-weights", &sums, PENT_OP_LINEAR, { 1, 77, 1, 65 }, 40, .weight_dtype = PENT_F16, .misalign = 1 },
  { "linear/bf16-weights", &sums, PENT_OP_LINEAR, { 1, 77, 1, 65 }, 40, .weight_dtype = PENT_BF16 },
  { "linear/unaligned-weights", &sums, PENT_OP_LINEAR, { 1, 77, 1, 65 }, 40, .misalign = 2 },
  { "linear/stored", &stored, PENT_OP_LINEAR, { 1, 77, 1, 65 }, 40, .feeds_linear = TRUE },
  { "linear/residual-stored", &stored, PENT_OP_LINEAR, { 1, 77, 1, 65 }, 40, .residual = OP_RESIDUAL_LAST, .feeds_linear = TRUE },

  { "geglu/320-to-1280", &gated, PENT_OP_GEGLU, { 1, 77, 1, 320 }, 1280 },
  { "geglu/40-to-160", &gated, PENT_OP_GEGLU, { 2, 31, 33, 40 }, 160 },
  { "geglu/7-to-31", &gated, PENT_OP_GEGLU, { 1, 1, 1, 7 }, 31 },
  { "geglu/no-bias", &gated, PENT_OP_GEGLU, { 3, 65, 1, 64 }, 65, .no_bias = TRUE },
  { "geglu/f16-weights", &gated, PENT_OP_GEGLU, { 1, 64, 1, 64 }, 256, .weight_dtype = PENT_F16, .misalign = 1 },
  { "geglu/stored", &gated, PENT_OP_GEGLU, { 1, 64, 1, 64 }, 256, .feeds_linear = TRUE },

  { "group-norm/one-value-groups", &norms, PENT_OP_GROUP_NORM, { 1, 1, 1, 32 }, .groups = 32 },
  { "group-norm/one-group", &norms, PENT_OP_GROUP_NORM, { 1, 9, 9, 16 }, .groups = 1 },
  { "group-norm/two-groups", &norms, PENT_OP_GROUP_NORM, { 3, 5, 5, 20 }, .groups = 2 },
  { "group-norm/3-channels", &norms, PENT_OP_GROUP_NORM, { 2, 31, 7, 9 }, .groups = 3, .activation = SILU },
  { "group-norm/16-groups", &norms, PENT_OP_GROUP_NORM, { 2, 8, 8, 48 }, .groups = 16, .activation = SILU },
  { "group-norm/32-groups", &norms, PENT_OP_GROUP_NORM, { 2, 16, 16, 320 }, .groups = 32, .activation = SILU },
  { "group-norm/2-channels", &norms, PENT_OP_GROUP_NORM, { 1, 7, 31, 64 }, .groups = 32 },
  { "group-norm/30-channels", &norms, PENT_OP_GROUP_NORM, { 1, 8, 8, 960 }, .groups = 32 },
  { "group-norm/2560-wide", &norms, PENT_OP_GROUP_NORM, { 2, 3, 3, 2560 }, .groups = 32, .activation = SILU },
  { "group-norm/large", &norms, PENT_OP_GROUP_NORM, { 1, 128, 100, 32 }, .groups = 16, .activation = SILU },
  { "group-norm/shifted", &shifted_norms, PENT_OP_GROUP_NORM, { 1, 64, 64, 64 }, .groups = 32, .offset = 50 },
  { "group-norm/tiny-values", &norms, PENT_OP_GROUP_NORM, { 1, 8, 8, 64 }, .groups = 32, .gain = 1e-4 },
  { "group-norm/relu", &norms, PENT_OP_GROUP_NORM, { 1, 8, 8, 64 }, .groups = 8, .activation = PENT_ACTIVATION_RELU },
  { "group-norm/stored", &stored, PENT_OP_GROUP_NORM, { 2, 9, 9, 65 }, .groups = 5, .activation = SILU, .feeds_linear = TRUE },

  { "layer-norm/one-value", &norms, PENT_OP_LAYER_NORM, { 1, 1, 1, 1 } },
  { "layer-norm/31-wide", &norms, PENT_OP_LAYER_NORM, { 1, 65, 1, 31 } },
  { "layer-norm/prompt", &norms, PENT_OP_LAYER_NORM, { 2, 77, 1, 768 } },
  { "layer-norm/picture", &norms, PENT_OP_LAYER_NORM, { 1, 32, 31, 320 } },
  { "layer-norm/no-bias", &norms, PENT_OP_LAYER_NORM, { 1, 7, 1, 1000 }, .no_bias = TRUE },
  { "layer-norm/shifted", &shifted_norms, PENT_OP_LAYER_NORM, { 1, 64, 1, 1280 }, .offset = 50 },
  { "layer-norm/stored", &stored, PENT_OP_LAYER_NORM, { 2, 64, 1, 77 }, .feeds_linear = TRUE },

  { "attention/one-token", &weighted, PENT_OP_ATTENTION, { 2, 1, 1, 32 }, .heads = 4 },
  { "attention/one-key", &weighted, PENT_OP_ATTENTION, { 2, 7, 5, 80 }, .heads = 2, .keys = 1 },
  { "attention/d-1", &weighted, PENT_OP_ATTENTION, { 1, 7, 5, 3 }, .heads = 3 },
  { "attention/d-8", &weighted, PENT_OP_ATTENTION, { 2, 31, 1, 64 }, .heads = 8 },
  { "attention/d-40", &weighted, PENT_OP_ATTENTION, { 2, 13, 11, 320 }, .heads = 8 },
  { "attention/d-64", &weighted, PENT_OP_ATTENTION, { 1, 65, 1, 128 }, .heads = 2 },
  { "attention/d-80", &weighted, PENT_OP_ATTENTION, { 1, 16, 16, 160 }, .heads = 2 },
  { "attention/d-160", &weighted, PENT_OP_ATTENTION, { 2, 8, 8, 320 }, .heads = 2 },
  { "attention/d-31", &weighted, PENT_OP_ATTENTION, { 1, 77, 1, 93 }, .heads = 3 },
  { "attention/d-512", &weighted, PENT_OP_ATTENTION, { 1, 16, 15, 512 }, .heads = 1 },
  { "attention/1024-tokens", &weighted, PENT_OP_ATTENTION, { 1, 32, 32, 40 }, .heads = 1 },
  { "attention/1000-tokens", &weighted, PENT_OP_ATTENTION, { 1, 1000, 1, 16 }, .heads = 1 },
  { "attention/prompt", &weighted, PENT_OP_ATTENTION, { 2, 16, 16, 80 }, .heads = 2, .keys = 77 },
  { "attention/long-prompt", &weighted, PENT_OP_ATTENTION, { 2, 7, 9, 320 }, .heads = 8, .keys = 154 },
  { "attention/prompt-d-160", &weighted, PENT_OP_ATTENTION, { 1, 4, 4, 1280 }, .heads = 8, .keys = 77 },
  { "attention/causal", &weighted, PENT_OP_ATTENTION, { 2, 77, 1, 128 }, .heads = 2, .causal = TRUE },
  { "attention/causal-long", &weighted, PENT_OP_ATTENTION, { 1, 300, 1, 64 }, .heads = 1, .causal = TRUE },
  { "attention/causal-one", &weighted, PENT_OP_ATTENTION, { 1, 1, 1, 16 }, .heads = 1, .causal = TRUE },
  { "attention/spiked", &spiked, PENT_OP_ATTENTION, { 1, 12, 12, 80 }, .heads = 2, .gain = 5 },
  { "attention/stored", &weighted, PENT_OP_ATTENTION, { 1, 65, 1, 80 }, .heads = 2, .feeds_linear = TRUE },

  { "concat/320-640", &moves, PENT_OP_CONCAT, { 2, 7, 5, 320 }, 640 },
  { "concat/7-9", &moves, PENT_OP_CONCAT, { 1, 3, 31, 7 }, 9 },
  { "concat/1-1", &moves, PENT_OP_CONCAT, { 3, 1, 1, 1 }, 1 },
  { "concat/stored", &sums, PENT_OP_CONCAT, { 1, 9, 7, 7 }, 24, .feeds_linear = TRUE },
  { "upsample/doubled", &moves, PENT_OP_UPSAMPLE, { 2, 4, 5, 64 }, .out_h = 8, .out_w = 10 },
  { "upsample/cropped", &moves, PENT_OP_UPSAMPLE, { 1, 4, 5, 7 }, .out_h = 7, .out_w = 9 },
  { "upsample/cropped-high", &moves, PENT_OP_UPSAMPLE, { 3, 4, 5, 20 }, .out_h = 7, .out_w = 10 },
  { "upsample/to-one", &moves, PENT_OP_UPSAMPLE, { 1, 1, 1, 33 }, .out_h = 1, .out_w = 1 },
  { "upsample/stored", &sums, PENT_OP_UPSAMPLE, { 1, 4, 5, 33 }, .out_h = 8, .out_w = 9, .feeds_linear = TRUE },
  { "add/one-value", &additions, PENT_OP_ADD, { 1, 1, 1, 1 } },
  { "add/odd", &additions, PENT_OP_ADD, { 2, 7, 31, 9 } },
  { "add/1000", &additions, PENT_OP_ADD, { 1, 1000, 1, 65 } },
  { "add/relu", &additions, PENT_OP_ADD, { 2, 7, 31, 9 }, .activation = PENT_ACTIVATION_RELU },
  { "add/silu", &norms, PENT_OP_ADD, { 1, 9, 7, 33 }, .activation = PENT_ACTIVATION_SILU },
  { "add/stored", &stored, PENT_OP_ADD, { 1, 9, 7, 33 }, .feeds_linear = TRUE },
  /* clang-format on */
};

guint
op_cases_get_n (void)
{
  return G_N_ELEMENTS (cases);
}

const OpCase *
op_cases_get (guint index)
{
  return &cases[index];
}

static OpInstance *
op_instance_new (const char *name, guint32 seed)
{
  OpInstance *self = g_new0 (OpInstance, 1);

  self->graph = pent_graph_new (name);
  self->inputs = g_ptr_array_new_with_free_func (g_free);
  self->storage = g_ptr_array_new_with_free_func (g_free);
  self->random = g_rand_new_with_seed (seed);
  return self;
}

void
op_instance_free (OpInstance *self)
{
  if (self->graph != NULL)
    pent_graph_free (self->graph);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->storage);
  g_rand_free (self->random);
  g_free (self);
}

/* Uniform, mean 0, deviation 1. */
static void
fill (GRand *random, float *values, gsize n, double gain, double offset)
{
  const double end = sqrt (3);

  for (gsize i = 0; i < n; i++)
    values[i] = offset + gain * g_rand_double_range (random, -end, end);
}

static PentTensor *
add_input (OpInstance *self, const char *name, PentShape shape, PentInputKind kind, double gain, double offset)
{
  gsize n = pent_shape_n_elements (shape);
  float *values = g_new (float, n);

  fill (self->random, values, n, gain, offset);
  g_ptr_array_add (self->inputs, values);
  return pent_graph_input (self->graph, name, shape, kind);
}

/**
 * op_instance_refill:
 *
 * Gives one of the inputs other values.
 */
void
op_instance_refill (OpInstance *self, guint input, guint32 seed)
{
  GRand *random = g_rand_new_with_seed (seed);

  fill (random, g_ptr_array_index (self->inputs, input),
        pent_shape_n_elements (pent_graph_get_input (self->graph, input)->shape), 1, 0);
  g_rand_free (random);
}

/* Weights around @offset whose sums of products over all dimensions but the
 * first have deviation @gain for inputs of deviation 1. */
static PentWeight
make_weight (OpInstance *self, PentDtype dtype, int misalign, double gain, double offset, int n_dims,
             const gint64 *dim)
{
  PentWeight weight = { .name = "weight", .dtype = dtype, .n_dims = n_dims };
  for (int i = 0; i < n_dims; i++)
    weight.dim[i] = dim[i];

  gsize n = pent_weight_n_elements (&weight);
  double fan_in = n_dims > 1 ? n / (double) dim[0] : 1;
  g_autofree float *values = g_new (float, n);
  fill (self->random, values, n, gain / sqrt (fan_in), offset);

  g_autofree guint8 *converted = g_malloc (n * 4);
  pent_convert (dtype, converted, PENT_F32, values, n);
  guint8 *data = g_malloc (n * pent_dtype_size (dtype) + misalign);
  memcpy (data + misalign, converted, n * pent_dtype_size (dtype));
  g_ptr_array_add (self->storage, data);
  weight.data = data + misalign;
  return weight;
}

static PentWeight
make_vector (OpInstance *self, gint64 n, double gain, double offset)
{
  return make_weight (self, PENT_F32, 0, gain, offset, 1, &n);
}

static PentTensor *
add_linear (OpInstance *self, PentTensor *x, gint64 out, PentActivation activation, PentTensor *residual)
{
  const gint64 dim[] = { out, x->shape.c };
  PentWeight weight = make_weight (self, PENT_F32, 0, 1, 0, 2, dim);
  PentWeight bias = make_vector (self, out, 0.3, 0);

  return pent_graph_linear (self->graph, x, &weight, &bias, activation, residual);
}

static PentTensor *
add_conv2d (OpInstance *self, const OpCase *c, PentTensor *x, PentTensor **residual)
{
  const gint64 dim[] = { c->out, c->x.c, c->kh, c->kw };
  PentWeight weight = make_weight (self, c->weight_dtype, c->misalign, 1, 0, 4, dim);
  PentWeight bias = make_vector (self, c->out, 0.3, 0);
  int stride = MAX (c->stride, 1);
  PentShape shape = { c->x.n, (c->x.h + c->pad[0] + c->pad[2] - c->kh) / stride + 1,
                      (c->x.w + c->pad[1] + c->pad[3] - c->kw) / stride + 1, c->out };
  PentConvOptions options = {
    .stride = c->stride, .activation = c->activation,
    .pad_top = c->pad[0], .pad_left = c->pad[1], .pad_bottom = c->pad[2], .pad_right = c->pad[3],
  };

  if (c->channel_bias)
    options.channel_bias = add_input (self, "channel bias", (PentShape) { c->x.n, 1, 1, c->out }, PENT_INPUT_DYNAMIC,
                                      0.5, 0);
  if (c->residual != OP_RESIDUAL_NONE)
    options.residual = *residual = add_input (self, "residual", shape, PENT_INPUT_DYNAMIC, 1, 0);
  return pent_graph_conv2d (self->graph, x, &weight, c->no_bias ? NULL : &bias, &options);
}

static PentTensor *
add_matrix (OpInstance *self, const OpCase *c, PentTensor *x, PentTensor **residual)
{
  gboolean gated_layer = c->kind == PENT_OP_GEGLU;
  const gint64 dim[] = { gated_layer ? 2 * c->out : c->out, c->x.c };
  PentWeight weight = make_weight (self, c->weight_dtype, c->misalign, 1, 0, 2, dim);
  PentWeight bias = make_vector (self, dim[0], 0.3, 0);

  if (gated_layer)
    return pent_graph_geglu (self->graph, x, &weight, c->no_bias ? NULL : &bias);
  if (c->residual != OP_RESIDUAL_NONE)
    *residual = add_input (self, "residual", (PentShape) { c->x.n, c->x.h, c->x.w, c->out }, PENT_INPUT_DYNAMIC, 1, 0);
  return pent_graph_linear (self->graph, x, &weight, c->no_bias ? NULL : &bias, c->activation, *residual);
}

static PentTensor *
add_norm (OpInstance *self, const OpCase *c, PentTensor *x)
{
  PentWeight weight = make_vector (self, c->x.c, 0.2, 1);
  PentWeight bias = make_vector (self, c->x.c, 0.3, 0);

  if (c->kind == PENT_OP_LAYER_NORM)
    return pent_graph_layer_norm (self->graph, x, &weight, c->no_bias ? NULL : &bias, 1e-5);
  return pent_graph_group_norm (self->graph, x, &weight, c->no_bias ? NULL : &bias, c->groups, 1e-6, c->activation);
}

static PentTensor *
add_attention (OpInstance *self, const OpCase *c, PentTensor *q)
{
  PentShape shape = c->keys > 0 ? (PentShape) { c->x.n, 1, c->keys, c->x.c } : c->x;
  double gain = c->gain > 0 ? c->gain : 1;
  PentTensor *k = add_input (self, "k", shape, PENT_INPUT_DYNAMIC, gain, 0);
  PentTensor *v = add_input (self, "v", shape, PENT_INPUT_DYNAMIC, 1, 0);

  return pent_graph_attention (self->graph, q, k, v, c->heads, c->causal);
}

static PentTensor *
add_op (OpInstance *self, const OpCase *c, PentTensor *x, PentTensor **residual)
{
  switch (c->kind)
    {
    case PENT_OP_CONV2D:
      return add_conv2d (self, c, x, residual);
    case PENT_OP_LINEAR:
    case PENT_OP_GEGLU:
      return add_matrix (self, c, x, residual);
    case PENT_OP_GROUP_NORM:
    case PENT_OP_LAYER_NORM:
      return add_norm (self, c, x);
    case PENT_OP_ATTENTION:
      return add_attention (self, c, x);
    case PENT_OP_CONCAT:
      {
        PentShape shape = { c->x.n, c->x.h, c->x.w, c->out };
        return pent_graph_concat (self->graph, x, add_input (self, "b", shape, PENT_INPUT_DYNAMIC, 1, 0));
      }
    case PENT_OP_UPSAMPLE:
      return pent_graph_upsample (self->graph, x, c->out_h, c->out_w);
    case PENT_OP_ADD:
      return pent_graph_add (self->graph, x, add_input (self, "b", c->x, PENT_INPUT_DYNAMIC, 1, 0), c->activation);
    default:
      g_assert_not_reached ();
    }
}

/* Two small tensors that live through the run, set and read back: what an
 * operator writes beside its output, they may show. */
static void
add_guards (OpInstance *self)
{
  for (int i = 0; i < 2; i++)
    pent_graph_output (self->graph, add_input (self, "guard", (PentShape) { 1, 1, 1, 64 }, PENT_INPUT_STATIC, 1, 0));
}

/**
 * op_case_build:
 *
 * Returns: (transfer full): the case's graph; its first output is what the
 *   case is about, guards come last
 */
OpInstance *
op_case_build (const OpCase *c)
{
  OpInstance *self = op_instance_new (c->name, g_str_hash (c->name));
  PentTensor *residual = NULL;
  PentTensor *x = add_input (self, "x", c->x, PENT_INPUT_DYNAMIC, c->gain > 0 ? c->gain : 1, c->offset);
  PentTensor *y = add_op (self, c, x, &residual);

  if (c->feeds_linear)
    y = add_linear (self, y, 24, PENT_ACTIVATION_NONE, NULL);
  if (c->residual == OP_RESIDUAL_AGAIN)
    pent_graph_output (self->graph, pent_graph_add (self->graph, y, residual, PENT_ACTIVATION_NONE));
  pent_graph_output (self->graph, y);
  add_guards (self);
  g_assert_true (pent_graph_check (self->graph, NULL));
  return self;
}

static PentTensor *
network_conv (OpInstance *self, PentTensor *x, gint64 out, int stride, PentTensor *channel_bias, PentTensor *residual)
{
  const gint64 dim[] = { out, x->shape.c, 3, 3 };
  PentWeight weight = make_weight (self, PENT_F16, 0, 1, 0, 4, dim);
  PentWeight bias = make_vector (self, out, 0.3, 0);
  PentConvOptions options = { stride, 1, 1, 1, 1, PENT_ACTIVATION_NONE, channel_bias, residual };

  return pent_graph_conv2d (self->graph, x, &weight, &bias, &options);
}

static PentTensor *
network_group_norm (OpInstance *self, PentTensor *x, PentActivation activation)
{
  PentWeight weight = make_vector (self, x->shape.c, 0.2, 1);
  PentWeight bias = make_vector (self, x->shape.c, 0.3, 0);

  return pent_graph_group_norm (self->graph, x, &weight, &bias, 8, 1e-5, activation);
}

static PentTensor *
network_layer_norm (OpInstance *self, PentTensor *x)
{
  PentWeight weight = make_vector (self, x->shape.c, 0.2, 1);
  PentWeight bias = make_vector (self, x->shape.c, 0.3, 0);

  return pent_graph_layer_norm (self->graph, x, &weight, &bias, 1e-5);
}

/* As in latent diffusion: norm, conv, time, norm, conv, and the way round. */
static PentTensor *
network_resnet (OpInstance *self, PentTensor *x, PentTensor *time, gint64 out)
{
  PentTensor *shortcut = x->shape.c == out ? x : add_linear (self, x, out, PENT_ACTIVATION_NONE, NULL);
  PentTensor *bias = add_linear (self, time, out, PENT_ACTIVATION_NONE, NULL);
  PentTensor *y = network_conv (self, network_group_norm (self, x, SILU), out, 1, bias, NULL);

  return network_conv (self, network_group_norm (self, y, SILU), out, 1, NULL, shortcut);
}

/* Attention of @x over @context (or itself), added to @x. */
static PentTensor *
network_attention (OpInstance *self, PentTensor *x, PentTensor *context, int heads)
{
  gint64 c = x->shape.c;
  PentTensor *normed = network_layer_norm (self, x);
  PentTensor *source = context != NULL ? context : normed;
  PentTensor *q = add_linear (self, normed, c, PENT_ACTIVATION_NONE, NULL);
  PentTensor *k = add_linear (self, source, c, PENT_ACTIVATION_NONE, NULL);
  PentTensor *v = add_linear (self, source, c, PENT_ACTIVATION_NONE, NULL);
  PentTensor *y = pent_graph_attention (self->graph, q, k, v, heads, FALSE);

  return add_linear (self, y, c, PENT_ACTIVATION_NONE, x);
}

static PentTensor *
network_transformer (OpInstance *self, PentTensor *x, PentTensor *context, int heads)
{
  gint64 c = x->shape.c;
  PentTensor *y = add_linear (self, network_group_norm (self, x, PENT_ACTIVATION_NONE), c, PENT_ACTIVATION_NONE, NULL);

  y = network_attention (self, y, NULL, heads);
  y = network_attention (self, y, context, heads);

  const gint64 dim[] = { 8 * c, c };
  PentWeight weight = make_weight (self, PENT_BF16, 1, 1, 0, 2, dim);
  PentWeight bias = make_vector (self, 8 * c, 0.3, 0);
  PentTensor *wide = pent_graph_geglu (self->graph, network_layer_norm (self, y), &weight, &bias);
  y = add_linear (self, wide, c, PENT_ACTIVATION_NONE, y);
  return add_linear (self, y, c, PENT_ACTIVATION_NONE, x);
}

/**
 * op_network_build:
 * @batch: items; each is computed from its own part of the inputs alone
 *
 * A UNet in miniature: every operator, a skip connection of odd size, an
 * operator that depends on the static input alone.
 *
 * Returns: (transfer full): a graph of three inputs, x and time dynamic and
 *   context static, and of one output before the guards
 */
OpInstance *
op_network_build (gint64 batch)
{
  OpInstance *self = op_instance_new ("network", 17);
  PentTensor *x = add_input (self, "x", (PentShape) { batch, 9, 7, 4 }, PENT_INPUT_DYNAMIC, 1, 0);
  PentTensor *time = add_input (self, "time", (PentShape) { batch, 1, 1, 20 }, PENT_INPUT_DYNAMIC, 1, 0);
  PentTensor *context = add_input (self, "context", (PentShape) { batch, 1, 77, 24 }, PENT_INPUT_STATIC, 1, 0);

  GRand *weights = g_rand_new_with_seed (18);   /* the weights must not depend on the batch */
  g_rand_free (self->random);
  self->random = weights;

  time = add_linear (self, time, 40, SILU, NULL);
  PentTensor *skip = network_resnet (self, network_conv (self, x, 32, 1, NULL, NULL), time, 48);
  PentTensor *y = network_conv (self, skip, 48, 2, NULL, NULL);
  y = network_transformer (self, network_resnet (self, y, time, 48), context, 3);
  y = network_conv (self, pent_graph_upsample (self->graph, y, 9, 7), 48, 1, NULL, NULL);
  y = network_resnet (self, pent_graph_concat (self->graph, y, skip), time, 32);
  y = network_conv (self, network_group_norm (self, y, SILU), 4, 1, NULL, NULL);
  pent_graph_output (self->graph, pent_graph_add (self->graph, y, x, PENT_ACTIVATION_NONE));
  add_guards (self);
  g_assert_true (pent_graph_check (self->graph, NULL));
  return self;
}
