/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-facts.h"

#include "pent-vulkan-backend.h"

G_BEGIN_DECLS

/**
 * PentVkDevice:
 * @allocated: bytes that buffers have of its memory
 * @is_lost: the device failed; every later call gives %PENT_ERROR_DEVICE
 *
 * An open device with one queue that computes. Not for several threads.
 */
typedef struct
{
  gatomicrefcount                  refs;
  PentVkInstance                  *instance;
  PentVkFacts                      facts;
  VkPhysicalDevice                 physical;
  VkDevice                         handle;
  VkQueue                          queue;
  VkCommandPool                    commands;
  PentVkDeviceCalls                calls;
  VkPhysicalDeviceMemoryProperties memory;
  gsize                            allocated;
  gboolean                         is_lost;
} PentVkDevice;

PentVkDevice *pent_vk_device_new   (int index, PentVulkanGuise guise, GError **error);
PentVkDevice *pent_vk_device_ref   (PentVkDevice *self);
void          pent_vk_device_unref (PentVkDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVkDevice, pent_vk_device_unref)

gboolean pent_vk_device_check       (PentVkDevice *self, VkResult result, const char *deed, GError **error);
gboolean pent_vk_device_check_alive (PentVkDevice *self, GError **error);
gsize    pent_vk_device_free_memory (PentVkDevice *self);
gboolean pent_vk_device_begin       (PentVkDevice *self, VkCommandBuffer *commands, GError **error);
gboolean pent_vk_device_wait        (PentVkDevice *self, VkFence fence, GError **error);

typedef enum
{
  PENT_VK_ON_DEVICE,   /* where shaders reach it fastest */
  PENT_VK_ON_HOST,     /* mapped, for what goes in and out */
  PENT_VK_ON_BOTH,     /* on the device, mapped where that is the same memory */
} PentVkPlace;

/* Bytes past the end of every buffer that a view may take in */
#define PENT_VK_SLACK 256

/**
 * PentVkBuffer:
 * @map: (nullable): its bytes, where the processor may reach them
 */
typedef struct
{
  VkBuffer       handle;
  VkDeviceMemory memory;
  gsize          size;
  guint8        *map;
} PentVkBuffer;

gboolean pent_vk_buffer_init  (PentVkBuffer *self, PentVkDevice *device, gsize size, PentVkPlace place, const char *what,
                               GError **error);
void     pent_vk_buffer_clear (PentVkBuffer *self, PentVkDevice *device);

G_END_DECLS
