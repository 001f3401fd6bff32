/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-family.h"

#include <string.h>

#define OTHER_MODEL "this version runs Stable Diffusion 1 models, choose one of those"

static const struct
{
  const char *id;
  const char *name;
  const char *advice; /* what the user can do; NULL for what can be used */
} families[PENT_N_FAMILIES] = {
  [PENT_FAMILY_UNKNOWN] = { "unknown", "a model of an unknown kind", OTHER_MODEL },
  [PENT_FAMILY_SD1] = { "sd1", "a Stable Diffusion 1 model", NULL },
  [PENT_FAMILY_SD2] = { "sd2", "a Stable Diffusion 2 model", OTHER_MODEL },
  [PENT_FAMILY_SDXL] = { "sdxl", "a Stable Diffusion XL model", OTHER_MODEL },
  [PENT_FAMILY_SDXL_REFINER] = { "sdxl-refiner", "a Stable Diffusion XL refiner", OTHER_MODEL },
  [PENT_FAMILY_SD3] = { "sd3", "a Stable Diffusion 3 model", OTHER_MODEL },
  [PENT_FAMILY_FLUX] = { "flux", "a FLUX model", OTHER_MODEL },
  [PENT_FAMILY_CHROMA] = { "chroma", "a Chroma model", OTHER_MODEL },
  [PENT_FAMILY_CONTROLNET] = { "controlnet", "a ControlNet, not a whole model",
                               "choose the model it controls; ControlNets are not supported yet" },
  [PENT_FAMILY_LORA] = { "lora", "a LoRA, not a whole model",
                         "choose the model it was made for; LoRAs are not supported yet" },
  [PENT_FAMILY_TEXTUAL_INVERSION] = { "textual-inversion", "a textual inversion, not a whole model",
                                      "choose the model it was made for; textual inversions are not "
                                      "supported yet" },
  [PENT_FAMILY_UNET] = { "unet", "a UNet alone",
                         "choose the whole model, or the folder that holds model_index.json" },
  [PENT_FAMILY_VAE] = { "vae", "a VAE alone", "choose a whole model and give this file with --vae" },
  [PENT_FAMILY_TEXT_ENCODER] = { "text-encoder", "a text encoder alone",
                                 "choose the whole model, or the folder that holds model_index.json" },
  [PENT_FAMILY_UPSCALER] = { "upscaler", "an upscaler",
                             "choose a model that paints; upscalers are not supported yet" },
};

/**
 * pent_family_name:
 *
 * Returns: the family in words, with its article
 */
const char *
pent_family_name (PentFamily family)
{
  return families[family].name;
}

/**
 * pent_family_id:
 *
 * Returns: the family's short name for scripts
 */
const char *
pent_family_id (PentFamily family)
{
  return families[family].id;
}

/**
 * pent_family_advice:
 *
 * Returns: (nullable): what to do with a file of a family that cannot be
 *   used, or %NULL if it can
 */
const char *
pent_family_advice (PentFamily family)
{
  return families[family].advice;
}

static PentFamilyFacts
facts (PentFamily family, const char *variant)
{
  return (PentFamilyFacts) { family, variant };
}

/* Names may stand under what a whole model puts before them. */
static const PentTensorInfo *
find_bare_or_under (PentSafetensors *file, const char *name)
{
  static const char *const roots[] = { "", "model.diffusion_model.", "unet.", "transformer." };

  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      g_autofree char *full = g_strconcat (roots[i], name, NULL);
      const PentTensorInfo *info = pent_safetensors_find (file, full);
      if (info != NULL)
        return info;
    }
  return NULL;
}

static gboolean
has_bare_or_under (PentSafetensors *file, const char *prefix)
{
  static const char *const roots[] = { "", "model.diffusion_model.", "unet.", "transformer." };

  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      g_autofree char *full = g_strconcat (roots[i], prefix, NULL);
      if (pent_safetensors_has_prefix (file, full))
        return TRUE;
    }
  return FALSE;
}

static gint64
size_of (PentSafetensors *file, const char *name, int axis)
{
  const PentTensorInfo *info = find_bare_or_under (file, name);

  return info != NULL && axis < info->n_dims ? info->dim[axis] : -1;
}

static gboolean
is_lora (PentSafetensors *file)
{
  static const char *const marks[] = { ".lora_", ".lora.", "_lora.", "lora_up.", ".hada_w1", ".lokr_w" };

  if (pent_safetensors_has_prefix (file, "lora_"))
    return TRUE;
  for (guint i = 0; i < pent_safetensors_get_n_tensors (file); i++)
    for (guint j = 0; j < G_N_ELEMENTS (marks); j++)
      if (strstr (pent_safetensors_get_tensor (file, i)->name, marks[j]) != NULL)
        return TRUE;
  return FALSE;
}

