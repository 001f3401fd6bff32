/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_DEVICE_CPU,
  PENT_DEVICE_DISCRETE,
  PENT_DEVICE_INTEGRATED,
  PENT_DEVICE_VIRTUAL,
  PENT_DEVICE_SOFTWARE,
  PENT_DEVICE_OTHER,
} PentDeviceType;

/**
 * PentDeviceInfo:
 * @name: what --device takes: "cpu", "vulkan:0"
 * @description: the device in words
 * @driver: (nullable): name and version of its driver
 * @memory: bytes it has in all
 * @max_tensor: bytes of the largest tensor it can address
 * @has_f16: it computes with f16 operands; f32 all do
 * @has_bf16: likewise
 * @has_int8: likewise
 * @usable: Pentimento can run on it
 * @is_auto: --device auto takes it
 * @reason: why auto takes it or not, or why it is not usable, in words
 */
typedef struct
{
  char          *name;
  char          *description;
  PentDeviceType type;
  char          *driver;
  guint32        api_version;   /* Vulkan's, packed; 0 for the processor */
  gsize          memory;
  gsize          max_tensor;
  gboolean       has_f16;
  gboolean       has_bf16;
  gboolean       has_int8;
  gboolean       usable;
  gboolean       is_auto;
  char          *reason;
} PentDeviceInfo;

GPtrArray   *pent_devices_list       (void);
const char  *pent_device_type_name   (PentDeviceType type);
gsize        pent_devices_get_host_memory (void);
PentBackend *pent_backend_for_device (const char *device, GError **error);

G_END_DECLS
