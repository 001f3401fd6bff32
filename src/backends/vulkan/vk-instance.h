/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#define VK_NO_PROTOTYPES
#include <gio/gio.h>
#include <vulkan/vulkan.h>

G_BEGIN_DECLS

/* The calls that are made through an instance, and through a device. */
#define PENT_VK_INSTANCE_CALLS(CALL)       \
  CALL (CreateDevice)                      \
  CALL (DestroyInstance)                   \
  CALL (EnumerateDeviceExtensionProperties)\
  CALL (EnumeratePhysicalDevices)          \
  CALL (GetDeviceProcAddr)                 \
  CALL (GetPhysicalDeviceFeatures2)        \
  CALL (GetPhysicalDeviceMemoryProperties2)\
  CALL (GetPhysicalDeviceProperties2)      \
  CALL (GetPhysicalDeviceQueueFamilyProperties)

#define PENT_VK_DEVICE_CALLS(CALL) \
  CALL (AllocateCommandBuffers)    \
  CALL (AllocateDescriptorSets)    \
  CALL (AllocateMemory)            \
  CALL (BeginCommandBuffer)        \
  CALL (BindBufferMemory)          \
  CALL (CmdBindDescriptorSets)     \
  CALL (CmdBindPipeline)           \
  CALL (CmdCopyBuffer)             \
  CALL (CmdDispatch)               \
  CALL (CmdPipelineBarrier)        \
  CALL (CmdPushConstants)          \
  CALL (CmdResetQueryPool)         \
  CALL (CmdWriteTimestamp)         \
  CALL (CreateBuffer)              \
  CALL (CreateBufferView)          \
  CALL (CreateCommandPool)         \
  CALL (CreateComputePipelines)    \
  CALL (CreateDescriptorPool)      \
  CALL (CreateDescriptorSetLayout) \
  CALL (CreateFence)               \
  CALL (CreatePipelineCache)       \
  CALL (CreatePipelineLayout)      \
  CALL (CreateQueryPool)           \
  CALL (CreateShaderModule)        \
  CALL (DestroyBuffer)             \
  CALL (DestroyBufferView)         \
  CALL (DestroyCommandPool)        \
  CALL (DestroyDescriptorPool)     \
  CALL (DestroyDescriptorSetLayout)\
  CALL (DestroyDevice)             \
  CALL (DestroyFence)              \
  CALL (DestroyPipeline)           \
  CALL (DestroyPipelineCache)      \
  CALL (DestroyPipelineLayout)     \
  CALL (DestroyQueryPool)          \
  CALL (DestroyShaderModule)       \
  CALL (DeviceWaitIdle)            \
  CALL (EndCommandBuffer)          \
  CALL (FreeCommandBuffers)        \
  CALL (FreeMemory)                \
  CALL (GetBufferMemoryRequirements)\
  CALL (GetDeviceQueue)            \
  CALL (GetPipelineCacheData)      \
  CALL (GetQueryPoolResults)       \
  CALL (MapMemory)                 \
  CALL (QueueSubmit)               \
  CALL (ResetFences)               \
  CALL (UpdateDescriptorSets)      \
  CALL (WaitForFences)

#define PENT_VK_MEMBER(name) PFN_vk##name name;

typedef struct
{
  PENT_VK_INSTANCE_CALLS (PENT_VK_MEMBER)
} PentVkInstanceCalls;

typedef struct
{
  PENT_VK_DEVICE_CALLS (PENT_VK_MEMBER)
} PentVkDeviceCalls;

#undef PENT_VK_MEMBER

/**
 * PentVkInstance:
 * @physical: (array length=n_physical): in the loader's order
 * @find: for functions that not every loader has
 *
 * The Vulkan loader, found when it is needed and not before, so that the
 * programs start and run on the processor where there is none.
 */
typedef struct
{
  gatomicrefcount     refs;
  VkInstance          handle;
  PentVkInstanceCalls calls;
  VkPhysicalDevice   *physical;
  guint               n_physical;
  PFN_vkGetInstanceProcAddr find;
} PentVkInstance;

PentVkInstance *pent_vk_instance_new   (GError **error);
PentVkInstance *pent_vk_instance_ref   (PentVkInstance *self);
void            pent_vk_instance_unref (PentVkInstance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVkInstance, pent_vk_instance_unref)

gboolean pent_vk_instance_has_extension (PentVkInstance *self, VkPhysicalDevice physical, const char *name);
gboolean pent_vk_load_device_calls (PentVkInstance *self, VkDevice device, PentVkDeviceCalls *calls, GError **error);

G_END_DECLS
