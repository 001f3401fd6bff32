/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-history.h"

typedef struct
{
  PentCanvasState *state;
  PentEdit         edit;    /* what led here; PENT_EDIT_NONE of the first */
  guint            merge;
  gsize            bytes;   /* that the entry before does not have */
} Entry;

struct _PentHistory
{
  GArray *entries;    /* of Entry; never empty */
  guint   position;   /* of the state that is shown */
  gsize   limit;
  gsize   bytes;      /* of all entries */
};

static Entry *
get (PentHistory *self, guint i)
{
  return &g_array_index (self->entries, Entry, i);
}

static void
clear_entry (gpointer entry)
{
  pent_canvas_state_unref (((Entry *) entry)->state);
}

static void
measure (PentHistory *self, guint i)
{
  Entry *entry = get (self, i);
  gsize bytes = pent_canvas_state_measure_own (entry->state, i > 0 ? get (self, i - 1)->state : NULL);

  self->bytes += bytes - entry->bytes;
  entry->bytes = bytes;
}

/* From @i to the end. */
static void
forget_from (PentHistory *self, guint i)
{
  for (guint j = i; j < self->entries->len; j++)
    self->bytes -= get (self, j)->bytes;
  g_array_set_size (self->entries, i);
}

/* The state that is shown is never forgotten, and the one before it neither:
 * one step back is always there. */
static void
forget_oldest (PentHistory *self)
{
  while (self->bytes > self->limit && self->position > 1)
    {
      self->bytes -= get (self, 0)->bytes;
      g_array_remove_index (self->entries, 0);
      self->position--;
      measure (self, 0);
      get (self, 0)->edit = PENT_EDIT_NONE;
    }
}

static void
append (PentHistory *self, PentCanvasState *state, PentEdit edit, guint merge)
{
  Entry entry = { pent_canvas_state_ref (state), edit, merge, 0 };

  g_array_append_val (self->entries, entry);
  self->position = self->entries->len - 1;
  measure (self, self->position);
}

/**
 * pent_history_new:
 * @state: where it begins
 * @limit: bytes that all states together may take
 */
PentHistory *
pent_history_new (PentCanvasState *state, gsize limit)
{
  PentHistory *self = g_new0 (PentHistory, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, clear_entry);
  self->limit = limit;
  append (self, state, PENT_EDIT_NONE, 0);
  return self;
}

void
pent_history_free (PentHistory *self)
{
  g_array_unref (self->entries);
  g_free (self);
}

/**
 * pent_history_push:
 * @state: what it led to
 * @edit: what was done
 * @merge: not 0: if the newest edit is of the same kind and has the same
 *   number, both become one
 *
 * What was undone can no longer be done again.
 */
void
pent_history_push (PentHistory *self, PentCanvasState *state, PentEdit edit, guint merge)
{
  const Entry *newest = get (self, self->position);
  gboolean is_newest = self->position + 1 == self->entries->len;

  if (is_newest && merge != 0 && newest->edit == edit && newest->merge == merge)
    forget_from (self, self->position);
  else
    forget_from (self, self->position + 1);
  append (self, state, edit, merge);
  forget_oldest (self);
}

/**
 * pent_history_undo:
 *
 * Returns: (transfer none) (nullable): the state before the newest edit
 */
PentCanvasState *
pent_history_undo (PentHistory *self)
{
  if (self->position == 0)
    return NULL;
  return get (self, --self->position)->state;
}

/**
 * pent_history_redo:
 *
 * Returns: (transfer none) (nullable): the state after the edit undone last
 */
PentCanvasState *
pent_history_redo (PentHistory *self)
{
  if (self->position + 1 == self->entries->len)
    return NULL;
  return get (self, ++self->position)->state;
}

/**
 * pent_history_get_undo:
 *
 * Returns: what would be undone; %PENT_EDIT_NONE where nothing can be
 */
PentEdit
pent_history_get_undo (PentHistory *self)
{
  return self->position > 0 ? get (self, self->position)->edit : PENT_EDIT_NONE;
}

/**
 * pent_history_get_redo:
 *
 * Returns: what would be done again; %PENT_EDIT_NONE where nothing can be
 */
PentEdit
pent_history_get_redo (PentHistory *self)
{
  return self->position + 1 < self->entries->len ? get (self, self->position + 1)->edit : PENT_EDIT_NONE;
}

/**
 * pent_history_measure:
 *
 * Returns: bytes that all states take together
 */
gsize
pent_history_measure (PentHistory *self)
{
  return self->bytes;
}
