/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-safetensors-header.h"

#include "pent-error.h"
#include "pent-json-scanner.h"

#include <string.h>

#define MAX_SKIPPED_DEPTH 8

static const struct
{
  const char *name;
  gsize       size;
} types[PENT_N_TENSOR_TYPES] = {
  [PENT_TENSOR_BOOL] = { "BOOL", 1 },       [PENT_TENSOR_U8] = { "U8", 1 },
  [PENT_TENSOR_I8] = { "I8", 1 },           [PENT_TENSOR_F8_E4M3] = { "F8_E4M3", 1 },
  [PENT_TENSOR_F8_E5M2] = { "F8_E5M2", 1 }, [PENT_TENSOR_I16] = { "I16", 2 },
  [PENT_TENSOR_U16] = { "U16", 2 },         [PENT_TENSOR_F16] = { "F16", 2 },
  [PENT_TENSOR_BF16] = { "BF16", 2 },       [PENT_TENSOR_I32] = { "I32", 4 },
  [PENT_TENSOR_U32] = { "U32", 4 },         [PENT_TENSOR_F32] = { "F32", 4 },
  [PENT_TENSOR_F64] = { "F64", 8 },         [PENT_TENSOR_I64] = { "I64", 8 },
  [PENT_TENSOR_U64] = { "U64", 8 },
};

typedef struct
{
  PentJsonScanner        json;
  GString               *text;   /* the last name read */
  PentSafetensorsHeader *header;
  const char            *tensor; /* being read, for messages */
} Parser;

const char *
pent_tensor_type_name (PentTensorType type)
{
  return types[type].name;
}

/**
 * pent_tensor_type_size:
 *
 * Returns: bytes of one element
 */
gsize
pent_tensor_type_size (PentTensorType type)
{
  return types[type].size;
}

void
pent_safetensors_header_free (PentSafetensorsHeader *self)
{
  g_array_unref (self->tensors);
  g_string_chunk_free (self->names);
  g_free (self);
}

static gboolean
fail (Parser *self, const char *problem)
{
  return pent_json_scanner_fail (&self->json, "%s", problem);
}

/* Goes to the next member of an object, whose name must not be too long. */
static gboolean
next_member (Parser *self)
{
  if (!pent_json_scanner_next_member (&self->json, self->text))
    return FALSE;
  return self->text->len <= PENT_SAFETENSORS_MAX_NAME || fail (self, "a name in it is too long");
}

static gboolean
read_type (Parser *self, PentTensorInfo *info)
{
  if (!pent_json_scanner_read_string (&self->json, self->text))
    return FALSE;
  for (int i = 0; i < PENT_N_TENSOR_TYPES; i++)
    if (strcmp (self->text->str, types[i].name) == 0)
      {
        info->type = i;
        return TRUE;
      }
  return fail (self, "its element type (dtype) is unknown");
}

static gboolean
read_shape (Parser *self, PentTensorInfo *info)
{
  guint64 size;

  pent_json_scanner_begin_array (&self->json);
  for (info->n_dims = 0; pent_json_scanner_next_element (&self->json); info->n_dims++)
    {
      if (info->n_dims == PENT_SAFETENSORS_MAX_RANK)
        return fail (self, "it has more than 8 dimensions");
      if (!pent_json_scanner_read_unsigned (&self->json, &size))
        return FALSE;
      if (size > G_MAXINT64)
        return fail (self, "one of its sizes is larger than any file");
      info->dim[info->n_dims] = size;
    }
  return !pent_json_scanner_failed (&self->json);
}

static gboolean
read_offsets (Parser *self, PentTensorInfo *info)
{
  guint64 range[2] = { 0 };
  int n = 0;

  pent_json_scanner_begin_array (&self->json);
  for (; pent_json_scanner_next_element (&self->json); n++)
    {
      if (n == 2)
        return fail (self, "its data_offsets are not two numbers");
      if (!pent_json_scanner_read_unsigned (&self->json, &range[n]))
        return FALSE;
    }
  if (n < 2)
    return fail (self, "its data_offsets are not two numbers");
  if (range[1] < range[0])
    return fail (self, "its data ends before it begins");
  if (range[1] > G_MAXSIZE)
    return fail (self, "its data lies beyond what this machine can address");
  info->offset = range[0];
  info->size = range[1] - range[0];
  return TRUE;
}

static gboolean
check_size (Parser *self, const PentTensorInfo *info)
{
  gsize size = types[info->type].size;

  for (int i = 0; i < info->n_dims; i++)
    if (!g_size_checked_mul (&size, size, (gsize) info->dim[i]))
      return fail (self, "its sizes multiply to more than any file holds");
  return size == info->size || fail (self, "its shape and its data_offsets disagree");
}

enum
{
  HAS_TYPE = 1,
  HAS_SHAPE = 2,
  HAS_OFFSETS = 4,
  HAS_ALL = 7,
};

static gboolean
read_field (Parser *self, PentTensorInfo *info, guint *found)
{
  const char *key = self->text->str;
  guint field = 0;

  if (strcmp (key, "dtype") == 0)
    field = HAS_TYPE;
  else if (strcmp (key, "shape") == 0)
    field = HAS_SHAPE;
  else if (strcmp (key, "data_offsets") == 0)
    field = HAS_OFFSETS;

  if (*found & field)
    return fail (self, "a field of it is given twice");
  *found |= field;
  switch (field)
    {
    case HAS_TYPE:
      return read_type (self, info);
    case HAS_SHAPE:
      return read_shape (self, info);
    case HAS_OFFSETS:
      return read_offsets (self, info);
    default:
      return pent_json_scanner_skip (&self->json, MAX_SKIPPED_DEPTH - 2);
    }
}

