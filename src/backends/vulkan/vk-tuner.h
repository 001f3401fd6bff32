/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-tape.h"

G_BEGIN_DECLS

/**
 * PentVkTuner:
 *
 * Chooses between several ways to do the same, by trying them on the device
 * when it meets a piece of work for the first time. What it found is kept in
 * $XDG_CACHE_HOME/pentimento beside the device's shaders:
 *
 *   [fastest]
 *   matmul 1024x320x2880=tile-8x8
 */
typedef struct _PentVkTuner PentVkTuner;

/**
 * PentVkChoice:
 * @name: in the file
 * @step: the whole work, done this way
 */
typedef struct
{
  const char *name;
  PentVkStep  step;
} PentVkChoice;

PentVkTuner *pent_vk_tuner_new  (PentVkDevice *device, PentVkPipelines *pipelines);
void         pent_vk_tuner_free (PentVkTuner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVkTuner, pent_vk_tuner_free)

void     pent_vk_tuner_fix    (PentVkTuner *self, const char *name);
gboolean pent_vk_tuner_choose (PentVkTuner *self, const char *work, guint units, const PentVkChoice *choices, guint n,
                               guint *best, GError **error);
void     pent_vk_tuner_save   (PentVkTuner *self);

G_END_DECLS
