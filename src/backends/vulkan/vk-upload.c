/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-upload.h"

/**
 * pent_vk_upload_map:
 *
 * Returns: where to write @size bytes that are to lie at @offset of @target,
 *   until pent_vk_upload_unmap(); %NULL on failure
 */
void *
pent_vk_upload_map (PentVkUpload *self, PentVkDevice *device, PentVkBuffer *target, gsize offset, gsize size,
                    GError **error)
{
  self->target = target;
  self->offset = offset;
  self->size = size;
  if (target->map != NULL)
    return target->map + offset;

  if (self->staging.size < size)
    {
      pent_vk_buffer_clear (&self->staging, device);
      if (!pent_vk_buffer_init (&self->staging, device, MAX (size, PENT_VK_UPLOAD_SIZE), PENT_VK_ON_HOST,
                                "what is sent to it", error))
        return NULL;
    }
  return self->staging.map;
}

static gboolean
record_copy (PentVkUpload *self, PentVkDevice *device, VkCommandBuffer *commands, GError **error)
{
  const VkBufferCopy region = { 0, self->offset, self->size };
  const VkMemoryBarrier barrier = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
    .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
    .dstAccessMask = VK_ACCESS_SHADER_READ_BIT,
  };

  if (!pent_vk_device_begin (device, commands, error))
    return FALSE;
  device->calls.CmdCopyBuffer (*commands, self->staging.handle, self->target->handle, 1, &region);
  device->calls.CmdPipelineBarrier (*commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0,
                                    1, &barrier, 0, NULL, 0, NULL);
  return pent_vk_device_check (device, device->calls.EndCommandBuffer (*commands), "take commands", error);
}

static gboolean
submit_and_wait (PentVkUpload *self, PentVkDevice *device, VkCommandBuffer commands, GError **error)
{
  const VkFenceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
  const VkSubmitInfo submit = {
    .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
    .commandBufferCount = 1,
    .pCommandBuffers = &commands,
  };
  VkResult result = VK_SUCCESS;

  if (self->fence == VK_NULL_HANDLE)
    result = device->calls.CreateFence (device->handle, &info, NULL, &self->fence);
  else
    result = device->calls.ResetFences (device->handle, 1, &self->fence);
  if (result >= VK_SUCCESS)
    result = device->calls.QueueSubmit (device->queue, 1, &submit, self->fence);
  return pent_vk_device_check (device, result, "take the model's weights", error)
         && pent_vk_device_wait (device, self->fence, error);
}

/**
 * pent_vk_upload_unmap:
 *
 * Returns: whether the bytes have arrived
 */
gboolean
pent_vk_upload_unmap (PentVkUpload *self, PentVkDevice *device, GError **error)
{
  VkCommandBuffer commands = VK_NULL_HANDLE;

  if (self->target->map != NULL)
    return TRUE;
  gboolean done = record_copy (self, device, &commands, error) && submit_and_wait (self, device, commands, error);
  if (commands != VK_NULL_HANDLE)
    device->calls.FreeCommandBuffers (device->handle, device->commands, 1, &commands);
  return done;
}

void
pent_vk_upload_clear (PentVkUpload *self, PentVkDevice *device)
{
  pent_vk_buffer_clear (&self->staging, device);
  device->calls.DestroyFence (device->handle, self->fence, NULL);
  self->fence = VK_NULL_HANDLE;
}