/* The tensor whose name was read last. */
static gboolean
read_tensor (Parser *self)
{
  GArray *tensors = self->header->tensors;
  PentTensorInfo info = { 0 };
  guint found = 0;

  if (tensors->len == PENT_SAFETENSORS_MAX_TENSORS)
    return fail (self, "it lists more than 65,536 tensors");
  info.name = g_string_chunk_insert_len (self->header->names, self->text->str, self->text->len);
  self->tensor = info.name;
  pent_json_scanner_begin_object (&self->json);
  while (next_member (self))
    if (!read_field (self, &info, &found))
      return FALSE;
  if (pent_json_scanner_failed (&self->json))
    return FALSE;
  if (found != HAS_ALL)
    return fail (self, "its dtype, shape or data_offsets are not given");
  if (!check_size (self, &info))
    return FALSE;
  g_array_append_val (tensors, info);
  self->tensor = NULL;
  return TRUE;
}

static gboolean
read_metadata (Parser *self)
{
  pent_json_scanner_begin_object (&self->json);
  while (pent_json_scanner_next_member (&self->json, NULL))
    if (pent_json_scanner_peek (&self->json) != PENT_JSON_STRING)
      return fail (self, "its __metadata__ holds something other than texts");
    else if (!pent_json_scanner_read_string (&self->json, NULL))
      return FALSE;
  return !pent_json_scanner_failed (&self->json);
}

static gboolean
read_header (Parser *self)
{
  gboolean metadata = FALSE;

  pent_json_scanner_begin_object (&self->json);
  while (next_member (self))
    {
      if (strcmp (self->text->str, "__metadata__") != 0)
        {
          if (!read_tensor (self))
            return FALSE;
          continue;
        }
      if (metadata)
        return fail (self, "it gives __metadata__ twice");
      metadata = TRUE;
      if (!read_metadata (self))
        return FALSE;
    }
  return pent_json_scanner_finish (&self->json);
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const PentTensorInfo *one = *(const PentTensorInfo *const *) a;
  const PentTensorInfo *two = *(const PentTensorInfo *const *) b;

  if (one->offset != two->offset)
    return one->offset < two->offset ? -1 : 1;
  return one->size < two->size ? -1 : one->size > two->size;
}

/* Sorted by their beginnings, empty ones first where several begin at one
 * place, the tensors must follow one another from the first byte to the last. */
static gboolean
check_coverage (Parser *self, gsize data_size)
{
  GArray *tensors = self->header->tensors;
  g_autofree const PentTensorInfo **order = g_new (const PentTensorInfo *, tensors->len + 1);
  gsize at = 0;

  for (guint i = 0; i < tensors->len; i++)
    order[i] = &g_array_index (tensors, PentTensorInfo, i);
  qsort (order, tensors->len, sizeof *order, compare_offsets);
  for (guint i = 0; i < tensors->len; i++)
    {
      self->tensor = order[i]->name;
      if (order[i]->offset < at)
        return fail (self, "its data overlaps another tensor's");
      if (order[i]->size > data_size || order[i]->offset > data_size - order[i]->size)
        return fail (self, "its data lies beyond the end of the file, which is cut short");
      if (order[i]->offset > at)
        return fail (self, "there is a hole before its data");
      at += order[i]->size;
    }
  self->tensor = NULL;
  return at == data_size || fail (self, "bytes follow the last tensor");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const PentTensorInfo *) a)->name, ((const PentTensorInfo *) b)->name);
}

static gboolean
sort_names (Parser *self)
{
  GArray *tensors = self->header->tensors;

  g_array_sort (tensors, compare_names);
  for (guint i = 1; i < tensors->len; i++)
    {
      const PentTensorInfo *pair = &g_array_index (tensors, PentTensorInfo, i - 1);
      self->tensor = pair->name;
      if (strcmp (pair[0].name, pair[1].name) == 0)
        return fail (self, "it is listed twice");
    }
  self->tensor = NULL;
  return TRUE;
}

/**
 * pent_safetensors_header_parse:
 * @json: the header's text
 * @length: its bytes; the caller has checked them against the file's size
 * @data_size: bytes in the file after the header
 *
 * Reads and checks a header: every limit above, each tensor's bytes equal to
 * its shape's, the data covered from end to end without overlap or hole. Time
 * and memory grow with @length, up to 65,536 tensors.
 *
 * Returns: (transfer full): the tensors, or %NULL with %PENT_ERROR_FILE; the
 *   message is a half sentence to follow the file's name
 */
PentSafetensorsHeader *
pent_safetensors_header_parse (const char *json, gsize length, gsize data_size, GError **error)
{
  g_autoptr (PentSafetensorsHeader) header = g_new0 (PentSafetensorsHeader, 1);
  g_autoptr (GString) text = g_string_new (NULL);
  Parser parser = { .text = text, .header = header };

  pent_json_scanner_init (&parser.json, json, length, PENT_SAFETENSORS_MAX_TENSORS);
  header->tensors = g_array_new (FALSE, FALSE, sizeof (PentTensorInfo));
  header->names = g_string_chunk_new (4096);
  if (read_header (&parser) && sort_names (&parser) && check_coverage (&parser, data_size))
    return g_steal_pointer (&header);

  if (parser.tensor != NULL)
    {
      g_autofree char *shown = g_strescape (parser.tensor, NULL);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "tensor '%.120s': %s", shown,
                   parser.json.problem);
    }
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "its header: %s", parser.json.problem);
  return NULL;
}
