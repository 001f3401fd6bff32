/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cpu-weights.h"

#include "pent-cpu-int8-panels.h"
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
  PentDnnLayout      *layout;    /* %NULL for panels */
  gsize               width;     /* of a panel */
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
         && x->width == y->width && (x->layout == NULL) == (y->layout == NULL)
         && (x->layout == NULL || pent_dnn_layout_equal (x->layout, y->layout));
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

/* The weight there is like @key, or one to be loaded. */
static PentCpuWeight *
find_or_add (PentCpuWeightCache *self, PentCpuWeight *key)
{
  key->sample = take_sample (&key->source);
  PentCpuWeight *found = g_hash_table_lookup (self->weights, key);

  if (found != NULL)
    {
      found->refs++;
      return found;
    }
  found = g_memdup2 (key, sizeof *key);
  found->refs = 1;
  found->cache = self;
  if (found->layout != NULL)
    pent_dnn_layout_ref (found->layout);
  g_hash_table_add (self->weights, found);
  return found;
}

/**
 * pent_cpu_weight_cache_get:
 * @weight: to be readable until the result is loaded
 * @order: not one of panels
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
    .source = *weight, .order = order, .operand = operand, .layout = layout, .size = pent_dnn_layout_get_size (layout),
  };

  return find_or_add (self, &key);
}

static gboolean
is_gated (PentCpuWeightOrder order)
{
  return order == PENT_CPU_WEIGHT_GATED_PANELS || order == PENT_CPU_WEIGHT_INT8_GATED_PANELS;
}

static gboolean
is_int8 (PentCpuWeightOrder order)
{
  return order == PENT_CPU_WEIGHT_INT8_PANELS || order == PENT_CPU_WEIGHT_INT8_GATED_PANELS;
}

/* Panels of that order that a weight has. */
static gsize
count_panels (const PentWeight *weight, PentCpuWeightOrder order, gsize width)
{
  gsize out = weight->dim[0];

  if (is_gated (order))
    return (out / 2 + width / 2 - 1) / (width / 2);
  return (out + width - 1) / width;
}

/**
 * pent_cpu_weight_cache_get_panels:
 * @weight: to be readable until the result is loaded
 * @order: one of panels
 * @width: columns of a panel
 *
 * Returns: (transfer full): the weight in the type it is stored in, or in
 *   whole numbers if @order is
 */
PentCpuWeight *
pent_cpu_weight_cache_get_panels (PentCpuWeightCache *self, const PentWeight *weight, PentCpuWeightOrder order,
                                  gsize width)
{
  gsize column = pent_weight_n_elements (weight) / weight->dim[0];
  PentCpuWeight key = {
    .source = *weight, .order = order, .operand = is_int8 (order) ? PENT_INT8 : weight->dtype, .width = width,
  };
  gsize size = is_int8 (order) ? pent_cpu_int8_panel_size (column, width)
                               : width * column * pent_dtype_size (weight->dtype);

  key.size = count_panels (weight, order, width) * size;

  return find_or_add (self, &key);
}

