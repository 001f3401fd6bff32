/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-device.h"

#include "pent-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
put_on (PentVkFacts *facts, PentVulkanGuise guise)
{
  if (guise == PENT_VULKAN_AS_IS)
    return;
  facts->is_wide = facts->is_unified = FALSE;
  if (guise == PENT_VULKAN_AS_GPU)
    facts->cooperative = (PentVkCooperative) { 0 };
  else if (facts->cooperative.m == 0 && facts->lack == NULL)
    facts->lack = g_strdup ("it has no cooperative matrices");
}

static gboolean
pick (PentVkDevice *self, int index, PentVulkanGuise guise, GError **error)
{
  guint n = self->instance->n_physical;

  if (n == 0)
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_DEVICE,
                           "There is no Vulkan device here: install a driver (mesa-vulkan-drivers, or your card's), "
                           "or compute on the processor (--device cpu)");
      return FALSE;
    }
  if (index < 0 || index >= (int) n)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE,
                   n == 1 ? "There is no device vulkan:%d: the only Vulkan device is vulkan:0"
                          : "There is no device vulkan:%d: the Vulkan devices are vulkan:0 to vulkan:%u",
                   index, n - 1);
      return FALSE;
    }
  self->physical = self->instance->physical[index];
  pent_vk_facts_read (&self->facts, self->instance, self->physical);
  put_on (&self->facts, guise);
  if (self->facts.lack != NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE, _("The device %s cannot be used: %s; choose another device"),
                   self->facts.name, self->facts.lack);
      return FALSE;
    }
  return TRUE;
}

static gboolean
open_device (PentVkDevice *self, GError **error)
{
  const float priority = 1;
  const VkDeviceQueueCreateInfo queue = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
    .queueFamilyIndex = self->facts.queue_family,
    .queueCount = 1,
    .pQueuePriorities = &priority,
  };
  gboolean is_cooperative = self->facts.cooperative.m > 0;
  PentVkCooperativeFeatures cooperative;
  const VkPhysicalDevice16BitStorageFeatures storage = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES,
    .pNext = is_cooperative ? &cooperative : NULL,
    .storageBuffer16BitAccess = self->facts.has_f16,
  };
  const char *extensions[1 + PENT_VK_N_COOPERATIVE_EXTENSIONS];
  guint n_extensions = 0;

  if (self->facts.has_memory_budget)
    extensions[n_extensions++] = VK_EXT_MEMORY_BUDGET_EXTENSION_NAME;
  for (guint i = 0; is_cooperative && i < PENT_VK_N_COOPERATIVE_EXTENSIONS; i++)
    extensions[n_extensions++] = pent_vk_cooperative_extensions[i];
  pent_vk_cooperative_features_init (&cooperative, VK_TRUE);
  const VkDeviceCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
    .pNext = &storage,
    .queueCreateInfoCount = 1,
    .pQueueCreateInfos = &queue,
    .enabledExtensionCount = n_extensions,
    .ppEnabledExtensionNames = extensions,
  };

  VkResult result = self->instance->calls.CreateDevice (self->physical, &info, NULL, &self->handle);
  if (!pent_vk_device_check (self, result, "be opened", error)
      || !pent_vk_load_device_calls (self->instance, self->handle, &self->calls, error))
    return FALSE;
  self->calls.GetDeviceQueue (self->handle, self->facts.queue_family, 0, &self->queue);
  return TRUE;
}

static gboolean
create_command_pool (PentVkDevice *self, GError **error)
{
  const VkCommandPoolCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
    .queueFamilyIndex = self->facts.queue_family,
  };

  return pent_vk_device_check (self, self->calls.CreateCommandPool (self->handle, &info, NULL, &self->commands),
                               "take commands", error);
}

/**
 * pent_vk_device_new:
 * @index: in the order in which the loader lists the devices
 *
 * Returns: (transfer full): the device, or %NULL with %PENT_ERROR_DEVICE
 */
PentVkDevice *
pent_vk_device_new (int index, PentVulkanGuise guise, GError **error)
{
  g_autoptr (PentVkDevice) self = g_new0 (PentVkDevice, 1);

  g_atomic_ref_count_init (&self->refs);
  self->instance = pent_vk_instance_new (error);
  if (self->instance == NULL || !pick (self, index, guise, error) || !open_device (self, error)
      || !create_command_pool (self, error))
    return NULL;

  VkPhysicalDeviceMemoryProperties2 memory = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2 };
  self->instance->calls.GetPhysicalDeviceMemoryProperties2 (self->physical, &memory);
  self->memory = memory.memoryProperties;
  return g_steal_pointer (&self);
}

