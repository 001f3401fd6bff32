/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-device.h"
#include "vk-repack.h"

G_BEGIN_DECLS

/**
 * PentVkWeights:
 *
 * The weights on a device, each once however many programs use it. Small ones
 * share a piece of memory, which is freed with the last of them.
 */
typedef struct _PentVkWeights PentVkWeights;

/**
 * PentVkWeight:
 * @buffer: where it lies, from @offset for @size bytes, in @dtype
 *
 * A weight in one of the forms the shaders like.
 */
typedef struct
{
  VkBuffer  buffer;
  gsize     offset;
  gsize     size;
  PentDtype dtype;
} PentVkWeight;

PentVkWeights *pent_vk_weights_new  (PentVkDevice *device);
void           pent_vk_weights_free (PentVkWeights *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVkWeights, pent_vk_weights_free)

const PentVkWeight *pent_vk_weights_take       (PentVkWeights *self, const PentWeight *source, PentVkForm form,
                                                PentDtype dtype, GError **error);
const PentVkWeight *pent_vk_weights_take_zeros (PentVkWeights *self, gsize n, GError **error);
void                pent_vk_weights_release    (PentVkWeights *self, const PentVkWeight *weight);

G_END_DECLS
