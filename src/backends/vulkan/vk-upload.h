/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-device.h"

G_BEGIN_DECLS

/* Bytes that an upload passes through at once, unless more is asked for */
#define PENT_VK_UPLOAD_SIZE (32 * 1024 * 1024)

/**
 * PentVkUpload:
 *
 * Writes into the device's memory: in place where the processor may, else by
 * way of memory it shares with the device. Begins as zeros.
 */
typedef struct
{
  PentVkBuffer  staging;
  VkFence       fence;
  PentVkBuffer *target;
  gsize         offset, size;
} PentVkUpload;

void    *pent_vk_upload_map   (PentVkUpload *self, PentVkDevice *device, PentVkBuffer *target, gsize offset, gsize size,
                               GError **error);
gboolean pent_vk_upload_unmap (PentVkUpload *self, PentVkDevice *device, GError **error);
void     pent_vk_upload_clear (PentVkUpload *self, PentVkDevice *device);

G_END_DECLS