void
pent_cpu_weight_unref (PentCpuWeight *self)
{
  if (--self->refs > 0)
    return;
  g_hash_table_remove (self->cache->weights, self);
  g_clear_pointer (&self->layout, pent_dnn_layout_unref);
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

  if (self->data != NULL || self->layout == NULL || is_plain (self))
    return 0;
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

/* Elements of a row that go into a panel together: a cache line's or two. */
#define TURNED_TOGETHER 32

/* Rows of @n elements, some of them missing, @stride elements apart, to columns
 * of a panel. */
#define DEFINE_TURN(Type, name)                                                                          \
  static void name (const guint8 *const *rows, gsize offset, gsize stride, gsize width, gsize n, guint8 *panel) \
  {                                                                                                      \
    for (gsize first = 0; first < n; first += TURNED_TOGETHER)                                           \
      for (gsize column = 0; column < width; column++)                                                   \
        for (gsize i = first; i < MIN (first + TURNED_TOGETHER, n); i++)                                 \
          {                                                                                              \
            Type value = 0;                                                                              \
            if (rows[column] != NULL)                                                                    \
              memcpy (&value, rows[column] + (offset + i * stride) * sizeof value, sizeof value);        \
            memcpy (panel + (i * width + column) * sizeof value, &value, sizeof value);                  \
          }                                                                                              \
  }

DEFINE_TURN (guint16, turn_16)
DEFINE_TURN (guint32, turn_32)

/* The stored rows that panel @index has as columns, of @n elements each. */
static const guint8 **
find_rows (const PentCpuWeight *self, gsize index, gsize n)
{
  gboolean gated = is_gated (self->order);
  gsize out = self->source.dim[0], limit = gated ? out / 2 : out, columns = gated ? self->width / 2 : self->width;
  gsize size = pent_dtype_size (self->source.dtype);
  const guint8 **rows = g_new0 (const guint8 *, self->width);

  for (gsize i = 0; i < columns && index * columns + i < limit; i++)
    {
      rows[i] = (const guint8 *) self->source.data + (index * columns + i) * n * size;
      if (gated)
        rows[columns + i] = rows[i] + limit * n * size;
    }
  return rows;
}

static void
pack_panel (const PentCpuWeight *self, const PentCpuKernels *kernels, gsize index, guint8 *panels)
{
  gsize n = pent_weight_n_elements (&self->source) / self->source.dim[0], size = pent_dtype_size (self->operand);
  g_autofree const guint8 **rows = find_rows (self, index, n);

  if (is_int8 (self->order))
    {
      pent_cpu_int8_panel_pack (kernels, rows, self->source.dtype, n, self->width,
                                panels + index * pent_cpu_int8_panel_size (n, self->width));
      return;
    }
  gsize taps = self->order == PENT_CPU_WEIGHT_TAP_PANELS ? n / self->source.dim[1] : 1, in = n / taps;
  for (gsize tap = 0; tap < taps; tap++)
    {
      guint8 *panel = panels + (index * taps + tap) * self->width * in * size;
      if (size == 2)
        turn_16 (rows, tap, taps, self->width, in, panel);
      else
        turn_32 (rows, tap, taps, self->width, in, panel);
    }
}

static void
pack_panels (const PentCpuWeight *self, const PentCpuKernels *kernels, void *panels)
{
  gsize n = count_panels (&self->source, self->order, self->width);

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < n; i++)
    pack_panel (self, kernels, i, panels);
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
  if (is_plain (self))
    return self->source.data;
  switch (self->order)
    {
    case PENT_CPU_WEIGHT_CHANNELS_LAST:
      convert_all_channels_last (self, kernels, staging);
      return staging;
    case PENT_CPU_WEIGHT_AS_STORED:
    default:
      convert (self, kernels, staging);
      return staging;
    }
}

/* Reads the weight from its file and packs it into @data. */
static gboolean
fill (PentCpuWeight *self, const PentCpuKernels *kernels, void *data, void *staging, GError **error)
{
  if (self->layout == NULL)
    pack_panels (self, kernels, data);
  else if (!pent_dnn_layout_pack (self->layout, make_plain (self, kernels, staging), data, error))
    return FALSE;
  pent_weight_release (&self->source);
  return TRUE;
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
  void *data = pent_cpu_memory_new (self->size, "The model", error);
  if (data == NULL)
    return FALSE;
  if (!fill (self, kernels, data, staging, error))
    {
      pent_cpu_memory_free (data, self->size);
      return FALSE;
    }
  self->data = data;
  return TRUE;
}

/**
 * pent_cpu_weight_lend:
 * @memory: as many bytes as the weight takes, aligned to a cache line
 * @staging: as for pent_cpu_weight_load()
 *
 * Reads a weight that is not loaded into @memory, until it is taken back. Its
 * file must be there still.
 */
gboolean
pent_cpu_weight_lend (PentCpuWeight *self, const PentCpuKernels *kernels, void *memory, void *staging, GError **error)
{
  g_return_val_if_fail (self->data == NULL, FALSE);

  if (!fill (self, kernels, memory, staging, error))
    return FALSE;
  self->data = memory;
  return TRUE;
}

/**
 * pent_cpu_weight_take_back:
 *
 * Ends a pent_cpu_weight_lend().
 */
void
pent_cpu_weight_take_back (PentCpuWeight *self)
{
  self->data = NULL;
}

gsize
pent_cpu_weight_get_size (const PentCpuWeight *self)
{
  return self->size;
}

PentDtype
pent_cpu_weight_get_dtype (const PentCpuWeight *self)
{
  return self->operand;
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
