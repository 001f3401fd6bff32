/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-file-kind.h"

#include <string.h>

#define CONVERT "which could run code when it is opened: convert it to safetensors"

static const struct
{
  const char *magic;
  gsize       length;
  const char *what;
} kinds[] = {
  { "PK\003\004", 4, "is a PyTorch checkpoint (a pickle in a zip), " CONVERT },
  { "\x80\002", 2, "is a PyTorch pickle, " CONVERT },
  { "\x80\003", 2, "is a PyTorch pickle, " CONVERT },
  { "\x80\004", 2, "is a PyTorch pickle, " CONVERT },
  { "\x80\005", 2, "is a PyTorch pickle, " CONVERT },
  { "GGUF", 4, "is a GGUF file, which is not supported yet: use the model's safetensors version" },
  { "ggml", 4, "is an old GGML file: use the model's safetensors version" },
  { "lmgg", 4, "is an old GGML file: use the model's safetensors version" },
  { "version https://git-lfs", 23,
    "is only a Git LFS pointer, the model itself was not downloaded: run 'git lfs pull'" },
  { "\x89HDF", 4, "is an HDF5 file, not safetensors: use the model's safetensors version" },
  { "\x89PNG", 4, "is a picture, not a model: choose a safetensors file" },
  { "\xff\xd8\xff", 3, "is a picture, not a model: choose a safetensors file" },
  { "\x1f\x8b", 2, "is a compressed archive: unpack it first" },
  { "7z\xbc\xaf", 4, "is a compressed archive: unpack it first" },
  { "Rar!", 4, "is a compressed archive: unpack it first" },
};

static gboolean
is_html (const guint8 *data, gsize size)
{
  static const char *const starts[] = { "<!doctype", "<html", "<head", "<?xml", "<body" };

  while (size > 0 && g_ascii_isspace (*data))
    {
      data++;
      size--;
    }
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      gsize length = strlen (starts[i]);
      if (size >= length && g_ascii_strncasecmp ((const char *) data, starts[i], length) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * pent_file_kind_describe:
 * @data: the file's first bytes; a few hundred are enough
 * @size: how many there are
 *
 * Recognises by their content the files that people take for safetensors.
 *
 * Returns: (nullable): what it is and what to do, to follow the file's name,
 *   or %NULL if it is nothing known
 */
const char *
pent_file_kind_describe (const guint8 *data, gsize size)
{
  size = MIN (size, 512);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (size >= kinds[i].length && memcmp (data, kinds[i].magic, kinds[i].length) == 0)
      return kinds[i].what;
  if (is_html (data, size))
    return "is a web page, most likely the download page or an error: download the file again";
  if (size > 0 && (data[0] == '{' || data[0] == '['))
    return "is a JSON text, not a model: choose a safetensors file";
  return NULL;
}
