/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-cooperative.h"

G_BEGIN_DECLS

/**
 * PentVkFacts:
 * @driver: its name and version in words
 * @memory: bytes of the largest heap that is the device's own
 * @has_f16: buffers may hold binary16
 * @is_unified: the processor sees the device's memory as its own
 * @is_wide: the wide shaders suit it (see shaders/matmul-wide.comp)
 * @cooperative: the matrices it multiplies as one instruction
 * @max_tensor: bytes of the largest tensor shaders can address
 * @max_texels: of one texel buffer
 * @max_allocation: bytes of one piece of memory
 * @alignment: bytes, a power of two, of where a tensor may lie
 * @queue_family: of a queue that computes
 * @clock_bits: of that queue's clock that count; 0 where it has none
 * @clock_tick: seconds from one of its values to the next
 * @lack: (nullable): why it cannot be used, in words
 *
 * What a physical device is, read once.
 */
typedef struct
{
  char                *name;
  char                *driver;
  VkPhysicalDeviceType type;
  guint32              api_version;
  guint32              driver_version;
  guint32              vendor_id;
  guint32              device_id;
  guint8               uuid[VK_UUID_SIZE];
  gsize                memory;
  gboolean             has_f16;
  gboolean             has_memory_budget;
  gboolean             is_unified;
  gboolean             is_wide;
  PentVkCooperative    cooperative;
  gsize                max_tensor;
  gsize                max_texels;
  gsize                max_allocation;
  gsize                alignment;
  guint32              max_groups[3];
  guint32              max_shared;
  guint32              max_invocations;
  guint32              subgroup_size;
  guint32              queue_family;
  guint                clock_bits;
  double               clock_tick;
  char                *lack;
} PentVkFacts;

void pent_vk_facts_read  (PentVkFacts *self, PentVkInstance *instance, VkPhysicalDevice physical);
void pent_vk_facts_clear (PentVkFacts *self);

G_END_DECLS
