/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"

G_BEGIN_DECLS

/**
 * PentVulkanBackend:
 *
 * Runs graphs with the shaders of shaders/ on a device that Vulkan lists.
 */
#define PENT_TYPE_VULKAN_BACKEND (pent_vulkan_backend_get_type ())
G_DECLARE_FINAL_TYPE (PentVulkanBackend, pent_vulkan_backend, PENT, VULKAN_BACKEND, PentBackend)

/**
 * PentVulkanShaders:
 * @PENT_VULKAN_SHADERS_AUTO: as the device likes
 * @PENT_VULKAN_SHADERS_TILE: those for GPUs, which run everywhere
 */
typedef enum
{
  PENT_VULKAN_SHADERS_AUTO,
  PENT_VULKAN_SHADERS_TILE,
} PentVulkanShaders;

PentBackend *pent_vulkan_backend_new      (int index, GError **error);
PentBackend *pent_vulkan_backend_new_with (int index, PentVulkanShaders shaders, GError **error);

G_END_DECLS
