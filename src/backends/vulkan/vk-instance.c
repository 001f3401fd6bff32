/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-instance.h"

#include "pent-error.h"

#include <dlfcn.h>
#include <string.h>

static gboolean
fail (GError **error, const char *sentence)
{
  g_set_error_literal (error, PENT_ERROR, PENT_ERROR_DEVICE, sentence);
  return FALSE;
}

static gboolean
create_instance (PentVkInstance *self, PFN_vkGetInstanceProcAddr get, GError **error)
{
  PFN_vkEnumerateInstanceVersion get_version = (PFN_vkEnumerateInstanceVersion) get (NULL, "vkEnumerateInstanceVersion");
  PFN_vkCreateInstance create = (PFN_vkCreateInstance) get (NULL, "vkCreateInstance");
  uint32_t version = VK_API_VERSION_1_0;

  if (get_version == NULL || create == NULL || get_version (&version) != VK_SUCCESS || version < VK_API_VERSION_1_1)
    return fail (error, "The Vulkan loader is older than Vulkan 1.1: update it, or use --device cpu");

  const VkApplicationInfo application = {
    .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
    .pApplicationName = "pentimento",
    .pEngineName = "pentimento",
    .apiVersion = VK_API_VERSION_1_1,
  };
  const VkInstanceCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
    .pApplicationInfo = &application,
  };
  if (create (&info, NULL, &self->handle) != VK_SUCCESS)
    return fail (error, "No Vulkan driver works here: install one (mesa-vulkan-drivers, or your card's), or use "
                        "--device cpu");
  return TRUE;
}

static gboolean
load_instance_calls (PentVkInstance *self, PFN_vkGetInstanceProcAddr get, GError **error)
{
  gboolean whole = TRUE;

#define LOAD(name)                                                             \
  self->calls.name = (PFN_vk##name) get (self->handle, "vk" #name);            \
  whole = whole && self->calls.name != NULL;
  PENT_VK_INSTANCE_CALLS (LOAD)
#undef LOAD

  return whole || fail (error, "The Vulkan loader lacks functions of Vulkan 1.1: reinstall it, or use --device cpu");
}

/* A loader with no device at all says so by a failure or by none. */
static gboolean
enumerate (PentVkInstance *self, GError **error)
{
  uint32_t n = 0;

  if (self->calls.EnumeratePhysicalDevices (self->handle, &n, NULL) != VK_SUCCESS)
    n = 0;
  self->physical = g_new0 (VkPhysicalDevice, n + 1);
  if (n > 0 && self->calls.EnumeratePhysicalDevices (self->handle, &n, self->physical) < 0)
    return fail (error, "The Vulkan drivers do not list their devices: reinstall them, or use --device cpu");
  self->n_physical = n;
  return TRUE;
}

/**
 * pent_vk_instance_new:
 *
 * The library stays loaded for good: drivers leave threads and thread-local
 * storage behind that do not survive its removal.
 *
 * Returns: (transfer full): the loader's instance with the list of devices,
 *   which may be empty; %NULL with %PENT_ERROR_DEVICE where there is no loader
 *   or no driver
 */
PentVkInstance *
pent_vk_instance_new (GError **error)
{
  g_autoptr (PentVkInstance) self = g_new0 (PentVkInstance, 1);

  g_atomic_ref_count_init (&self->refs);
  PFN_vkGetInstanceProcAddr get = NULL;
  void *library = dlopen ("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library != NULL)
    get = (PFN_vkGetInstanceProcAddr) dlsym (library, "vkGetInstanceProcAddr");
  if (get == NULL)
    {
      fail (error, "The Vulkan loader (libvulkan.so.1) is not installed: install libvulkan1, or use --device cpu");
      return NULL;
    }
  self->find = get;
  if (!create_instance (self, get, error) || !load_instance_calls (self, get, error) || !enumerate (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

PentVkInstance *
pent_vk_instance_ref (PentVkInstance *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_vk_instance_unref (PentVkInstance *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->handle != VK_NULL_HANDLE && self->calls.DestroyInstance != NULL)
    self->calls.DestroyInstance (self->handle, NULL);
  g_free (self->physical);
  g_free (self);
}

/**
 * pent_vk_instance_has_extension:
 *
 * Returns: whether the driver of @physical has the device extension @name
 */
gboolean
pent_vk_instance_has_extension (PentVkInstance *self, VkPhysicalDevice physical, const char *name)
{
  uint32_t n = 0;

  if (self->calls.EnumerateDeviceExtensionProperties (physical, NULL, &n, NULL) != VK_SUCCESS || n == 0)
    return FALSE;
  g_autofree VkExtensionProperties *extensions = g_new0 (VkExtensionProperties, n);
  if (self->calls.EnumerateDeviceExtensionProperties (physical, NULL, &n, extensions) < 0)
    return FALSE;
  for (uint32_t i = 0; i < n; i++)
    if (strcmp (extensions[i].extensionName, name) == 0)
      return TRUE;
  return FALSE;
}

/**
 * pent_vk_load_device_calls:
 *
 * Finds the functions of @device without the loader's detour.
 */
gboolean
pent_vk_load_device_calls (PentVkInstance *self, VkDevice device, PentVkDeviceCalls *calls, GError **error)
{
  gboolean whole = TRUE;

#define LOAD(name)                                                             \
  calls->name = (PFN_vk##name) self->calls.GetDeviceProcAddr (device, "vk" #name); \
  whole = whole && calls->name != NULL;
  PENT_VK_DEVICE_CALLS (LOAD)
#undef LOAD

  return whole || fail (error, "The Vulkan driver lacks functions of Vulkan 1.1: update it, or use --device cpu");
}
