/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-tape.h"

#include "vk-hazards.h"

#include "pent-error.h"

#include <string.h>

/* How much work one submission holds: on a processor a twentieth of a second, on
 * a slow GPU no more, on a fast one enough to hide its start. */
#define SOFTWARE_WORK 5e8
#define GPU_WORK 1e10

/* Submissions that are under way at once: the device never waits for the next
 * one, and who cancels waits for no more than these. */
#define IN_FLIGHT 2

#define SETS_PER_POOL 64

struct _PentVkTape
{
  PentVkDevice    *device;
  PentVkPipelines *pipelines;
  GArray          *pools;       /* of VkDescriptorPool */
  guint            sets_left;   /* in the last pool */
  GArray          *views;       /* of VkBufferView */
  GArray          *parts;       /* of VkCommandBuffer, one a submission */
  VkCommandBuffer  commands;    /* the part that is being recorded */
  double           work;        /* in it */
  PentVkHazards    hazards;
  VkFence          fences[IN_FLIGHT];
};

/**
 * pent_vk_tape_new:
 * @pipelines: must outlive the tape
 *
 * Returns: (transfer full): an empty tape
 */
PentVkTape *
pent_vk_tape_new (PentVkDevice *device, PentVkPipelines *pipelines)
{
  PentVkTape *self = g_new0 (PentVkTape, 1);

  self->device = pent_vk_device_ref (device);
  self->pipelines = pipelines;
  self->pools = g_array_new (FALSE, FALSE, sizeof (VkDescriptorPool));
  self->views = g_array_new (FALSE, FALSE, sizeof (VkBufferView));
  self->parts = g_array_new (FALSE, FALSE, sizeof (VkCommandBuffer));
  pent_vk_hazards_init (&self->hazards);
  return self;
}

/**
 * pent_vk_tape_free:
 *
 * The tape must not be playing.
 */
void
pent_vk_tape_free (PentVkTape *self)
{
  PentVkDevice *device = self->device;

  for (guint i = 0; i < IN_FLIGHT; i++)
    device->calls.DestroyFence (device->handle, self->fences[i], NULL);
  if (self->commands != VK_NULL_HANDLE)
    g_array_append_val (self->parts, self->commands);
  if (self->parts->len > 0)
    device->calls.FreeCommandBuffers (device->handle, device->commands, self->parts->len,
                                      (VkCommandBuffer *) self->parts->data);
  for (guint i = 0; i < self->pools->len; i++)
    device->calls.DestroyDescriptorPool (device->handle, g_array_index (self->pools, VkDescriptorPool, i), NULL);
  for (guint i = 0; i < self->views->len; i++)
    device->calls.DestroyBufferView (device->handle, g_array_index (self->views, VkBufferView, i), NULL);
  pent_vk_hazards_clear (&self->hazards);
  g_array_unref (self->pools);
  g_array_unref (self->views);
  g_array_unref (self->parts);
  pent_vk_device_unref (self->device);
  g_free (self);
}

/* Memory is made visible in every direction: a barrier costs its wait, not
 * what it names. */
static void
record_barrier (PentVkTape *self)
{
  const VkPipelineStageFlags stages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
  const VkMemoryBarrier barrier = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
    .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
    .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT
                     | VK_ACCESS_TRANSFER_WRITE_BIT,
  };

  self->device->calls.CmdPipelineBarrier (self->commands, stages, stages, 0, 1, &barrier, 0, NULL, 0, NULL);
  pent_vk_hazards_reset (&self->hazards);
}

static gboolean
end_part (PentVkTape *self, GError **error)
{
  VkCommandBuffer part = g_steal_pointer (&self->commands);

  g_array_append_val (self->parts, part);
  self->work = 0;
  return pent_vk_device_check (self->device, self->device->calls.EndCommandBuffer (part), "take commands", error);
}

/* Makes room for @work in a part, whose first command waits for what other
 * parts and tapes did. */