PentVkDevice *
pent_vk_device_ref (PentVkDevice *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_vk_device_unref (PentVkDevice *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->commands != VK_NULL_HANDLE)
    self->calls.DestroyCommandPool (self->handle, self->commands, NULL);
  if (self->handle != VK_NULL_HANDLE && self->calls.DestroyDevice != NULL)
    self->calls.DestroyDevice (self->handle, NULL);
  pent_vk_facts_clear (&self->facts);
  g_clear_pointer (&self->instance, pent_vk_instance_unref);
  g_free (self);
}

/**
 * pent_vk_device_check:
 * @deed: what the device was to do, to follow "could not"
 *
 * Returns: whether @result is a success; else %FALSE with %PENT_ERROR_MEMORY
 *   or %PENT_ERROR_DEVICE, the loss of the device being remembered
 */
gboolean
pent_vk_device_check (PentVkDevice *self, VkResult result, const char *deed, GError **error)
{
  if (result >= VK_SUCCESS)
    return TRUE;

  switch (result)
    {
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_POOL_MEMORY:
    case VK_ERROR_FRAGMENTED_POOL:
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   _("The device %s could not %s, for its memory is full: choose a smaller picture, or close programs "
                   "that use it"),
                   self->facts.name, deed);
      return FALSE;
    case VK_ERROR_DEVICE_LOST:
      self->is_lost = TRUE;
      g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE,
                   _("The device %s failed and was lost: try again, or compute on the processor (--device cpu)"),
                   self->facts.name);
      return FALSE;
    default:
      g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE,
                   _("The device %s could not %s (Vulkan error %d): update its driver, or compute on the processor "
                     "(--device cpu)"),
                   self->facts.name, deed, result);
      return FALSE;
    }
}

gboolean
pent_vk_device_check_alive (PentVkDevice *self, GError **error)
{
  return pent_vk_device_check (self, self->is_lost ? VK_ERROR_DEVICE_LOST : VK_SUCCESS, "work", error);
}

static gsize
available_system_memory (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return G_MAXSIZE;
  const char *line = strstr (text, "MemAvailable:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024 : G_MAXSIZE;
}

/* What the driver says is left of the device's own heaps */
static gsize
budget_left (PentVkDevice *self)
{
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT
  };
  VkPhysicalDeviceMemoryProperties2 memory = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget
  };
  gsize most = 0;

  self->instance->calls.GetPhysicalDeviceMemoryProperties2 (self->physical, &memory);
  for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; i++)
    if ((memory.memoryProperties.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
        && budget.heapBudget[i] > budget.heapUsage[i])
      most = MAX (most, budget.heapBudget[i] - budget.heapUsage[i]);
  return most;
}

/**
 * pent_vk_device_free_memory:
 *
 * Returns: bytes that may still be taken of the largest heap that is the
 *   device's own, as far as driver and system tell
 */
gsize
pent_vk_device_free_memory (PentVkDevice *self)
{
  const PentVkFacts *facts = &self->facts;

  if (facts->type == VK_PHYSICAL_DEVICE_TYPE_CPU)
    return available_system_memory ();
  gsize left = facts->has_memory_budget ? budget_left (self) : facts->memory - MIN (facts->memory, self->allocated);
  return facts->is_unified ? MIN (left, available_system_memory ()) : left;
}

/**
 * pent_vk_device_begin:
 * @commands: (out): a command buffer that is being recorded; to be freed with
 *   the device's command pool
 */
gboolean
pent_vk_device_begin (PentVkDevice *self, VkCommandBuffer *commands, GError **error)
{
  const VkCommandBufferAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
    .commandPool = self->commands,
    .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
    .commandBufferCount = 1,
  };
  const VkCommandBufferBeginInfo begin = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO };

  if (!pent_vk_device_check (self, self->calls.AllocateCommandBuffers (self->handle, &info, commands), "take commands",
                             error))
    return FALSE;
  return pent_vk_device_check (self, self->calls.BeginCommandBuffer (*commands, &begin), "take commands", error);
}

/**
 * pent_vk_device_wait:
 *
 * Waits until what signals @fence is done, however long a slow device takes: a
 * driver whose device hangs reports it lost.
 */
gboolean
pent_vk_device_wait (PentVkDevice *self, VkFence fence, GError **error)
{
  const guint64 second = G_GUINT64_CONSTANT (1000000000);
  VkResult result;

  do
    result = self->calls.WaitForFences (self->handle, 1, &fence, VK_TRUE, second);
  while (result == VK_TIMEOUT);
  return pent_vk_device_check (self, result, "finish its work", error);
}
