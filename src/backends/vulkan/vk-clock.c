/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-clock.h"

#include "pent-error.h"

struct _PentVkClock
{
  PentVkDevice *device;
  VkQueryPool   pool;
  guint         n_marks;   /* that there is room for */
  guint         n;         /* that were recorded */
};

/**
 * pent_vk_clock_new:
 * @n_marks: how often it will be read, at least 1
 *
 * Returns: (transfer full): a clock; %NULL with %PENT_ERROR_DEVICE where the
 *   device has none
 */
PentVkClock *
pent_vk_clock_new (PentVkDevice *device, guint n_marks, GError **error)
{
  const VkQueryPoolCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
    .queryType = VK_QUERY_TYPE_TIMESTAMP,
    .queryCount = n_marks,
  };
  g_autoptr (PentVkClock) self = g_new0 (PentVkClock, 1);

  self->device = pent_vk_device_ref (device);
  self->n_marks = n_marks;
  if (device->facts.clock_bits == 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE,
                   "The device %s has no clock that its work could be timed with: time whole runs instead",
                   device->facts.name);
      return NULL;
    }
  VkResult result = device->calls.CreateQueryPool (device->handle, &info, NULL, &self->pool);
  if (!pent_vk_device_check (device, result, "time its work", error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pent_vk_clock_free (PentVkClock *self)
{
  self->device->calls.DestroyQueryPool (self->device->handle, self->pool, NULL);
  pent_vk_device_unref (self->device);
  g_free (self);
}

/**
 * pent_vk_clock_mark:
 * @commands: being recorded
 *
 * Records that the clock is read when all commands before have ended.
 */
void
pent_vk_clock_mark (PentVkClock *self, VkCommandBuffer commands)
{
  g_return_if_fail (self->n < self->n_marks);

  if (self->n == 0)
    self->device->calls.CmdResetQueryPool (commands, self->pool, 0, self->n_marks);
  self->device->calls.CmdWriteTimestamp (commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, self->pool, self->n++);
}

/**
 * pent_vk_clock_read:
 * @seconds: (out): from each mark to the next, one fewer than marks
 *
 * To be called when what was recorded has been done.
 */
gboolean
pent_vk_clock_read (PentVkClock *self, double *seconds, GError **error)
{
  const VkQueryResultFlags flags = VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT;
  guint bits = self->device->facts.clock_bits;
  guint64 mask = bits < 64 ? (G_GUINT64_CONSTANT (1) << bits) - 1 : G_MAXUINT64;
  g_autofree guint64 *values = g_new0 (guint64, self->n + 1);

  VkResult result = self->device->calls.GetQueryPoolResults (self->device->handle, self->pool, 0, self->n,
                                                             self->n * sizeof *values, values, sizeof *values, flags);
  if (!pent_vk_device_check (self->device, result, "time its work", error))
    return FALSE;
  for (guint i = 0; i + 1 < self->n; i++)
    seconds[i] = ((values[i + 1] - values[i]) & mask) * self->device->facts.clock_tick;
  return TRUE;
}
