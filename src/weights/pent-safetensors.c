/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-safetensors.h"

#include "pent-error.h"
#include "pent-file-kind.h"
#include "pent-mapping.h"

#include <string.h>

#define LENGTH_BYTES 8

struct _PentSafetensors
{
  gatomicrefcount        ref_count;
  PentMapping           *mapping;
  PentSafetensorsHeader *header;
  gsize                  data_start;
};

static gboolean
fail (PentSafetensors *self, const char *problem, GError **error)
{
  g_autofree char *shown = g_filename_display_name (pent_mapping_get_path (self->mapping));

  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s %s", shown, problem);
  return FALSE;
}

/* Finds the header, or says what the file is instead. A pickle's first bytes
 * may be a fair header length too, so the brace after it decides. */
static gboolean
find_header (PentSafetensors *self, gsize *length, GError **error)
{
  const guint8 *data = pent_mapping_get_data (self->mapping);
  gsize size = pent_mapping_get_size (self->mapping);
  const char *kind = pent_file_kind_describe (data, size);
  guint64 n;

  if (size <= LENGTH_BYTES)
    return fail (self, kind ? kind : "is too short for a safetensors file: download it again",
                 error);
  memcpy (&n, data, sizeof n);
  n = GUINT64_FROM_LE (n);
  if (data[LENGTH_BYTES] == '{' && n > 1 && n <= MIN (size - LENGTH_BYTES, PENT_SAFETENSORS_MAX_HEADER))
    {
      *length = n;
      return TRUE;
    }
  if (kind != NULL)
    return fail (self, kind, error);
  if (data[LENGTH_BYTES] != '{')
    return fail (self, "is not a safetensors file: choose another, or convert it", error);
  if (n > PENT_SAFETENSORS_MAX_HEADER)
    return fail (self, "announces a header of more than 100 MB, so it is damaged: download it again",
                 error);
  return fail (self, "is cut short in its header: download it again", error);
}

static gboolean
read_header (PentSafetensors *self, GError **error)
{
  const guint8 *data = pent_mapping_get_data (self->mapping);
  g_autoptr (GError) problem = NULL;
  gsize length = 0;

  if (!find_header (self, &length, error))
    return FALSE;
  self->data_start = LENGTH_BYTES + length;
  self->header = pent_safetensors_header_parse ((const char *) data + LENGTH_BYTES, length,
                                                pent_mapping_get_size (self->mapping)
                                                  - self->data_start,
                                                &problem);
  if (self->header == NULL)
    {
      g_autofree char *text = g_strdup_printf ("is damaged (%s): download it again",
                                               problem->message);
      return fail (self, text, error);
    }
  if (self->header->tensors->len == 0)
    return fail (self, "holds no tensors: choose another file", error);
  return pent_mapping_check (self->mapping, error);
}

/**
 * pent_safetensors_open:
 * @path: a file
 *
 * Maps a file and checks its header against every limit of
 * pent-safetensors-header.h. A header of any content is read or refused in
 * time and memory bounded by its length; no data is read yet.
 *
 * Returns: (transfer full): the file, or %NULL with %PENT_ERROR_FILE naming
 *   what the file is instead or what is wrong with it
 */
PentSafetensors *
pent_safetensors_open (const char *path, GError **error)
{
  g_autoptr (PentSafetensors) self = g_new0 (PentSafetensors, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->mapping = pent_mapping_open (path, error);
  if (self->mapping == NULL || !read_header (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

PentSafetensors *
pent_safetensors_ref (PentSafetensors *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
pent_safetensors_unref (PentSafetensors *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->header, pent_safetensors_header_free);
  g_clear_pointer (&self->mapping, pent_mapping_unref);
  g_free (self);
}

const char *
pent_safetensors_get_path (PentSafetensors *self)
{
  return pent_mapping_get_path (self->mapping);
}

guint64
pent_safetensors_get_file_size (PentSafetensors *self)
{
  return pent_mapping_get_size (self->mapping);
}

guint
pent_safetensors_get_n_tensors (PentSafetensors *self)
{
  return self->header->tensors->len;
}

/**
 * pent_safetensors_get_tensor:
 * @index: below pent_safetensors_get_n_tensors(); the order is that of the
 *   names' bytes
 */
const PentTensorInfo *
pent_safetensors_get_tensor (PentSafetensors *self, guint index)
{
  g_return_val_if_fail (index < self->header->tensors->len, NULL);

  return &g_array_index (self->header->tensors, PentTensorInfo, index);
}

static guint
lower_bound (PentSafetensors *self, const char *name)
{
  guint low = 0, high = self->header->tensors->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (strcmp (pent_safetensors_get_tensor (self, middle)->name, name) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/**
 * pent_safetensors_find:
 *
 * Returns: (nullable): the tensor of that very name
 */
const PentTensorInfo *
pent_safetensors_find (PentSafetensors *self, const char *name)
{
  guint i = lower_bound (self, name);

  if (i == self->header->tensors->len)
    return NULL;
  return strcmp (pent_safetensors_get_tensor (self, i)->name, name) == 0
           ? pent_safetensors_get_tensor (self, i)
           : NULL;
}

gboolean
pent_safetensors_has_prefix (PentSafetensors *self, const char *prefix)
{
  guint i = lower_bound (self, prefix);

  return i < self->header->tensors->len
         && g_str_has_prefix (pent_safetensors_get_tensor (self, i)->name, prefix);
}

/**
 * pent_safetensors_get_data:
 * @tensor: one of this file's
 *
 * Returns: its elements, little-endian, possibly unaligned, as long as the
 *   file lives
 */
const void *
pent_safetensors_get_data (PentSafetensors *self, const PentTensorInfo *tensor)
{
  return pent_mapping_get_data (self->mapping) + self->data_start + tensor->offset;
}

/**
 * pent_safetensors_check:
 *
 * Returns: %FALSE with %PENT_ERROR_FILE if the file shrank, failed or was
 *   changed since it was opened
 */
gboolean
pent_safetensors_check (PentSafetensors *self, GError **error)
{
  return pent_mapping_check (self->mapping, error);
}

/**
 * pent_safetensors_release:
 *
 * Lets go of a tensor's pages; reading it again brings them back.
 */
void
pent_safetensors_release (PentSafetensors *self, const PentTensorInfo *tensor)
{
  pent_mapping_release (self->mapping, self->data_start + tensor->offset, tensor->size);
}
