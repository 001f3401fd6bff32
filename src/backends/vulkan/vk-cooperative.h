/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-instance.h"

G_BEGIN_DECLS

/* What Vulkan's headers before 1.3.255 lack */
#ifndef VK_KHR_cooperative_matrix
#define VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME "VK_KHR_cooperative_matrix"
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR ((VkStructureType) 1000506000)
#define VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR ((VkStructureType) 1000506001)

typedef enum
{
  VK_COMPONENT_TYPE_FLOAT16_KHR = 0,
  VK_COMPONENT_TYPE_FLOAT32_KHR = 1,
  VK_COMPONENT_TYPE_MAX_ENUM_KHR = 0x7fffffff,
} VkComponentTypeKHR;

typedef enum
{
  VK_SCOPE_SUBGROUP_KHR = 3,
  VK_SCOPE_MAX_ENUM_KHR = 0x7fffffff,
} VkScopeKHR;

typedef struct
{
  VkStructureType    sType;
  void              *pNext;
  uint32_t           MSize, NSize, KSize;
  VkComponentTypeKHR AType, BType, CType, ResultType;
  VkBool32           saturatingAccumulation;
  VkScopeKHR         scope;
} VkCooperativeMatrixPropertiesKHR;

typedef struct
{
  VkStructureType sType;
  void           *pNext;
  VkBool32        cooperativeMatrix;
  VkBool32        cooperativeMatrixRobustBufferAccess;
} VkPhysicalDeviceCooperativeMatrixFeaturesKHR;

typedef VkResult (VKAPI_PTR *PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR) (
  VkPhysicalDevice physical, uint32_t *n, VkCooperativeMatrixPropertiesKHR *properties);
#endif

/**
 * PentVkCooperative:
 * @m: rows of A and of the sums; 0 where the device has no such instruction
 * @n: columns of B and of the sums
 * @k: columns of A, rows of B
 *
 * The matrices of binary16, with sums in f32, that a device's subgroups
 * multiply as one instruction (VK_KHR_cooperative_matrix).
 */
typedef struct
{
  guint32 m, n, k;
} PentVkCooperative;

/**
 * PentVkCooperativeFeatures:
 *
 * What a device must be opened with for shaders/matmul-cooperative.comp; a
 * chain that begins with @matrix.
 */
typedef struct
{
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix;
  VkPhysicalDeviceVulkanMemoryModelFeatures    memory_model;
  VkPhysicalDeviceShaderFloat16Int8Features    types;
  VkPhysicalDeviceSubgroupSizeControlFeatures  subgroups;
} PentVkCooperativeFeatures;

/* The extensions they come from */
#define PENT_VK_N_COOPERATIVE_EXTENSIONS 4
extern const char *const pent_vk_cooperative_extensions[PENT_VK_N_COOPERATIVE_EXTENSIONS];

void pent_vk_cooperative_read         (PentVkCooperative *self, PentVkInstance *instance, VkPhysicalDevice physical,
                                       guint32 subgroup_size);
void pent_vk_cooperative_features_init (PentVkCooperativeFeatures *self, VkBool32 value);

G_END_DECLS
