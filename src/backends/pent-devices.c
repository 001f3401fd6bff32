/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-devices.h"

#include <string.h>
#include <unistd.h>

#include "pent-cpu-backend.h"
#include "pent-cpu-memory.h"
#include "pent-error.h"
#include "pent-vulkan-backend.h"
#include "vk-facts.h"

static void
device_info_free (gpointer data)
{
  PentDeviceInfo *info = data;

  g_free (info->name);
  g_free (info->description);
  g_free (info->driver);
  g_free (info->reason);
  g_free (info);
}

/**
 * pent_device_type_name:
 *
 * Returns: (transfer none): one word for tables and JSON
 */
const char *
pent_device_type_name (PentDeviceType type)
{
  static const char *const names[] = { "cpu", "discrete", "integrated", "virtual", "software", "other" };

  return names[type];
}

static PentDeviceInfo *
describe_cpu (void)
{
  PentDeviceInfo *info = g_new0 (PentDeviceInfo, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_cpu_backend_new (&error);

  info->name = g_strdup ("cpu");
  info->type = PENT_DEVICE_CPU;
  info->memory = (gsize) sysconf (_SC_PHYS_PAGES) * sysconf (_SC_PAGESIZE);
  info->usable = backend != NULL;
  if (backend == NULL)
    {
      info->description = g_strdup ("the processor");
      info->reason = g_strdup (error->message);
      return info;
    }
  info->description = g_strdup (pent_backend_get_description (backend));
  info->max_tensor = pent_backend_get_max_tensor (backend);
  info->has_f16 = pent_backend_supports (backend, PENT_F16);
  info->has_bf16 = pent_backend_supports (backend, PENT_BF16);
  info->has_int8 = pent_backend_supports (backend, PENT_INT8);
  return info;
}

static PentDeviceType
type_of (VkPhysicalDeviceType type)
{
  switch (type)
    {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
      return PENT_DEVICE_DISCRETE;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
      return PENT_DEVICE_INTEGRATED;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
      return PENT_DEVICE_VIRTUAL;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return PENT_DEVICE_SOFTWARE;
    default:
      return PENT_DEVICE_OTHER;
    }
}

static PentDeviceInfo *
describe_vulkan (PentVkInstance *instance, guint index)
{
  PentDeviceInfo *info = g_new0 (PentDeviceInfo, 1);
  PentVkFacts facts;

  pent_vk_facts_read (&facts, instance, instance->physical[index]);
  info->name = g_strdup_printf ("vulkan:%u", index);
  info->description = g_steal_pointer (&facts.name);
  info->type = type_of (facts.type);
  info->driver = g_steal_pointer (&facts.driver);
  info->api_version = facts.api_version;
  info->memory = facts.memory;
  info->max_tensor = facts.max_tensor;
  info->has_f16 = facts.has_f16;
  info->usable = facts.lack == NULL;
  if (facts.lack != NULL)
    info->reason = g_strdup_printf ("not usable: %s", facts.lack);
  pent_vk_facts_clear (&facts);
  return info;
}

static void
append_vulkan (GPtrArray *devices)
{
  g_autoptr (PentVkInstance) instance = pent_vk_instance_new (NULL);

  for (guint i = 0; instance != NULL && i < instance->n_physical; i++)
    g_ptr_array_add (devices, describe_vulkan (instance, i));
}

/* A discrete GPU before an integrated one before the rest that is hardware;
 * the processor last. */
static int
rank (const PentDeviceInfo *info)
{
  if (!info->usable)
    return 0;
  switch (info->type)
    {
    case PENT_DEVICE_DISCRETE:
      return 5;
    case PENT_DEVICE_INTEGRATED:
      return 4;
    case PENT_DEVICE_VIRTUAL:
    case PENT_DEVICE_OTHER:
      return 3;
    case PENT_DEVICE_CPU:
      return 2;
    case PENT_DEVICE_SOFTWARE:
    default:
      return 0;
    }
}

static void
choose_auto (GPtrArray *devices)
{
  PentDeviceInfo *best = NULL;

  for (guint i = 0; i < devices->len; i++)
    {
      PentDeviceInfo *info = g_ptr_array_index (devices, i);
      if (rank (info) > 0 && (best == NULL || rank (info) > rank (best)))
        best = info;
    }
  for (guint i = 0; i < devices->len; i++)
    {
      PentDeviceInfo *info = g_ptr_array_index (devices, i);
      info->is_auto = info == best;
      if (info->reason != NULL)
        continue;
      if (info->is_auto)
        info->reason = g_strdup (info->type == PENT_DEVICE_CPU ? "auto takes it: there is no GPU that Vulkan can use"
                                                               : "auto takes it: the first real GPU");
      else if (info->type == PENT_DEVICE_SOFTWARE)
        info->reason = g_strdup ("only by name: Vulkan in software is slower than the processor itself");
      else
        info->reason = g_strdup ("only by name: auto found a better device");
    }
}

/**
 * pent_devices_list:
 *
 * Returns: (transfer full) (element-type PentDeviceInfo): the processor, then
 *   what Vulkan lists, in its order
 */
GPtrArray *
pent_devices_list (void)
{
  GPtrArray *devices = g_ptr_array_new_with_free_func (device_info_free);

  g_ptr_array_add (devices, describe_cpu ());
  append_vulkan (devices);
  choose_auto (devices);
  return devices;
}

static PentBackend *
backend_auto (GError **error)
{
  g_autoptr (GPtrArray) devices = pent_devices_list ();

  for (guint i = 0; i < devices->len; i++)
    {
      const PentDeviceInfo *info = g_ptr_array_index (devices, i);
      if (info->is_auto && info->type != PENT_DEVICE_CPU)
        return pent_backend_for_device (info->name, error);
    }
  return pent_cpu_backend_new (error);
}

/**
 * pent_devices_get_host_memory:
 *
 * Returns: bytes that pictures may take beside any device, without swapping;
 *   %G_MAXSIZE where the system does not tell
 */
gsize
pent_devices_get_host_memory (void)
{
  return pent_cpu_memory_get_free ();
}

/**
 * pent_backend_for_device:
 * @device: "auto", "cpu", "vulkan" (the first one, in software or not) or
 *   "vulkan:N"
 *
 * Returns: (transfer full): the backend; %NULL with %PENT_ERROR_DEVICE where
 *   there is no such device, or %PENT_ERROR_USAGE where the name means nothing
 */
PentBackend *
pent_backend_for_device (const char *device, GError **error)
{
  guint64 index;

  if (g_str_equal (device, "auto"))
    return backend_auto (error);
  if (g_str_equal (device, "cpu"))
    return pent_cpu_backend_new (error);
  if (g_str_equal (device, "vulkan"))
    return pent_vulkan_backend_new (0, error);
  if (g_str_has_prefix (device, "vulkan:")
      && g_ascii_string_to_unsigned (device + strlen ("vulkan:"), 10, 0, G_MAXINT, &index, NULL))
    return pent_vulkan_backend_new (index, error);

  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
               "--device “%s” is not a device: use auto, cpu, vulkan, or vulkan:N as pentimento-cli devices lists them",
               device);
  return NULL;
}
