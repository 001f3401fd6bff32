/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-safetensors.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_FAMILY_UNKNOWN,
  PENT_FAMILY_SD1,
  PENT_FAMILY_SD2,
  PENT_FAMILY_SDXL,
  PENT_FAMILY_SDXL_REFINER,
  PENT_FAMILY_SD3,
  PENT_FAMILY_FLUX,
  PENT_FAMILY_CHROMA,
  PENT_FAMILY_CONTROLNET,
  PENT_FAMILY_LORA,
  PENT_FAMILY_TEXTUAL_INVERSION,
  PENT_FAMILY_UNET,
  PENT_FAMILY_VAE,
  PENT_FAMILY_TEXT_ENCODER,
  PENT_FAMILY_UPSCALER,
  PENT_N_FAMILIES,
} PentFamily;

/**
 * PentFamilyFacts:
 * @family: what kind of file or folder it is
 * @variant: which of its kind, a static text: "plain" and "inpainting" are
 *   the two of Stable Diffusion 1 that can be used
 */
typedef struct
{
  PentFamily  family;
  const char *variant;
} PentFamilyFacts;

PentFamilyFacts pent_family_detect_file     (PentSafetensors *file);
PentFamilyFacts pent_family_detect_pipeline (const char *class_name);
PentFamilyFacts pent_family_detect_component (const char *class_name);

const char *pent_family_variant_of_unet (int in_channels, int out_channels);
const char *pent_family_name            (PentFamily family);
const char *pent_family_id              (PentFamily family);
const char *pent_family_advice          (PentFamily family);

G_END_DECLS
