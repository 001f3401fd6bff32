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
 * PentVulkanGuise:
 * @PENT_VULKAN_AS_IS: use the device as it likes
 * @PENT_VULKAN_AS_GPU: take it for a GPU with memory of its own and without
 *   cooperative matrices, so that what is done for those can be tested in
 *   software
 * @PENT_VULKAN_AS_COOPERATIVE: the same with cooperative matrices, which it
 *   must have
 */
typedef enum
{
  PENT_VULKAN_AS_IS,
  PENT_VULKAN_AS_GPU,
  PENT_VULKAN_AS_COOPERATIVE,
} PentVulkanGuise;

PentBackend *pent_vulkan_backend_new      (int index, GError **error);
PentBackend *pent_vulkan_backend_new_with (int index, PentVulkanGuise guise, GError **error);
void         pent_vulkan_backend_fix_way  (PentVulkanBackend *self, const char *way);

G_END_DECLS
