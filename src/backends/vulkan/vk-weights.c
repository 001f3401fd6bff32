/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-weights.h"

#include "vk-upload.h"

#include "pent-error.h"

#include <string.h>

#define BLOCK_SIZE (64 * 1024 * 1024)

/* How many elements are looked at to tell weights at one address apart */
#define SAMPLES 61

/* Memory that weights are laid in one after the other */
typedef struct
{
  PentVkBuffer buffer;
  gsize        used;
  guint        n_weights;
} Block;

/* What makes two weights the same. The content is sampled, for a file that was
 * closed may have left its address to another. */
typedef struct
{
  const void *data;
  gint64      dim[PENT_WEIGHT_MAX_DIMS];
  gint32      n_dims;
  gint32      source_dtype;
  gint32      form;
  gint32      dtype;
  guint64     fingerprint;
} Key;

typedef struct
{
  PentVkWeight weight;   /* first: what is handed out */
  Key          key;
  Block       *block;
  guint        users;
} Entry;

struct _PentVkWeights
{
  PentVkDevice *device;
  GHashTable   *entries;   /* of Entry by Key, owned */
  GPtrArray    *blocks;    /* of Block, owned */
  PentVkUpload  upload;
};

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return g_direct_hash (key->data) ^ (guint) key->fingerprint ^ (key->form * 3 + key->dtype);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Key)) == 0;
}

static guint64
take_fingerprint (const PentWeight *weight)
{
  gsize element = pent_dtype_size (weight->dtype);
  gsize n = pent_weight_n_elements (weight);
  const guint8 *bytes = weight->data;
  guint64 hash = g_str_hash (weight->name != NULL ? weight->name : "");

  for (gsize i = 0; i < SAMPLES; i++)
    {
      guint32 value = 0;
      memcpy (&value, bytes + (n - 1) * i / (SAMPLES - 1) * element, element);
      hash = hash * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + value;
    }
  return hash;
}

static Key
make_key (const PentWeight *source, PentVkForm form, PentDtype dtype)
{
  Key key;

  memset (&key, 0, sizeof key);
  key.data = source->data;
  for (int i = 0; i < source->n_dims; i++)
    key.dim[i] = source->dim[i];
  key.n_dims = source->n_dims;
  key.source_dtype = source->dtype;
  key.form = form;
  key.dtype = dtype;
  key.fingerprint = take_fingerprint (source);
  return key;
}

/**
 * pent_vk_weights_new:
 *
 * Returns: (transfer full): to be freed when no program has weights of it left
 */
PentVkWeights *
pent_vk_weights_new (PentVkDevice *device)
{
  PentVkWeights *self = g_new0 (PentVkWeights, 1);

  self->device = pent_vk_device_ref (device);
  self->entries = g_hash_table_new (key_hash, key_equal);
  self->blocks = g_ptr_array_new ();
  return self;
}

void
pent_vk_weights_free (PentVkWeights *self)
{
  g_assert (self->blocks->len == 0);

  pent_vk_upload_clear (&self->upload, self->device);
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->blocks);
  pent_vk_device_unref (self->device);
  g_free (self);
}

static void
remove_block (PentVkWeights *self, Block *block)
{
  g_ptr_array_remove_fast (self->blocks, block);
  pent_vk_buffer_clear (&block->buffer, self->device);
  g_free (block);
}

/* A block with room for @size bytes: the last one, or one of its own. */
static Block *
find_block (PentVkWeights *self, gsize size, GError **error)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      Block *block = g_ptr_array_index (self->blocks, i);
      if (block->buffer.size - block->used >= size)
        return block;
    }

  Block *block = g_new0 (Block, 1);
  if (!pent_vk_buffer_init (&block->buffer, self->device, MAX (size, BLOCK_SIZE), PENT_VK_ON_BOTH, "the model's weights",
                            error))
    {
      g_free (block);
      return NULL;
    }
  g_ptr_array_add (self->blocks, block);
  return block;
}

static Entry *
add_entry (PentVkWeights *self, const Key *key, PentDtype dtype, gsize size, GError **error)
{
  gsize alignment = self->device->facts.alignment;
  Block *block = find_block (self, size + alignment, error);
  if (block == NULL)
    return NULL;

  Entry *entry = g_new0 (Entry, 1);
  block->used = (block->used + alignment - 1) & ~(alignment - 1);
  entry->weight = (PentVkWeight) { block->buffer.handle, block->used, size, dtype };
  entry->key = *key;
  entry->block = block;
  entry->users = 1;
  block->used += size;
  block->n_weights++;
  g_hash_table_insert (self->entries, &entry->key, entry);
  return entry;
}

