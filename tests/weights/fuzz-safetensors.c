/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* A libFuzzer target: any header is refused or gives tensors that lie within
 * the file. The input's first two bytes say how many bytes follow the header. */

#include "pent-safetensors-header.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
check_tensor (const PentTensorInfo *info, gsize data_size)
{
  gsize bytes = pent_tensor_type_size (info->type);

  g_assert_cmpuint (info->offset, <=, data_size);
  g_assert_cmpuint (info->size, <=, data_size - info->offset);
  g_assert_cmpint (info->n_dims, <=, PENT_SAFETENSORS_MAX_RANK);
  for (int i = 0; i < info->n_dims; i++)
    g_assert_true (g_size_checked_mul (&bytes, bytes, info->dim[i]));
  g_assert_cmpuint (bytes, ==, info->size);
  g_assert_true (g_utf8_validate (info->name, -1, NULL));
  g_assert_cmpuint (strlen (info->name), <=, PENT_SAFETENSORS_MAX_NAME);
}

static void
check_header (const PentSafetensorsHeader *header, gsize data_size)
{
  gsize sum = 0;

  for (guint i = 0; i < header->tensors->len; i++)
    {
      const PentTensorInfo *info = &g_array_index (header->tensors, PentTensorInfo, i);

      check_tensor (info, data_size);
      sum += info->size;
      if (i > 0)
        g_assert_cmpint (strcmp (info[-1].name, info->name), <, 0);
    }
  g_assert_cmpuint (sum, ==, data_size);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (PentSafetensorsHeader) header = NULL;
  g_autoptr (GError) error = NULL;
  gsize data_size;

  if (size < 2)
    return 0;
  data_size = data[0] | data[1] << 8;
  header = pent_safetensors_header_parse ((const char *) data + 2, size - 2, data_size, &error);
  g_assert_true ((header == NULL) == (error != NULL));
  if (header != NULL)
    check_header (header, data_size);
  else
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  return 0;
}