static gboolean
begin_work (PentVkTape *self, double work, GError **error)
{
  gboolean is_software = self->device->facts.type == VK_PHYSICAL_DEVICE_TYPE_CPU;

  if (self->work > 0 && self->work + work > (is_software ? SOFTWARE_WORK : GPU_WORK) && !end_part (self, error))
    return FALSE;
  if (self->commands == VK_NULL_HANDLE)
    {
      if (!pent_vk_device_begin (self->device, &self->commands, error))
        return FALSE;
      record_barrier (self);
    }
  self->work += work;
  return TRUE;
}

static gboolean
add_pool (PentVkTape *self, GError **error)
{
  const VkDescriptorPoolSize sizes[] = {
    { VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, SETS_PER_POOL },
    { VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, SETS_PER_POOL * PENT_VK_MAX_INPUTS },
  };
  const VkDescriptorPoolCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
    .maxSets = SETS_PER_POOL,
    .poolSizeCount = G_N_ELEMENTS (sizes),
    .pPoolSizes = sizes,
  };
  VkDescriptorPool pool;

  VkResult result = self->device->calls.CreateDescriptorPool (self->device->handle, &info, NULL, &pool);
  if (!pent_vk_device_check (self->device, result, "bind its operands", error))
    return FALSE;
  g_array_append_val (self->pools, pool);
  self->sets_left = SETS_PER_POOL;
  return TRUE;
}

static gboolean
allocate_set (PentVkTape *self, VkDescriptorSet *set, GError **error)
{
  if (self->sets_left == 0 && !add_pool (self, error))
    return FALSE;

  const VkDescriptorSetAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
    .descriptorPool = g_array_index (self->pools, VkDescriptorPool, self->pools->len - 1),
    .descriptorSetCount = 1,
    .pSetLayouts = &self->pipelines->set_layout,
  };
  self->sets_left--;
  return pent_vk_device_check (self->device,
                               self->device->calls.AllocateDescriptorSets (self->device->handle, &info, set),
                               "bind its operands", error);
}

static gboolean
create_view (PentVkTape *self, const PentVkSpan *span, gboolean by_four, VkBufferView *view, GError **error)
{
  static const VkFormat formats[2][2] = {
    { VK_FORMAT_R32_SFLOAT, VK_FORMAT_R32G32B32A32_SFLOAT },
    { VK_FORMAT_R16_SFLOAT, VK_FORMAT_R16G16B16A16_SFLOAT },
  };
  gsize texel = pent_dtype_size (span->dtype) * (by_four ? 4 : 1);
  const VkBufferViewCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
    .buffer = span->buffer,
    .format = formats[span->dtype == PENT_F16][by_four],
    .offset = span->offset,
    .range = span->size,
  };

  if (span->size / texel > self->device->facts.max_texels)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   "The device %s cannot address a tensor this large: choose a smaller picture",
                   self->device->facts.name);
      return FALSE;
    }
  VkResult result = self->device->calls.CreateBufferView (self->device->handle, &info, NULL, view);
  if (!pent_vk_device_check (self->device, result, "bind its operands", error))
    return FALSE;
  g_array_append_val (self->views, *view);
  return TRUE;
}

/* The descriptors of a step. A binding the shader names but this step does
 * not read has the first input. */
static gboolean
bind (PentVkTape *self, const PentVkStep *step, VkDescriptorSet *set, GError **error)
{
  guint n_bindings = pent_vk_shader_code (step->kernel.shader, step->kernel.result).n_inputs;
  const VkDescriptorBufferInfo output = { step->output.buffer, step->output.offset, step->output.size };
  VkBufferView views[PENT_VK_MAX_INPUTS];
  VkWriteDescriptorSet writes[1 + PENT_VK_MAX_INPUTS];

  if (!allocate_set (self, set, error))
    return FALSE;
  for (guint i = 0; i < n_bindings; i++)
    if (i >= step->n_inputs || step->inputs[i].buffer == VK_NULL_HANDLE)
      views[i] = views[0];
    else if (!create_view (self, &step->inputs[i], step->by_four[i], &views[i], error))
      return FALSE;

  writes[0] = (VkWriteDescriptorSet) {
    .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
    .dstSet = *set,
    .descriptorCount = 1,
    .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
    .pBufferInfo = &output,
  };
  for (guint i = 0; i < n_bindings; i++)
    writes[i + 1] = (VkWriteDescriptorSet) {
      .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
      .dstSet = *set,
      .dstBinding = i + 1,
      .descriptorCount = 1,
      .descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER,
      .pTexelBufferView = &views[i],
    };
  self->device->calls.UpdateDescriptorSets (self->device->handle, n_bindings + 1, writes, 0, NULL);
  return TRUE;
}

