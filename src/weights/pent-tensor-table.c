/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-tensor-table.h"

#include <string.h>

struct _PentTensorTable
{
  GArray       *entries;
  GPtrArray    *files;
  GStringChunk *names;
};

PentTensorTable *
pent_tensor_table_new (void)
{
  PentTensorTable *self = g_new0 (PentTensorTable, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (PentTensorEntry));
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_safetensors_unref);
  self->names = g_string_chunk_new (4096);
  return self;
}

void
pent_tensor_table_free (PentTensorTable *self)
{
  g_array_unref (self->entries);
  g_ptr_array_unref (self->files);
  g_string_chunk_free (self->names);
  g_free (self);
}

/**
 * pent_tensor_table_add:
 * @name: diffusers' name; copied
 * @file: kept alive by the table
 * @info: one of @file's tensors
 */
void
pent_tensor_table_add (PentTensorTable      *self,
                       const char           *name,
                       PentSafetensors      *file,
                       const PentTensorInfo *info)
{
  PentTensorEntry entry = { .file = file, .info = info };

  if (self->files->len == 0 || g_ptr_array_index (self->files, self->files->len - 1) != file)
    g_ptr_array_add (self->files, pent_safetensors_ref (file));
  entry.name = g_string_chunk_insert (self->names, name);
  g_array_append_val (self->entries, entry);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const PentTensorEntry *one = a, *two = b;
  int order = strcmp (one->name, two->name);

  return order != 0 ? order : strcmp (one->info->name, two->info->name);
}

/**
 * pent_tensor_table_sort:
 *
 * Makes the table ready to be searched. Where two tensors of the files have
 * one name here, the one whose name in the file sorts first stays.
 *
 * Returns: how many tensors were dropped so
 */
guint
pent_tensor_table_sort (PentTensorTable *self)
{
  guint kept = 0, before = self->entries->len;

  g_array_sort (self->entries, compare_entries);
  for (guint i = 0; i < before; i++)
    {
      PentTensorEntry *entry = pent_tensor_table_get (self, i);
      if (kept > 0 && strcmp (entry->name, pent_tensor_table_get (self, kept - 1)->name) == 0)
        continue;
      *pent_tensor_table_get (self, kept++) = *entry;
    }
  g_array_set_size (self->entries, kept);
  return before - kept;
}

guint
pent_tensor_table_get_n (const PentTensorTable *self)
{
  return self->entries->len;
}

PentTensorEntry *
pent_tensor_table_get (const PentTensorTable *self, guint index)
{
  return &g_array_index (self->entries, PentTensorEntry, index);
}

static guint
lower_bound (const PentTensorTable *self, const char *name)
{
  guint low = 0, high = self->entries->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (strcmp (pent_tensor_table_get (self, middle)->name, name) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

PentTensorEntry *
pent_tensor_table_find (const PentTensorTable *self, const char *name)
{
  guint i = lower_bound (self, name);

  if (i == self->entries->len || strcmp (pent_tensor_table_get (self, i)->name, name) != 0)
    return NULL;
  return pent_tensor_table_get (self, i);
}

PentTensorEntry *
pent_tensor_table_findf (const PentTensorTable *self, const char *format, ...)
{
  g_autofree char *name = NULL;
  va_list args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  return pent_tensor_table_find (self, name);
}

gboolean
pent_tensor_table_has_prefixf (const PentTensorTable *self, const char *format, ...)
{
  g_autofree char *prefix = NULL;
  va_list args;
  guint i;

  va_start (args, format);
  prefix = g_strdup_vprintf (format, args);
  va_end (args);
  i = lower_bound (self, prefix);
  return i < self->entries->len && g_str_has_prefix (pent_tensor_table_get (self, i)->name, prefix);
}

/**
 * pent_tensor_table_count:
 * @prefix: what comes before a number in the names
 * @suffix: what comes right after it, as far as it matters
 * @limit: where to stop counting
 *
 * Returns: the first number, at most @limit, such that no tensor's name begins
 *   with @prefix, it and @suffix
 */
int
pent_tensor_table_count (const PentTensorTable *self,
                         const char            *prefix,
                         const char            *suffix,
                         int                    limit)
{
  int n = 0;

  while (n < limit && pent_tensor_table_has_prefixf (self, "%s%d%s", prefix, n, suffix))
    n++;
  return n;
}

/**
 * pent_tensor_table_dim:
 *
 * Returns: a size of a tensor as its file gives it, or -1 if there is no such
 *   tensor or axis
 */
gint64
pent_tensor_table_dim (const PentTensorTable *self, const char *name, int axis)
{
  const PentTensorEntry *entry = pent_tensor_table_find (self, name);

  return entry != NULL && axis < entry->info->n_dims ? entry->info->dim[axis] : -1;
}

guint
pent_tensor_table_get_n_files (const PentTensorTable *self)
{
  return self->files->len;
}

PentSafetensors *
pent_tensor_table_get_file (const PentTensorTable *self, guint index)
{
  return g_ptr_array_index (self->files, index);
}