static PentFamilyFacts
detect_flux (PentSafetensors *file)
{
  gint64 in = size_of (file, "img_in.weight", 1);

  if (has_bare_or_under (file, "distilled_guidance_layer."))
    return facts (PENT_FAMILY_CHROMA, "plain");
  if (in == 384)
    return facts (PENT_FAMILY_FLUX, "fill");
  if (in == 128)
    return facts (PENT_FAMILY_FLUX, "control");
  if (has_bare_or_under (file, "guidance_in.")
      || has_bare_or_under (file, "time_text_embed.guidance_embedder."))
    return facts (PENT_FAMILY_FLUX, "dev");
  return facts (PENT_FAMILY_FLUX, "schnell");
}

/* The transformers that followed the UNets. */
static PentFamilyFacts
detect_transformer (PentSafetensors *file)
{
  if (find_bare_or_under (file, "double_blocks.0.img_attn.norm.key_norm.scale")
      || has_bare_or_under (file, "single_transformer_blocks.0."))
    return detect_flux (file);
  if (has_bare_or_under (file, "joint_blocks."))
    {
      if (has_bare_or_under (file, "joint_blocks.37."))
        return facts (PENT_FAMILY_SD3, "3.5 large");
      return facts (PENT_FAMILY_SD3, size_of (file, "pos_embed", 1) == 147456 ? "3.5 medium" : "medium");
    }
  if (has_bare_or_under (file, "transformer_blocks.0.ff_context."))
    return facts (PENT_FAMILY_SD3, "medium");
  return facts (PENT_FAMILY_UNKNOWN, NULL);
}

static gint64
context_width (PentSafetensors *file)
{
  static const char *const names[] = {
    "middle_block.1.transformer_blocks.0.attn2.to_k.weight",
    "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight",
  };
  gint64 width = size_of (file, names[0], 1);

  return width > 0 ? width : size_of (file, names[1], 1);
}

/**
 * pent_family_variant_of_unet:
 *
 * Returns: what a UNet's channels say: "plain" for as many as the latent has,
 *   "inpainting" for mask and masked picture beside it, others that cannot be
 *   used
 */
const char *
pent_family_variant_of_unet (int in_channels, int out_channels)
{
  if (in_channels == out_channels)
    return "plain";
  if (in_channels == 2 * out_channels + 1)
    return "inpainting";
  if (in_channels == 2 * out_channels)
    return "pix2pix";
  if (in_channels == out_channels + 1)
    return "depth";
  return "unknown";
}

static const char *
variant_of_file (PentSafetensors *file)
{
  gint64 in = size_of (file, "input_blocks.0.0.weight", 1);
  gint64 out = size_of (file, "out.2.weight", 0);

  if (in < 0)
    {
      in = size_of (file, "conv_in.weight", 1);
      out = size_of (file, "conv_out.weight", 0);
    }
  if (in < 1 || out < 1 || in > 64 || out > 64)
    return "unknown";
  return pent_family_variant_of_unet (in, out);
}

static gboolean
has_unet (PentSafetensors *file)
{
  return has_bare_or_under (file, "input_blocks.0.")
         || (has_bare_or_under (file, "time_embedding.") && has_bare_or_under (file, "down_blocks."));
}

