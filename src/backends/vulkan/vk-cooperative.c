/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-cooperative.h"

const char *const pent_vk_cooperative_extensions[PENT_VK_N_COOPERATIVE_EXTENSIONS] = {
  VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME,
  VK_KHR_VULKAN_MEMORY_MODEL_EXTENSION_NAME,
  VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME,
  VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME,
};

/**
 * pent_vk_cooperative_features_init:
 * @value: of each feature that is needed: false to ask, true to open with
 */
void
pent_vk_cooperative_features_init (PentVkCooperativeFeatures *self, VkBool32 value)
{
  *self = (PentVkCooperativeFeatures) {
    .matrix = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
      .pNext = &self->memory_model,
      .cooperativeMatrix = value,
    },
    .memory_model = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES,
      .pNext = &self->types,
      .vulkanMemoryModel = value,
    },
    .types = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES,
      .pNext = &self->subgroups,
      .shaderFloat16 = value,
    },
    .subgroups = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES,
      .subgroupSizeControl = value,
      .computeFullSubgroups = value,
    },
  };
}

static gboolean
has_features (PentVkInstance *instance, VkPhysicalDevice physical)
{
  PentVkCooperativeFeatures wanted;
  VkPhysicalDeviceFeatures2 features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &wanted };

  for (guint i = 0; i < G_N_ELEMENTS (pent_vk_cooperative_extensions); i++)
    if (!pent_vk_instance_has_extension (instance, physical, pent_vk_cooperative_extensions[i]))
      return FALSE;
  pent_vk_cooperative_features_init (&wanted, VK_FALSE);
  instance->calls.GetPhysicalDeviceFeatures2 (physical, &features);
  return wanted.matrix.cooperativeMatrix && wanted.memory_model.vulkanMemoryModel && wanted.types.shaderFloat16
         && wanted.subgroups.subgroupSizeControl && wanted.subgroups.computeFullSubgroups;
}

/* Whether pipelines may be promised subgroups of that size */
static gboolean
has_subgroup_size (PentVkInstance *instance, VkPhysicalDevice physical, guint32 size)
{
  VkPhysicalDeviceSubgroupSizeControlProperties sizes = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES
  };
  VkPhysicalDeviceProperties2 all = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &sizes };

  instance->calls.GetPhysicalDeviceProperties2 (physical, &all);
  return (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) && size >= sizes.minSubgroupSize
         && size <= sizes.maxSubgroupSize;
}

/* The shader's tiles take matrices of these sides; a subgroup has a matrix of
 * sums in shared memory when it is finished. */
static gboolean
suits_shader (const VkCooperativeMatrixPropertiesKHR *shape)
{
  return shape->AType == VK_COMPONENT_TYPE_FLOAT16_KHR && shape->BType == VK_COMPONENT_TYPE_FLOAT16_KHR
         && shape->CType == VK_COMPONENT_TYPE_FLOAT32_KHR && shape->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR
         && shape->scope == VK_SCOPE_SUBGROUP_KHR && !shape->saturatingAccumulation
         && (shape->MSize == 8 || shape->MSize == 16) && (shape->NSize == 8 || shape->NSize == 16)
         && (shape->KSize == 8 || shape->KSize == 16 || shape->KSize == 32);
}

/**
 * pent_vk_cooperative_read:
 * @self: (out): the largest matrices that suit the shader; all 0 if none do
 */
void
pent_vk_cooperative_read (PentVkCooperative *self, PentVkInstance *instance, VkPhysicalDevice physical,
                          guint32 subgroup_size)
{
  PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR get = NULL;
  uint32_t n = 0;

  *self = (PentVkCooperative) { 0 };
  if (has_features (instance, physical) && has_subgroup_size (instance, physical, subgroup_size))
    get = (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)
      instance->find (instance->handle, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
  if (get == NULL || get (physical, &n, NULL) != VK_SUCCESS || n == 0)
    return;

  g_autofree VkCooperativeMatrixPropertiesKHR *shapes = g_new0 (VkCooperativeMatrixPropertiesKHR, n);
  for (uint32_t i = 0; i < n; i++)
    shapes[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
  if (get (physical, &n, shapes) < 0)
    return;
  for (uint32_t i = 0; i < n; i++)
    if (suits_shader (&shapes[i])
        && shapes[i].MSize * shapes[i].NSize * shapes[i].KSize > self->m * self->n * self->k)
      *self = (PentVkCooperative) { shapes[i].MSize, shapes[i].NSize, shapes[i].KSize };
}