static void
guard (PentVkTape *self, const PentVkStep *step)
{
  gboolean due = pent_vk_hazards_meets (&self->hazards, &step->output, TRUE);

  for (guint i = 0; i < step->n_inputs; i++)
    due = due || pent_vk_hazards_meets (&self->hazards, &step->inputs[i], FALSE);
  if (due)
    record_barrier (self);
}

static void
remember (PentVkTape *self, const PentVkStep *step)
{
  pent_vk_hazards_add (&self->hazards, &step->output, TRUE);
  for (guint i = 0; i < step->n_inputs; i++)
    pent_vk_hazards_add (&self->hazards, &step->inputs[i], FALSE);
}

static void
record_dispatch (PentVkTape *self, const PentVkStep *step, VkPipeline pipeline, VkDescriptorSet set, guint first,
                 guint n)
{
  PentVkDevice *device = self->device;
  guint8 params[PENT_VK_MAX_PARAMS];
  guint groups[3];
  int begin;

  /* Every struct of params.h begins with an int. */
  memcpy (params, step->params, step->params_size);
  memcpy (&begin, params, sizeof begin);
  begin += first * step->split_unit;
  memcpy (params, &begin, sizeof begin);
  memcpy (groups, step->groups, sizeof groups);
  groups[step->split_axis] = n;

  device->calls.CmdBindPipeline (self->commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  device->calls.CmdBindDescriptorSets (self->commands, VK_PIPELINE_BIND_POINT_COMPUTE, self->pipelines->layout, 0, 1,
                                       &set, 0, NULL);
  device->calls.CmdPushConstants (self->commands, self->pipelines->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                                  step->params_size, params);
  device->calls.CmdDispatch (self->commands, groups[0], groups[1], groups[2]);
}

/* Groups along the split axis that one dispatch may have, by their work and by
 * the device's limit */
static guint
groups_at_once (PentVkTape *self, const PentVkStep *step)
{
  gboolean is_software = self->device->facts.type == VK_PHYSICAL_DEVICE_TYPE_CPU;
  guint n = step->groups[step->split_axis];
  double fit = (is_software ? SOFTWARE_WORK : GPU_WORK) / step->work * n;

  if (step->split_unit == 0)
    return n;
  if (fit < n)
    n = MAX (fit, 1);
  return MIN (n, self->device->facts.max_groups[step->split_axis]);
}

/* Software Vulkan compiles a shader anew where the second byte of the size of
 * what it reads is zero and was not, or the other way round (it takes it for
 * the number of mipmaps): so it never is zero. What is read for this past a
 * tensor's end counts as read when barriers are placed. */
static PentVkStep
stretch_inputs (PentVkTape *self, const PentVkStep *step)
{
  PentVkStep stretched = *step;

  for (guint i = 0; i < step->n_inputs; i++)
    if (self->device->facts.is_wide && (step->inputs[i].size >> 8) % 256 == 0)
      stretched.inputs[i].size += PENT_VK_SLACK;
  return stretched;
}

/**
 * pent_vk_tape_add:
 *
 * Records a step after what it depends on, in parts if it is long. Parts touch
 * different elements, but only the shader knows: a barrier between them costs
 * little, and keeps the validation layers' word worth something.
 */
gboolean
pent_vk_tape_add (PentVkTape *self, const PentVkStep *original, GError **error)
{
  const PentVkStep stretched = stretch_inputs (self, original), *step = &stretched;
  guint n = step->groups[step->split_axis];
  guint at_once = groups_at_once (self, step);
  VkDescriptorSet set;

  VkPipeline pipeline = pent_vk_pipelines_get (self->pipelines, &step->kernel, error);
  if (pipeline == VK_NULL_HANDLE || !bind (self, step, &set, error))
    return FALSE;
  for (guint first = 0; first < n; first += at_once)
    {
      guint count = MIN (at_once, n - first);
      if (!begin_work (self, step->work * count / n, error))
        return FALSE;
      guard (self, step);
      record_dispatch (self, step, pipeline, set, first, count);
      remember (self, step);
    }
  return TRUE;
}

/**
 * pent_vk_tape_copy:
 *
 * Records a copy of @from, whose size it has, to @to.
 */
gboolean
pent_vk_tape_copy (PentVkTape *self, const PentVkSpan *from, const PentVkSpan *to, GError **error)
{
  const VkBufferCopy region = { from->offset, to->offset, from->size };

  if (!begin_work (self, 0, error))
    return FALSE;
  if (pent_vk_hazards_meets (&self->hazards, from, FALSE) || pent_vk_hazards_meets (&self->hazards, to, TRUE))
    record_barrier (self);
  pent_vk_hazards_add (&self->hazards, from, FALSE);
  pent_vk_hazards_add (&self->hazards, to, TRUE);
  self->device->calls.CmdCopyBuffer (self->commands, from->buffer, to->buffer, 1, &region);
  return TRUE;
}

/**
 * pent_vk_tape_mark:
 * @clock: read when all that was recorded so far has ended, and before
 *   anything that follows begins
 */
gboolean
pent_vk_tape_mark (PentVkTape *self, PentVkClock *clock, GError **error)
{
  if (!begin_work (self, 0, error))
    return FALSE;
  pent_vk_clock_mark (clock, self->commands);
  record_barrier (self);
  return TRUE;
}

static gboolean
create_fences (PentVkTape *self, GError **error)
{
  const VkFenceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
  VkResult result = VK_SUCCESS;

  for (guint i = 0; i < IN_FLIGHT && result >= VK_SUCCESS; i++)
    result = self->device->calls.CreateFence (self->device->handle, &info, NULL, &self->fences[i]);
  return pent_vk_device_check (self->device, result, "take commands", error);
}

/**
 * pent_vk_tape_finish:
 *
 * Ends the recording; what was written can then be read by the processor when
 * the tape has been played.
 */
gboolean
pent_vk_tape_finish (PentVkTape *self, GError **error)
{
  const VkMemoryBarrier barrier = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
    .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
    .dstAccessMask = VK_ACCESS_HOST_READ_BIT,
  };

  if (!create_fences (self, error))
    return FALSE;
  if (self->commands == VK_NULL_HANDLE)
    return TRUE;
  self->device->calls.CmdPipelineBarrier (self->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0,
                                          1, &barrier, 0, NULL, 0, NULL);
  return end_part (self, error);
}

