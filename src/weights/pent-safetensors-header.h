/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file, after https://github.com/huggingface/safetensors:
 *
 * 1. u64, little-endian: bytes of the header
 * 2. the header: a JSON object, trailing white space allowed; each member is
 *    "name": {"dtype": "F16", "shape": [2, 3], "data_offsets": [begin, end]}
 *    with offsets from the header's end, or "__metadata__": {text: text}
 * 3. the data, every byte of it in exactly one tensor
 */

#define PENT_SAFETENSORS_MAX_HEADER  100000000
#define PENT_SAFETENSORS_MAX_TENSORS 65536
#define PENT_SAFETENSORS_MAX_NAME    512
#define PENT_SAFETENSORS_MAX_RANK    8

typedef enum
{
  PENT_TENSOR_BOOL,
  PENT_TENSOR_U8,
  PENT_TENSOR_I8,
  PENT_TENSOR_F8_E4M3,
  PENT_TENSOR_F8_E5M2,
  PENT_TENSOR_I16,
  PENT_TENSOR_U16,
  PENT_TENSOR_F16,
  PENT_TENSOR_BF16,
  PENT_TENSOR_I32,
  PENT_TENSOR_U32,
  PENT_TENSOR_F32,
  PENT_TENSOR_F64,
  PENT_TENSOR_I64,
  PENT_TENSOR_U64,
  PENT_N_TENSOR_TYPES,
} PentTensorType;

/**
 * PentTensorInfo:
 * @name: UTF-8, at most 512 bytes; owned by the header
 * @n_dims: 0 to 8
 * @dim: sizes, outermost first; any may be 0
 * @offset: first byte, counted from the end of the file's header
 * @size: bytes, the product of the sizes times the element's
 */
typedef struct
{
  const char    *name;
  PentTensorType type;
  int            n_dims;
  gint64         dim[PENT_SAFETENSORS_MAX_RANK];
  gsize          offset;
  gsize          size;
} PentTensorInfo;

/**
 * PentSafetensorsHeader:
 * @tensors: (element-type PentTensorInfo): sorted by name, no name twice
 * @names: where the names are kept
 */
typedef struct
{
  GArray       *tensors;
  GStringChunk *names;
} PentSafetensorsHeader;

PentSafetensorsHeader *pent_safetensors_header_parse (const char *json,
                                                      gsize       length,
                                                      gsize       data_size,
                                                      GError    **error);
void                   pent_safetensors_header_free  (PentSafetensorsHeader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentSafetensorsHeader, pent_safetensors_header_free)

const char *pent_tensor_type_name (PentTensorType type);
gsize       pent_tensor_type_size (PentTensorType type);

G_END_DECLS
