/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PENT_MAX_LEVELS 6

/* What a model builder must know and tensors alone do not say. A folder's
 * config.json files fill these; for a single file they come from the tensors'
 * shapes and from the family's fixed facts. */

typedef enum
{
  PENT_CLIP_QUICK_GELU,
  PENT_CLIP_GELU,
} PentClipActivation;

typedef struct
{
  int    vocabulary;
  int    positions;        /* 77 */
  int    width;
  int    layers;
  int    heads;
  int    intermediate;
  double layer_norm_eps;
  PentClipActivation activation;
  int    bos_token;
  int    eos_token;
  int    pad_token;
} PentClipConfig;

typedef struct
{
  int      in_channels;    /* 4, or 9 for inpainting */
  int      out_channels;
  int      n_levels;
  int      channels[PENT_MAX_LEVELS];        /* block_out_channels, top first */
  gboolean down_attention[PENT_MAX_LEVELS];  /* level of the down path has transformers */
  gboolean up_attention[PENT_MAX_LEVELS];    /* indexed like diffusers' up_blocks: deepest first */
  gboolean mid_attention;
  int      heads[PENT_MAX_LEVELS];           /* number of heads, by level from the top */
  int      transformer_depth[PENT_MAX_LEVELS];
  int      layers_per_block;
  int      context_width;                    /* cross_attention_dim */
  int      norm_groups;
  double   norm_eps;
  gboolean linear_projection;
  gboolean flip_sin_to_cos;
  double   freq_shift;
  int      sample_size;                      /* native latent side */
} PentUnetConfig;

typedef struct
{
  int    in_channels;      /* 3 */
  int    out_channels;     /* 3 */
  int    latent_channels;  /* 4 */
  int    n_levels;
  int    channels[PENT_MAX_LEVELS];
  int    layers_per_block;
  int    norm_groups;
  gboolean mid_attention;
  gboolean quant_conv;
  gboolean post_quant_conv;
  double scaling_factor;
  double shift_factor;
} PentVaeConfig;

typedef struct
{
  int    latent_channels;  /* 4 */
  int    channels;         /* of all layers */
  int    n_levels;
  int    blocks[PENT_MAX_LEVELS];            /* by level, the smallest picture first */
  double scaling_factor;
  double shift_factor;
} PentPreviewDecoderConfig;

typedef enum
{
  PENT_PREDICTION_EPSILON,
  PENT_PREDICTION_V,
} PentPrediction;

typedef struct
{
  PentPrediction prediction;
  int    train_timesteps;  /* 1000 */
  double beta_start;
  double beta_end;
  gboolean scaled_linear;  /* else linear */
} PentNoiseConfig;

G_END_DECLS
