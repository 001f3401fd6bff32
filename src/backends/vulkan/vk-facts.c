/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-facts.h"

#include <string.h>
#include <unistd.h>

/* A family that computes but does not draw runs beside the desktop. */
static gboolean
find_queue_family (PentVkInstance *instance, VkPhysicalDevice physical, guint32 *family, guint *clock_bits)
{
  uint32_t n = 0;
  gboolean found = FALSE;

  instance->calls.GetPhysicalDeviceQueueFamilyProperties (physical, &n, NULL);
  g_autofree VkQueueFamilyProperties *families = g_new0 (VkQueueFamilyProperties, n + 1);
  instance->calls.GetPhysicalDeviceQueueFamilyProperties (physical, &n, families);
  for (uint32_t i = 0; i < n; i++)
    {
      if (!(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT))
        continue;
      gboolean alone = !(families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT);
      if (!found || alone)
        {
          *family = i;
          *clock_bits = families[i].timestampValidBits;
        }
      found = TRUE;
      if (alone)
        break;
    }
  return found;
}

/* A processor that runs shaders has the system's memory, whatever size of heap
 * its driver makes up. */
static gsize
find_memory (PentVkInstance *instance, VkPhysicalDevice physical, VkPhysicalDeviceType type)
{
  VkPhysicalDeviceMemoryProperties2 memory = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2 };
  gsize largest = 0;

  if (type == VK_PHYSICAL_DEVICE_TYPE_CPU)
    return (gsize) sysconf (_SC_PHYS_PAGES) * sysconf (_SC_PAGESIZE);
  instance->calls.GetPhysicalDeviceMemoryProperties2 (physical, &memory);
  for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; i++)
    {
      const VkMemoryHeap *heap = &memory.memoryProperties.memoryHeaps[i];
      if (heap->flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
        largest = MAX (largest, heap->size);
    }
  return largest;
}

static gboolean
has_f16 (PentVkInstance *instance, VkPhysicalDevice physical)
{
  VkPhysicalDevice16BitStorageFeatures storage = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES };
  VkPhysicalDeviceFeatures2 features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &storage };

  instance->calls.GetPhysicalDeviceFeatures2 (physical, &features);
  return storage.storageBuffer16BitAccess;
}

static void
read_limits (PentVkFacts *self, const VkPhysicalDeviceLimits *limits, gsize max_allocation)
{
  /* A tensor is written through one storage buffer, and read in texels of four
   * elements, two bytes each at the least. Shaders count elements in 32 bits. */
  self->max_texels = limits->maxTexelBufferElements;
  self->max_allocation = MIN (max_allocation, (gsize) G_MAXSSIZE);
  self->max_tensor = MIN (MIN (limits->maxStorageBufferRange, self->max_allocation),
                          MIN (self->max_texels * 8, (gsize) G_MAXINT32 * 2));
  /* Also what mapped memory and copies like; every limit is a power of two. */
  self->alignment = MAX (MAX (limits->minStorageBufferOffsetAlignment, limits->minTexelBufferOffsetAlignment), 64);
  memcpy (self->max_groups, limits->maxComputeWorkGroupCount, sizeof self->max_groups);
  self->max_shared = limits->maxComputeSharedMemorySize;
  self->max_invocations = limits->maxComputeWorkGroupInvocations;
  self->clock_tick = limits->timestampPeriod * 1e-9;
}

static char *
find_lack (const PentVkFacts *self, gboolean has_queue)
{
  if (self->api_version < VK_API_VERSION_1_1)
    return g_strdup ("its driver is older than Vulkan 1.1");
  if (!has_queue)
    return g_strdup ("it has no queue that computes");
  if (self->max_shared < 16384 || self->max_invocations < 128)
    return g_strdup ("its workgroups are too small");
  if (self->max_texels < 1 << 24)
    return g_strdup_printf ("its texel buffers hold no more than %" G_GSIZE_FORMAT " texels", self->max_texels);
  return NULL;
}

/**
 * pent_vk_facts_read:
 * @self: (out): to be cleared with pent_vk_facts_clear()
 */
void
pent_vk_facts_read (PentVkFacts *self, PentVkInstance *instance, VkPhysicalDevice physical)
{
  VkPhysicalDeviceDriverProperties driver = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES };
  VkPhysicalDeviceSubgroupProperties subgroup = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES };
  VkPhysicalDeviceMaintenance3Properties allocation = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, .pNext = &subgroup
  };
  VkPhysicalDeviceProperties2 all = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &allocation };
  const VkPhysicalDeviceProperties *basic = &all.properties;

  if (pent_vk_instance_has_extension (instance, physical, VK_KHR_DRIVER_PROPERTIES_EXTENSION_NAME))
    subgroup.pNext = &driver;
  instance->calls.GetPhysicalDeviceProperties2 (physical, &all);

  *self = (PentVkFacts) {
    .name = g_utf8_make_valid (basic->deviceName, -1),
    .driver = g_strdup_printf ("%s%s%s", driver.driverName, driver.driverInfo[0] != '\0' ? " " : "", driver.driverInfo),
    .type = basic->deviceType,
    .api_version = basic->apiVersion,
    .driver_version = basic->driverVersion,
    .vendor_id = basic->vendorID,
    .device_id = basic->deviceID,
    .memory = find_memory (instance, physical, basic->deviceType),
    .has_f16 = has_f16 (instance, physical),
    .has_memory_budget = pent_vk_instance_has_extension (instance, physical, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME),
    .is_unified = basic->deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU
                  || basic->deviceType == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
    .subgroup_size = subgroup.subgroupSize,
  };
  memcpy (self->uuid, basic->pipelineCacheUUID, sizeof self->uuid);
  read_limits (self, &basic->limits, allocation.maxMemoryAllocationSize);
  self->is_wide = self->type == VK_PHYSICAL_DEVICE_TYPE_CPU && self->subgroup_size == 8
                  && (subgroup.supportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT)
                  && (subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT);
  pent_vk_cooperative_read (&self->cooperative, instance, physical, self->subgroup_size);
  gboolean has_queue = find_queue_family (instance, physical, &self->queue_family, &self->clock_bits);
  self->lack = find_lack (self, has_queue);
}

void
pent_vk_facts_clear (PentVkFacts *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->driver, g_free);
  g_clear_pointer (&self->lack, g_free);
}
