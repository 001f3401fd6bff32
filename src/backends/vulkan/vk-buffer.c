/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-device.h"

#include <glib/gi18n-lib.h>

#include "pent-error.h"

/* The first type of memory among @allowed that has all of @wanted: drivers
 * list the better ones first. */
static int
find_type (PentVkDevice *device, guint32 allowed, VkMemoryPropertyFlags wanted)
{
  for (uint32_t i = 0; i < device->memory.memoryTypeCount; i++)
    if ((allowed & (1u << i)) && (device->memory.memoryTypes[i].propertyFlags & wanted) == wanted)
      return i;
  return -1;
}

static int
choose_type (PentVkDevice *device, guint32 allowed, PentVkPlace place)
{
  const VkMemoryPropertyFlags own = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  const VkMemoryPropertyFlags mapped = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  int type = -1;

  if (place == PENT_VK_ON_HOST)
    type = find_type (device, allowed, mapped | VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
  if (place == PENT_VK_ON_BOTH && device->facts.is_unified)
    type = find_type (device, allowed, mapped | own);
  if (type < 0 && place != PENT_VK_ON_HOST)
    type = find_type (device, allowed, own);
  if (type < 0)
    type = find_type (device, allowed, mapped);
  return type;
}

static gboolean
allocate (PentVkBuffer *self, PentVkDevice *device, PentVkPlace place, const char *deed, GError **error)
{
  VkMemoryRequirements needs;

  device->calls.GetBufferMemoryRequirements (device->handle, self->handle, &needs);
  int type = choose_type (device, needs.memoryTypeBits, place);
  if (type < 0)
    return pent_vk_device_check (device, VK_ERROR_FEATURE_NOT_PRESENT, deed, error);

  const VkMemoryAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
    .allocationSize = needs.size,
    .memoryTypeIndex = type,
  };
  if (!pent_vk_device_check (device, device->calls.AllocateMemory (device->handle, &info, NULL, &self->memory), deed,
                             error)
      || !pent_vk_device_check (device, device->calls.BindBufferMemory (device->handle, self->handle, self->memory, 0),
                                deed, error))
    return FALSE;

  gboolean maps = place == PENT_VK_ON_HOST
                  || (place == PENT_VK_ON_BOTH && device->facts.is_unified
                      && (device->memory.memoryTypes[type].propertyFlags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT));
  return !maps
         || pent_vk_device_check (device,
                                  device->calls.MapMemory (device->handle, self->memory, 0, VK_WHOLE_SIZE, 0,
                                                           (void **) &self->map),
                                  deed, error);
}

/* Software Vulkan compiles a shader anew where the size of a buffer it reads
 * is a power of two and was not, or the other way round: so it never is. */
static gsize
padded_size (gsize size)
{
  gsize padded = size + PENT_VK_SLACK;

  return (padded & (padded - 1)) == 0 ? padded + PENT_VK_SLACK : padded;
}

/**
 * pent_vk_buffer_init:
 * @self: (out): zeros before; to be cleared with pent_vk_buffer_clear()
 * @size: bytes, at least 1
 * @what: what it is for, in words
 *
 * Makes a buffer that shaders read and write and copies go to and from; where
 * it does not fit %PENT_ERROR_MEMORY.
 */
gboolean
pent_vk_buffer_init (PentVkBuffer *self, PentVkDevice *device, gsize size, PentVkPlace place, const char *what,
                     GError **error)
{
  g_autofree char *deed = g_strdup_printf ("keep %s", what);
  g_autofree char *amount = g_format_size_full (size, G_FORMAT_SIZE_IEC_UNITS);

  if (padded_size (size) > device->facts.max_allocation || size > pent_vk_device_free_memory (device))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   _("The device %s has no room for %s (%s): choose a smaller picture, or close programs that use it"),
                   device->facts.name, what, amount);
      return FALSE;
    }

  const VkBufferCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
    .size = padded_size (size),
    .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT
             | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
    .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
  };
  self->size = size;
  device->allocated += size;
  if (!pent_vk_device_check (device, device->calls.CreateBuffer (device->handle, &info, NULL, &self->handle), deed, error)
      || !allocate (self, device, place, deed, error))
    {
      pent_vk_buffer_clear (self, device);
      return FALSE;
    }
  return TRUE;
}

/**
 * pent_vk_buffer_clear:
 *
 * Frees what @self holds; the device must be done with it.
 */
void
pent_vk_buffer_clear (PentVkBuffer *self, PentVkDevice *device)
{
  device->calls.DestroyBuffer (device->handle, self->handle, NULL);
  device->calls.FreeMemory (device->handle, self->memory, NULL);
  device->allocated -= self->size;
  *self = (PentVkBuffer) { 0 };
}
