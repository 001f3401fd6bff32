/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-weights.h"

#include "pent-cpu-memory.h"

#include <string.h>

struct _PentCpuWeightCache
{
  GHashTable *weights;   /* a set of PentCpuWeight, not owned */
};

struct _PentCpuWeight
{
  int                 refs;
  PentCpuWeightCache *cache;
  PentWeight          source;    /* its data are read when it is loaded, and not after */
  guint64             sample;
  PentCpuWeightOrder  order;
  PentDtype           operand;
  PentDnnLayout      *layout;
  void               *data;      /* %NULL until loaded */
  gsize               size;
};

static guint
weight_hash (gconstpointer key)
{
  const PentCpuWeight *self = key;

  return g_direct_hash (self->source.data) ^ (guint) self->sample ^ self->operand ^ self->order << 8;
}

static gboolean
weight_equal (gconstpointer a, gconstpointer b)
{
  const PentCpuWeight *x = a, *y = b;

  return x->source.data == y->source.data && x->source.dtype == y->source.dtype && x->sample == y->sample
         && x->operand == y->operand && x->order == y->order
         && pent_weight_n_elements (&x->source) == pent_weight_n_elements (&y->source)
         && pent_dnn_layout_equal (x->layout, y->layout);
}

#define N_SAMPLES    64
#define SAMPLE_BYTES 64

/* FNV-1a over pieces spread over the data: it touches few pages of the file,
 * and no two trained tensors agree in all of them. */
static guint64
take_sample (const PentWeight *weight)
{
  const guint8 *data = weight->data;
  gsize size = pent_weight_n_elements (weight) * pent_dtype_size (weight->dtype);
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);

  for (gsize i = 0; i < N_SAMPLES; i++)
    {
      gsize start = size / N_SAMPLES * i;
      gsize end = i == N_SAMPLES - 1 ? size : size / N_SAMPLES * (i + 1);
      start = MAX (start, end - MIN (end, SAMPLE_BYTES));
      for (gsize at = start; at < end; at++)
        hash = (hash ^ data[at]) * G_GUINT64_CONSTANT (1099511628211);
    }
  return hash;
}

PentCpuWeightCache *
pent_cpu_weight_cache_new (void)
{
  PentCpuWeightCache *self = g_new0 (PentCpuWeightCache, 1);

  self->weights = g_hash_table_new (weight_hash, weight_equal);
  return self;
}

/**
 * pent_cpu_weight_cache_free:
 *
 * To be called when every weight got from it is gone.
 */
void
pent_cpu_weight_cache_free (PentCpuWeightCache *self)
{
  g_assert (g_hash_table_size (self->weights) == 0);
  g_hash_table_unref (self->weights);
  g_free (self);
}

/**
 * pent_cpu_weight_cache_get:
 * @weight: to be readable until the result is loaded
 * @operand: element type it is computed with
 * @layout: how its reader wants it
 *
 * Returns: (transfer full): the one there is, or one to be loaded
 */
PentCpuWeight *
pent_cpu_weight_cache_get (PentCpuWeightCache *self, const PentWeight *weight, PentCpuWeightOrder order,
                           PentDtype operand, PentDnnLayout *layout)
{
  PentCpuWeight key = {
    .source = *weight, .order = order, .operand = operand, .layout = layout, .sample = take_sample (weight),
  };
  PentCpuWeight *found = g_hash_table_lookup (self->weights, &key);

  if (found != NULL)
    {
      found->refs++;
      return found;
    }
  found = g_memdup2 (&key, sizeof key);
  found->refs = 1;
  found->cache = self;
  found->layout = pent_dnn_layout_ref (layout);
  found->size = pent_dnn_layout_get_size (layout);
  g_hash_table_add (self->weights, found);
  return found;
}

void
pent_cpu_weight_unref (PentCpuWeight *self)
{
  if (--self->refs > 0)
    return;
  g_hash_table_remove (self->cache->weights, self);
  pent_dnn_layout_unref (self->layout);
  pent_cpu_memory_free (self->data, self->size);
  g_free (self);
}

gboolean
pent_cpu_weight_is_loaded (const PentCpuWeight *self)
{
  return self->data != NULL;
}

/* Whether the file's own bytes can be packed as they are. */
static gboolean
is_plain (const PentCpuWeight *self)
{
  return self->order == PENT_CPU_WEIGHT_AS_STORED && self->source.dtype == self->operand
         && (gsize) self->source.data % pent_dtype_size (self->operand) == 0;
}

/**
 * pent_cpu_weight_get_staging:
 *
 * Returns: bytes that loading needs for a while, 0 if it is loaded
 */
gsize
pent_cpu_weight_get_staging (const PentCpuWeight *self)
{
  gsize n = pent_weight_n_elements (&self->source);

  if (self->data != NULL || is_plain (self))
    return 0;
  if (self->order == PENT_CPU_WEIGHT_WINOGRAD)
    return (n + n / 9 * PENT_CPU_WINOGRAD_PLANES) * sizeof (float);
  return n * pent_dtype_size (self->operand);
}

/* Elements converted by one thread at a time. */
#define PIECE ((gsize) 1 << 16)

/* One output channel: from (in, kh kw) to (kh kw, in), through @row. */
static void
convert_channels_last (const PentCpuWeight *self, const PentCpuKernels *kernels, gsize out, float *row, guint8 *plain)
{
  gsize in = self->source.dim[1], n = pent_weight_n_elements (&self->source) / self->source.dim[0], taps = n / in;
  gsize size = pent_dtype_size (self->operand), source_size = pent_dtype_size (self->source.dtype);
  float *turned = row + n;

  kernels->convert (PENT_F32, row, self->source.dtype, (const guint8 *) self->source.data + out * n * source_size, n);
  for (gsize c = 0; c < in; c++)
    for (gsize tap = 0; tap < taps; tap++)
      turned[tap * in + c] = row[c * taps + tap];
  kernels->convert (self->operand, plain + out * n * size, PENT_F32, turned, n);
}

