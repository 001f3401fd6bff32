/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-tuner.h"
#include "vk-weights.h"

#include "pent-backend.h"

G_BEGIN_DECLS

/* A graph compiled for a Vulkan device. */
#define PENT_VK_TYPE_PROGRAM (pent_vk_program_get_type ())
G_DECLARE_FINAL_TYPE (PentVkProgram, pent_vk_program, PENT_VK, PROGRAM, PentProgram)

/**
 * PentVkContext:
 *
 * What a backend and its programs share.
 */
typedef struct
{
  gatomicrefcount  refs;
  PentVkDevice    *device;
  PentVkPipelines *pipelines;
  PentVkWeights   *weights;
  PentVkTuner     *tuner;
} PentVkContext;

PentVkContext *pent_vk_context_new   (int index, PentVulkanGuise guise, GError **error);
PentVkContext *pent_vk_context_ref   (PentVkContext *self);
void           pent_vk_context_unref (PentVkContext *self);

PentProgram *pent_vk_program_new         (PentVkContext *context, PentPlan *plan, GCancellable *cancellable,
                                          GError **error);
guint        pent_vk_program_get_n_parts (PentVkProgram *self);

G_END_DECLS