static gboolean
fill_vector (PentVkWeights *self, Entry *entry, const PentWeight *source, PentVkForm form, GError **error)
{
  float *dst = pent_vk_upload_map (&self->upload, self->device, &entry->block->buffer, entry->weight.offset,
                                   entry->weight.size, error);

  if (dst == NULL)
    return FALSE;
  pent_vk_repack_vector (source, form == PENT_VK_GATED_VECTOR, dst, entry->weight.size / sizeof (float));
  return pent_vk_upload_unmap (&self->upload, self->device, error);
}

/* Panel by panel where they cannot be written in place, so that the memory
 * they pass through is small. */
static gboolean
fill_panels (PentVkWeights *self, Entry *entry, const PentWeight *source, const PentVkPanels *panels, PentVkForm form,
             GError **error)
{
  gint64 at_once = panels->n_panels;

  if (entry->block->buffer.map == NULL)
    at_once = CLAMP (PENT_VK_UPLOAD_SIZE / panels->panel_size, 1, panels->n_panels);
  for (gint64 first = 0; first < panels->n_panels; first += at_once)
    {
      gint64 n = MIN (at_once, panels->n_panels - first);
      void *dst = pent_vk_upload_map (&self->upload, self->device, &entry->block->buffer,
                                      entry->weight.offset + first * panels->panel_size, n * panels->panel_size, error);
      if (dst == NULL)
        return FALSE;
      pent_vk_repack_panels (panels, source, form == PENT_VK_GATED_PANELS, entry->weight.dtype, first, n, dst);
      if (!pent_vk_upload_unmap (&self->upload, self->device, error))
        return FALSE;
    }
  return TRUE;
}

static gsize
vector_size (gsize n)
{
  return (n + PENT_VK_PANEL - 1) / PENT_VK_PANEL * PENT_VK_PANEL * sizeof (float);
}

/**
 * pent_vk_weights_take:
 * @dtype: f32 or f16 for panels; vectors are f32
 *
 * Returns: (transfer full): @source as the shaders like it, to be given back
 *   with pent_vk_weights_release()
 */
const PentVkWeight *
pent_vk_weights_take (PentVkWeights *self, const PentWeight *source, PentVkForm form, PentDtype dtype, GError **error)
{
  gboolean is_vector = form == PENT_VK_VECTOR || form == PENT_VK_GATED_VECTOR;
  Key key = make_key (source, form, is_vector ? PENT_F32 : dtype);
  Entry *entry = g_hash_table_lookup (self->entries, &key);
  PentVkPanels panels;

  if (entry != NULL)
    {
      entry->users++;
      return &entry->weight;
    }
  if (!pent_vk_panels_init (&panels, source, dtype))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, "The tensor %s is larger than any memory", source->name);
      return NULL;
    }

  gsize size = is_vector ? vector_size (pent_weight_n_elements (source)) : panels.panel_size * panels.n_panels;
  entry = add_entry (self, &key, key.dtype, size, error);
  if (entry == NULL)
    return NULL;
  if (is_vector ? !fill_vector (self, entry, source, form, error)
                : !fill_panels (self, entry, source, &panels, form, error))
    {
      pent_vk_weights_release (self, &entry->weight);
      return NULL;
    }
  pent_weight_release (source);
  return &entry->weight;
}

/**
 * pent_vk_weights_take_zeros:
 *
 * Returns: (transfer full): a vector of @n zeros, for a bias that is not there
 */
const PentVkWeight *
pent_vk_weights_take_zeros (PentVkWeights *self, gsize n, GError **error)
{
  Key key;
  memset (&key, 0, sizeof key);
  key.dim[0] = n;

  Entry *entry = g_hash_table_lookup (self->entries, &key);
  if (entry != NULL)
    {
      entry->users++;
      return &entry->weight;
    }
  entry = add_entry (self, &key, PENT_F32, vector_size (n), error);
  if (entry == NULL)
    return NULL;
  if (!fill_vector (self, entry, NULL, PENT_VK_VECTOR, error))
    {
      pent_vk_weights_release (self, &entry->weight);
      return NULL;
    }
  return &entry->weight;
}

/**
 * pent_vk_weights_release:
 * @weight: (transfer full): the device must be done with it
 */
void
pent_vk_weights_release (PentVkWeights *self, const PentVkWeight *weight)
{
  Entry *entry = (Entry *) weight;

  if (--entry->users > 0)
    return;
  g_hash_table_remove (self->entries, &entry->key);
  if (--entry->block->n_weights == 0)
    remove_block (self, entry->block);
  g_free (entry);
}