static void
convert_all_channels_last (const PentCpuWeight *self, const PentCpuKernels *kernels, guint8 *plain)
{
  gsize n = pent_weight_n_elements (&self->source) / self->source.dim[0];

#pragma omp parallel
  {
    g_autofree float *row = g_new (float, 2 * n);
#pragma omp for schedule(static)
    for (gint64 out = 0; out < self->source.dim[0]; out++)
      convert_channels_last (self, kernels, out, row, plain);
  }
}

/* G of Lavin and Gray 2015 times three values. */
static void
transform_three (const double *g, int stride, double *to)
{
  double ends = g[0] + g[2 * stride], wide = g[0] / 4 + g[2 * stride];

  to[0] = g[0] / 4;
  to[1] = -(ends + g[stride]) / 6;
  to[2] = -(ends - g[stride]) / 6;
  to[3] = (wide + g[stride] / 2) / 6;
  to[4] = (wide - g[stride] / 2) / 6;
  to[5] = g[2 * stride];
}

/* G g G^T for the kernels of one input channel, from (out, in, 3, 3) to (36,
 * in, out). */
static void
transform_channel (const float *weight, gsize in, gsize out, gsize c, float *to)
{
  for (gsize o = 0; o < out; o++)
    {
      double g[9], rows[3 * PENT_CPU_WINOGRAD_PATCH];
      for (int i = 0; i < 9; i++)
        g[i] = weight[(o * in + c) * 9 + i];
      for (int j = 0; j < 3; j++)
        transform_three (g + j, 3, rows + j * PENT_CPU_WINOGRAD_PATCH);
      for (int i = 0; i < PENT_CPU_WINOGRAD_PATCH; i++)
        {
          double values[PENT_CPU_WINOGRAD_PATCH];
          transform_three (rows + i, PENT_CPU_WINOGRAD_PATCH, values);
          for (int j = 0; j < PENT_CPU_WINOGRAD_PATCH; j++)
            to[((i * PENT_CPU_WINOGRAD_PATCH + j) * in + c) * out + o] = values[j];
        }
    }
}

static void
transform_weight (const PentCpuWeight *self, const float *weight, float *to)
{
  gsize out = self->source.dim[0], in = self->source.dim[1];

#pragma omp parallel for schedule(static)
  for (gsize c = 0; c < in; c++)
    transform_channel (weight, in, out, c, to);
}

static void
convert (const PentCpuWeight *self, const PentCpuKernels *kernels, guint8 *plain)
{
  gsize n = pent_weight_n_elements (&self->source);
  gsize size = pent_dtype_size (self->operand), source_size = pent_dtype_size (self->source.dtype);

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < n; i += PIECE)
    kernels->convert (self->operand, plain + i * size, self->source.dtype,
                      (const guint8 *) self->source.data + i * source_size, MIN (PIECE, n - i));
}

/* The weight's elements in the order and type that is packed: the file's own
 * bytes, or made in @staging. */
static const void *
make_plain (const PentCpuWeight *self, const PentCpuKernels *kernels, guint8 *staging)
{
  gsize n = pent_weight_n_elements (&self->source);

  if (is_plain (self))
    return self->source.data;
  switch (self->order)
    {
    case PENT_CPU_WEIGHT_CHANNELS_LAST:
      convert_all_channels_last (self, kernels, staging);
      return staging;
    case PENT_CPU_WEIGHT_WINOGRAD:
      convert (self, kernels, staging);
      transform_weight (self, (const float *) (const void *) staging, (float *) (void *) staging + n);
      return staging + n * sizeof (float);
    case PENT_CPU_WEIGHT_AS_STORED:
    default:
      convert (self, kernels, staging);
      return staging;
    }
}

/**
 * pent_cpu_weight_load:
 * @staging: pent_cpu_weight_get_staging() bytes, aligned to a cache line
 *
 * Reads the weight from its file and packs it, if that was not done yet.
 */
gboolean
pent_cpu_weight_load (PentCpuWeight *self, const PentCpuKernels *kernels, void *staging, GError **error)
{
  if (self->data != NULL)
    return TRUE;
  self->data = pent_cpu_memory_new (self->size, "The model", error);
  if (self->data == NULL)
    return FALSE;
  if (pent_dnn_layout_pack (self->layout, make_plain (self, kernels, staging), self->data, error))
    {
      pent_weight_release (&self->source);
      return TRUE;
    }
  pent_cpu_memory_free (self->data, self->size);
  self->data = NULL;
  return FALSE;
}

gsize
pent_cpu_weight_get_size (const PentCpuWeight *self)
{
  return self->size;
}

const void *
pent_cpu_weight_get_data (const PentCpuWeight *self)
{
  return self->data;
}

/**
 * pent_cpu_vector_new:
 * @weight: (nullable): @n values of any type, possibly unaligned
 * @fallback: what stands for a missing @weight
 *
 * Returns: (transfer full): the values in f32; free with g_free()
 */
float *
pent_cpu_vector_new (const PentWeight *weight, gsize n, float fallback)
{
  float *vector = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    vector[i] = fallback;
  if (weight != NULL)
    {
      g_autofree void *aligned = g_memdup2 (weight->data, n * pent_dtype_size (weight->dtype));
      pent_convert (PENT_F32, vector, weight->dtype, aligned, n);
    }
  return vector;
}
