/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Attention: keys and values are packed once for a head, then blocks of
 * queries are shared out among the threads. */

#include "pent-cpu-step.h"
#include "pent-cpu-threads.h"

/* Bytes of packed keys and values at a time, where one head does not need
 * more: enough heads for many threads, little enough for the last cache. */
#define PACKED_SIZE ((gsize) 16 << 20)

typedef struct
{
  PentCpuStep      step;
  PentCpuView      q, k, v, y;
  PentCpuAttention head;
  gsize            n_heads;       /* of all items of the batch */
  gsize            heads;         /* of one item */
  gsize            abreast;       /* heads packed at a time */
  gsize            packed_size;   /* of one head */
  gsize            work_size;     /* of one thread */
  int              n_threads;     /* as many as there is scratch memory for */
} AttentionStep;

/* The first channel of head @head of all, in an array of @n_tokens tokens an item. */
static guint8 *
head_data (const AttentionStep *self, const PentCpuView *view, const PentCpuFrame *frame, gsize n_tokens, gsize head)
{
  gsize at = head / self->heads * n_tokens * self->head.stride + head % self->heads * self->head.d;

  return (guint8 *) pent_cpu_view_data (view, frame) + at * pent_dtype_size (view->dtype);
}

static gboolean
attention_run (PentCpuStep *step, const PentCpuFrame *frame, GError **error)
{
  AttentionStep *self = (AttentionStep *) step;
  const PentCpuAttention *head = &self->head;
  gsize key_blocks = (head->n_keys + PENT_CPU_KEY_BLOCK - 1) / PENT_CPU_KEY_BLOCK;
  gsize query_blocks = (head->n_queries + PENT_CPU_QUERY_BLOCK - 1) / PENT_CPU_QUERY_BLOCK;
  guint8 *packed = frame->scratch, *work = packed + self->abreast * self->packed_size;

#pragma omp parallel num_threads (self->n_threads)
  for (gsize first = 0; first < self->n_heads; first += self->abreast)
    {
      gsize n = MIN (self->abreast, self->n_heads - first);
#pragma omp for schedule(static)
      for (gsize task = 0; task < n * key_blocks; task++)
        {
          gsize i = task / key_blocks;
          frame->kernels->attention_pack (head, head_data (self, &self->k, frame, head->n_keys, first + i),
                                          head_data (self, &self->v, frame, head->n_keys, first + i),
                                          task % key_blocks, packed + i * self->packed_size);
        }
#pragma omp for schedule(dynamic)
      for (gsize task = 0; task < n * query_blocks; task++)
        {
          gsize i = task / query_blocks;
          frame->kernels->attention_run (head, head_data (self, &self->q, frame, head->n_queries, first + i),
                                         packed + i * self->packed_size, task % query_blocks,
                                         head_data (self, &self->y, frame, head->n_queries, first + i),
                                         work + pent_cpu_this_thread () * self->work_size);
        }
    }
  return TRUE;
}

static void
attention_step_free (PentCpuStep *step)
{
  g_free (step);
}

PentCpuStep *
pent_cpu_attention_step_new (PentCpuMaker *maker, const PentOp *op, GError **error)
{
  AttentionStep *self = g_new0 (AttentionStep, 1);

  self->step.run = attention_run;
  self->step.free = attention_step_free;
  self->q = pent_cpu_maker_view (maker, op->inputs[PENT_IN_Q]);
  self->k = pent_cpu_maker_view (maker, op->inputs[PENT_IN_K]);
  self->v = pent_cpu_maker_view (maker, op->inputs[PENT_IN_V]);
  self->y = pent_cpu_maker_view (maker, op->output);
  self->head = (PentCpuAttention) {
    .dtype = self->q.dtype,
    .output = self->y.dtype,
    .d = self->q.shape.c / op->heads,
    .stride = self->q.shape.c,
    .n_queries = self->q.shape.h * self->q.shape.w,
    .n_keys = self->k.shape.h * self->k.shape.w,
    .causal = op->causal,
  };
  self->heads = op->heads;
  self->n_heads = self->q.shape.n * op->heads;
  self->packed_size = pent_cpu_round_to_line (maker->kernels->attention_packed_size (&self->head));
  self->work_size = pent_cpu_round_to_line (maker->kernels->attention_scratch_size (&self->head));
  self->abreast = CLAMP (PACKED_SIZE / self->packed_size, 1, self->n_heads);
  self->n_threads = pent_cpu_max_threads ();
  self->step.scratch_size = self->abreast * self->packed_size + self->n_threads * self->work_size;
  return &self->step;
}
