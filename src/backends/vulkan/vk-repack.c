/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-repack.h"

#include <string.h>

/* Panels are shared out among as many threads as pay for their start. */
#define MAX_THREADS 16
#define THREAD_BYTES (1 << 20)

/**
 * pent_vk_panels_init:
 * @self: (out): the sizes that @weight has in panels of @dtype
 *
 * Returns: whether they can be counted
 */
gboolean
pent_vk_panels_init (PentVkPanels *self, const PentWeight *weight, PentDtype dtype)
{
  gsize size;

  self->out = weight->dim[0];
  self->in = weight->n_dims > 1 ? weight->dim[1] : 1;
  self->taps = 1;
  for (int i = 2; i < weight->n_dims; i++)
    self->taps *= weight->dim[i];
  self->steps = (self->in + 3) / 4;
  self->n_panels = (self->out + PENT_VK_PANEL - 1) / PENT_VK_PANEL;
  self->panel_size = (gsize) self->taps * self->steps * 4 * PENT_VK_PANEL * pent_dtype_size (dtype);
  return g_size_checked_mul (&size, self->panel_size, self->n_panels) && size < G_MAXSSIZE;
}

/* Where the column @column of a panelled weight comes from */
static gint64
source_of (gint64 column, gint64 out, gboolean is_gated)
{
  if (!is_gated)
    return column;
  return column % 2 * (out / 2) + column / 2;
}

/* Turns the rows of a panel, (column, channel, tap), into (tap, channel,
 * column). Each element of @dst is written once, in order, and the rows are
 * read side by side. */
#define DEFINE_TRANSPOSE(name, type)                                                       \
  static void                                                                              \
  name (const PentVkPanels *panels, const type *rows, gint64 n_columns, type *dst)         \
  {                                                                                        \
    gint64 length = panels->in * panels->taps;                                             \
                                                                                           \
    for (gint64 tap = 0; tap < panels->taps; tap++)                                        \
      for (gint64 c = 0; c < panels->steps * 4; c++, dst += PENT_VK_PANEL)                 \
        for (gint64 i = 0; i < PENT_VK_PANEL; i++)                                         \
          dst[i] = i < n_columns && c < panels->in ? rows[i * length + c * panels->taps + tap] : 0; \
  }

DEFINE_TRANSPOSE (transpose_16, guint16)
DEFINE_TRANSPOSE (transpose_32, guint32)

/* @rows: room for a panel's rows */
static void
repack_panel (const PentVkPanels *panels, const PentWeight *weight, gboolean is_gated, PentDtype dtype, gint64 panel,
              guint8 *rows, void *dst)
{
  gsize length = panels->in * panels->taps;
  gint64 first = panel * PENT_VK_PANEL;
  gint64 n_columns = MIN (PENT_VK_PANEL, panels->out - first);

  for (gint64 i = 0; i < n_columns; i++)
    {
      const guint8 *src = weight->data;
      src += source_of (first + i, panels->out, is_gated) * length * pent_dtype_size (weight->dtype);
      pent_convert (dtype, rows + i * length * pent_dtype_size (dtype), weight->dtype, src, length);
    }
  if (dtype == PENT_F16)
    transpose_16 (panels, (const guint16 *) rows, n_columns, dst);
  else
    transpose_32 (panels, (const guint32 *) rows, n_columns, dst);
}

typedef struct
{
  const PentVkPanels *panels;
  const PentWeight   *weight;
  gboolean            is_gated;
  PentDtype           dtype;
  gint64              first;
  gint                n;
  gint                next;  /* atomic */
  guint8             *dst;
} Task;

static gpointer
repack_some (gpointer data)
{
  Task *task = data;
  gsize row_size = task->panels->in * task->panels->taps * pent_dtype_size (task->dtype);
  g_autofree guint8 *rows = g_malloc (row_size * PENT_VK_PANEL);

  for (gint i = g_atomic_int_add (&task->next, 1); i < task->n; i = g_atomic_int_add (&task->next, 1))
    repack_panel (task->panels, task->weight, task->is_gated, task->dtype, task->first + i, rows,
                  task->dst + i * task->panels->panel_size);
  return NULL;
}

/**
 * pent_vk_repack_panels:
 * @first: panel
 * @n: of panels
 * @dst: (out): room for them, aligned to the element type
 */
void
pent_vk_repack_panels (const PentVkPanels *panels, const PentWeight *weight, gboolean is_gated, PentDtype dtype,
                       gint64 first, gint64 n, void *dst)
{
  Task task = { panels, weight, is_gated, dtype, first, n, 0, dst };
  gsize wanted = MIN ((gsize) n, n * panels->panel_size / THREAD_BYTES);
  GThread *threads[MAX_THREADS];
  guint n_threads = 0;

  wanted = MIN (wanted, MIN (g_get_num_processors (), MAX_THREADS));
  while (n_threads + 1 < wanted)
    {
      GThread *thread = g_thread_try_new ("repack", repack_some, &task, NULL);
      if (thread == NULL)
        break;
      threads[n_threads++] = thread;
    }
  repack_some (&task);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
}

/**
 * pent_vk_repack_vector:
 * @weight: (nullable): zeros if %NULL
 * @dst: (out): room for @n elements, at least @weight's
 */
void
pent_vk_repack_vector (const PentWeight *weight, gboolean is_gated, float *dst, gsize n)
{
  gsize length = weight != NULL ? pent_weight_n_elements (weight) : 0;

  if (length > 0 && is_gated)
    {
      g_autofree float *plain = g_new (float, length);
      pent_convert (PENT_F32, plain, weight->dtype, weight->data, length);
      for (gsize i = 0; i < length; i++)
        dst[i] = plain[source_of (i, length, TRUE)];
    }
  else if (length > 0)
    pent_convert (PENT_F32, dst, weight->dtype, weight->data, length);
  memset (dst + length, 0, (n - length) * sizeof *dst);
}
