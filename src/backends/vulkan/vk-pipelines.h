/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-device.h"
#include "vk-shaders.h"

G_BEGIN_DECLS

#define PENT_VK_MAX_INPUTS 5
#define PENT_VK_MAX_CONSTANTS 11
#define PENT_VK_MAX_PARAMS 128

/**
 * PentVkKernel:
 * @result: the type the result is stored in
 * @constants: of the shader's specialisation, by constant_id; booleans are 0
 *   or 1
 *
 * A shader made for a purpose. No padding, for it is hashed.
 */
typedef struct
{
  guint32 shader;
  guint32 result;
  guint32 n_constants;
  guint32 constants[PENT_VK_MAX_CONSTANTS];
} PentVkKernel;

/**
 * PentVkPipelines:
 * @set_layout: binding 0 is the result, a storage buffer; the others are texel
 *   buffers. One for all shaders.
 *
 * The pipelines of a device, each made once; what the driver made of them is
 * kept on disk.
 */
typedef struct
{
  PentVkDevice         *device;
  VkDescriptorSetLayout set_layout;
  VkPipelineLayout      layout;
  VkPipelineCache       cache;
  GHashTable           *pipelines;
  gboolean              has_new;
} PentVkPipelines;

PentVkPipelines *pent_vk_pipelines_new  (PentVkDevice *device, GError **error);
void             pent_vk_pipelines_free (PentVkPipelines *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVkPipelines, pent_vk_pipelines_free)

VkPipeline pent_vk_pipelines_get  (PentVkPipelines *self, const PentVkKernel *kernel, GError **error);
void       pent_vk_pipelines_save (PentVkPipelines *self);

G_END_DECLS
