/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-clock.h"
#include "vk-pipelines.h"

G_BEGIN_DECLS

/* A stretch of a buffer and what lies there */
typedef struct
{
  VkBuffer  buffer;
  gsize     offset;
  gsize     size;     /* bytes */
  PentDtype dtype;
} PentVkSpan;

/**
 * PentVkStep:
 * @inputs: with how each is read: in texels of four elements or of one
 * @params: the shader's struct of shaders/params.h; where the step is split,
 *   its first member is where a part of it begins
 * @groups: of invocations
 * @split_axis: of @groups, along which the step may be done in parts
 * @split_unit: what one group along it adds to the first of @params
 * @work: multiplications and additions, about, as much as it takes the time of
 *
 * One shader over one set of operands.
 */
typedef struct
{
  PentVkKernel kernel;
  PentVkSpan   output;
  PentVkSpan   inputs[PENT_VK_MAX_INPUTS];
  gboolean     by_four[PENT_VK_MAX_INPUTS];
  guint        n_inputs;
  guint8       params[PENT_VK_MAX_PARAMS];
  guint        params_size;
  guint        groups[3];
  guint        split_axis;
  int          split_unit;
  double       work;
} PentVkStep;

/**
 * PentVkTape:
 *
 * Work recorded once and played as often as wanted, in submissions so small
 * that whoever wants to stop it need not wait.
 */
typedef struct _PentVkTape PentVkTape;

PentVkTape *pent_vk_tape_new  (PentVkDevice *device, PentVkPipelines *pipelines);
void        pent_vk_tape_free (PentVkTape *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentVkTape, pent_vk_tape_free)

gboolean pent_vk_tape_add    (PentVkTape *self, const PentVkStep *step, GError **error);
gboolean pent_vk_tape_copy   (PentVkTape *self, const PentVkSpan *from, const PentVkSpan *to, GError **error);
gboolean pent_vk_tape_mark   (PentVkTape *self, PentVkClock *clock, GError **error);
gboolean pent_vk_tape_finish (PentVkTape *self, GError **error);
gboolean pent_vk_tape_play   (PentVkTape *self, GCancellable *cancellable, GError **error);
guint    pent_vk_tape_get_n  (PentVkTape *self);

G_END_DECLS