static gboolean
submit (PentVkTape *self, guint index, GError **error)
{
  PentVkDevice *device = self->device;
  VkFence fence = self->fences[index % IN_FLIGHT];
  const VkSubmitInfo info = {
    .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
    .commandBufferCount = 1,
    .pCommandBuffers = &g_array_index (self->parts, VkCommandBuffer, index),
  };

  VkResult result = device->calls.ResetFences (device->handle, 1, &fence);
  if (result >= VK_SUCCESS)
    result = device->calls.QueueSubmit (device->queue, 1, &info, fence);
  return pent_vk_device_check (device, result, "start its work", error);
}

/**
 * pent_vk_tape_play:
 *
 * Does the recorded work and waits for its end. Whatever happens, nothing of
 * it is under way any more when this returns.
 */
gboolean
pent_vk_tape_play (PentVkTape *self, GCancellable *cancellable, GError **error)
{
  guint submitted = 0, done = 0;
  gboolean fine = pent_vk_device_check_alive (self->device, error);

  while (fine && done < self->parts->len)
    {
      fine = pent_error_check_cancelled (cancellable, error);
      while (fine && submitted < self->parts->len && submitted < done + IN_FLIGHT)
        {
          fine = submit (self, submitted, error);
          submitted += fine;
        }
      if (fine)
        {
          fine = pent_vk_device_wait (self->device, self->fences[done % IN_FLIGHT], error);
          done++;
        }
    }
  if (!fine && submitted > done)
    self->device->calls.DeviceWaitIdle (self->device->handle);
  return fine;
}

guint
pent_vk_tape_get_n (PentVkTape *self)
{
  return self->parts->len;
}