static gboolean
has_vae (PentSafetensors *file)
{
  static const char *const prefixes[] = {
    "first_stage_model.", "encoder.down.", "decoder.up.", "encoder.down_blocks.", "decoder.up_blocks.",
  };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (pent_safetensors_has_prefix (file, prefixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
has_text_encoder (PentSafetensors *file)
{
  static const char *const prefixes[] = {
    "cond_stage_model.", "text_model.", "encoder.layers.", "text_encoder.", "embeddings.token_embedding.",
    "transformer.resblocks.", "encoder.block.0.layer.0.SelfAttention.", "conditioner.",
  };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (pent_safetensors_has_prefix (file, prefixes[i]))
      return TRUE;
  return FALSE;
}

/* Whole models are told by their text encoders; where that is missing, by the
 * width of what the UNet expects from it. */
static PentFamilyFacts
detect_whole (PentSafetensors *file)
{
  if (pent_safetensors_has_prefix (file, "conditioner.embedders.1."))
    return facts (PENT_FAMILY_SDXL, variant_of_file (file));
  if (pent_safetensors_has_prefix (file, "conditioner.embedders.0.model."))
    return facts (PENT_FAMILY_SDXL_REFINER, variant_of_file (file));
  if (pent_safetensors_has_prefix (file, "cond_stage_model.model."))
    return facts (PENT_FAMILY_SD2, variant_of_file (file));
  if (!pent_safetensors_has_prefix (file, "cond_stage_model.transformer."))
    switch (context_width (file))
      {
      case 1024:
        return facts (PENT_FAMILY_SD2, variant_of_file (file));
      case 1280:
        return facts (PENT_FAMILY_SDXL_REFINER, variant_of_file (file));
      case 2048:
        return facts (PENT_FAMILY_SDXL, variant_of_file (file));
      }
  return facts (PENT_FAMILY_SD1, variant_of_file (file));
}

static const char *
unet_origin (PentSafetensors *file)
{
  switch (context_width (file))
    {
    case 768:
      return "Stable Diffusion 1";
    case 1024:
      return "Stable Diffusion 2";
    case 1280:
      return "Stable Diffusion XL refiner";
    case 2048:
      return "Stable Diffusion XL";
    default:
      return "unknown";
    }
}

static gboolean
is_textual_inversion (PentSafetensors *file)
{
  static const char *const names[] = { "emb_params", "clip_l", "clip_g", "string_to_param.*" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (pent_safetensors_find (file, names[i]) != NULL)
      return TRUE;
  return pent_safetensors_get_n_tensors (file) == 1
         && g_str_has_prefix (pent_safetensors_get_tensor (file, 0)->name, "<");
}

static gboolean
is_upscaler (PentSafetensors *file)
{
  return pent_safetensors_has_prefix (file, "conv_first.")
         || pent_safetensors_has_prefix (file, "model.1.sub.")
         || pent_safetensors_has_prefix (file, "body.0.rdb1.");
}

/**
 * pent_family_detect_file:
 *
 * Says by tensors' names and shapes what a file is, the more particular marks
 * before the more general ones.
 */
PentFamilyFacts
pent_family_detect_file (PentSafetensors *file)
{
  gboolean unet = has_unet (file), vae = has_vae (file), text = has_text_encoder (file);
  PentFamilyFacts transformer;

  if (is_lora (file))
    return facts (PENT_FAMILY_LORA, "unknown");
  transformer = detect_transformer (file);
  if (transformer.family != PENT_FAMILY_UNKNOWN)
    return transformer;
  if (unet + vae + text > 1)
    return detect_whole (file);
  if (pent_safetensors_has_prefix (file, "control_model.")
      || has_bare_or_under (file, "controlnet_cond_embedding.")
      || pent_safetensors_has_prefix (file, "input_hint_block."))
    return facts (PENT_FAMILY_CONTROLNET, "unknown");
  if (unet)
    return facts (PENT_FAMILY_UNET, unet_origin (file));
  if (vae)
    return facts (PENT_FAMILY_VAE, "unknown");
  if (text)
    return facts (PENT_FAMILY_TEXT_ENCODER, "unknown");
  if (is_textual_inversion (file))
    return facts (PENT_FAMILY_TEXTUAL_INVERSION, "unknown");
  if (is_upscaler (file))
    return facts (PENT_FAMILY_UPSCALER, "unknown");
  return facts (PENT_FAMILY_UNKNOWN, "unknown");
}

typedef struct
{
  const char *prefix;
  PentFamily  family;
} ClassPrefix;

static PentFamilyFacts
detect_class (const ClassPrefix *classes, const char *class_name)
{
  for (; classes->prefix != NULL; classes++)
    if (g_str_has_prefix (class_name, classes->prefix))
      return facts (classes->family, "unknown");
  return facts (PENT_FAMILY_UNKNOWN, "unknown");
}

/**
 * pent_family_detect_pipeline:
 * @class_name: `_class_name` of a folder's model_index.json
 */
PentFamilyFacts
pent_family_detect_pipeline (const char *class_name)
{
  static const ClassPrefix classes[] = {
    { "StableDiffusionXL", PENT_FAMILY_SDXL },
    { "StableDiffusion3", PENT_FAMILY_SD3 },
    { "StableDiffusionUpscale", PENT_FAMILY_UPSCALER },
    { "StableDiffusionLatentUpscale", PENT_FAMILY_UPSCALER },
    { "StableDiffusion", PENT_FAMILY_SD1 },
    { "LatentConsistencyModel", PENT_FAMILY_SD1 },
    { "Flux", PENT_FAMILY_FLUX },
    { "Chroma", PENT_FAMILY_CHROMA },
    { NULL, PENT_FAMILY_UNKNOWN },
  };

  return detect_class (classes, class_name);
}

/**
 * pent_family_detect_component:
 * @class_name: what the config.json of a folder without model_index.json says
 *   it belongs to
 */
PentFamilyFacts
pent_family_detect_component (const char *class_name)
{
  static const ClassPrefix classes[] = {
    { "UNet2DCondition", PENT_FAMILY_UNET },
    { "AutoencoderKL", PENT_FAMILY_VAE },
    { "AutoencoderTiny", PENT_FAMILY_VAE },
    { "CLIPText", PENT_FAMILY_TEXT_ENCODER },
    { "CLIPModel", PENT_FAMILY_TEXT_ENCODER },
    { "T5Encoder", PENT_FAMILY_TEXT_ENCODER },
    { "ControlNet", PENT_FAMILY_CONTROLNET },
    { "FluxControlNet", PENT_FAMILY_CONTROLNET },
    { "FluxTransformer", PENT_FAMILY_FLUX },
    { "SD3Transformer", PENT_FAMILY_SD3 },
    { "ChromaTransformer", PENT_FAMILY_CHROMA },
    { NULL, PENT_FAMILY_UNKNOWN },
  };

  return detect_class (classes, class_name);
}
