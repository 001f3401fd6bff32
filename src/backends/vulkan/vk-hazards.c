/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-hazards.h"

typedef struct
{
  VkBuffer buffer;
  gsize    begin, end;
  gboolean writes;
} Access;

void
pent_vk_hazards_init (PentVkHazards *self)
{
  self->accesses = g_array_new (FALSE, FALSE, sizeof (Access));
}

void
pent_vk_hazards_clear (PentVkHazards *self)
{
  g_clear_pointer (&self->accesses, g_array_unref);
}

/**
 * pent_vk_hazards_reset:
 *
 * A barrier was passed: nothing of before can be met.
 */
void
pent_vk_hazards_reset (PentVkHazards *self)
{
  g_array_set_size (self->accesses, 0);
}

/**
 * pent_vk_hazards_meets:
 *
 * Returns: whether a barrier is due before @span is read or written
 */
gboolean
pent_vk_hazards_meets (const PentVkHazards *self, const PentVkSpan *span, gboolean writes)
{
  for (guint i = 0; i < self->accesses->len; i++)
    {
      const Access *access = &g_array_index (self->accesses, Access, i);
      if (access->buffer == span->buffer && (writes || access->writes) && access->begin < span->offset + span->size
          && span->offset < access->end)
        return TRUE;
    }
  return FALSE;
}

void
pent_vk_hazards_add (PentVkHazards *self, const PentVkSpan *span, gboolean writes)
{
  Access access = { span->buffer, span->offset, span->offset + span->size, writes };

  g_array_append_val (self->accesses, access);
}
