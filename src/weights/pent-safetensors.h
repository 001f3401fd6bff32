/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-safetensors-header.h"
#include "pent-weight.h"

G_BEGIN_DECLS

/**
 * PentSafetensors:
 *
 * A safetensors file, mapped and checked whole when it is opened. Its tensors
 * are read where they lie. Reference counted, immutable, thread-safe.
 */
typedef struct _PentSafetensors PentSafetensors;

PentSafetensors *pent_safetensors_open  (const char *path, GError **error);
PentSafetensors *pent_safetensors_ref   (PentSafetensors *self);
void             pent_safetensors_unref (PentSafetensors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentSafetensors, pent_safetensors_unref)

const char           *pent_safetensors_get_path      (PentSafetensors *self);
guint64               pent_safetensors_get_file_size (PentSafetensors *self);
guint                 pent_safetensors_get_n_tensors (PentSafetensors *self);
const PentTensorInfo *pent_safetensors_get_tensor    (PentSafetensors *self, guint index);
const PentTensorInfo *pent_safetensors_find          (PentSafetensors *self, const char *name);
gboolean              pent_safetensors_has_prefix    (PentSafetensors *self, const char *prefix);

const void *pent_safetensors_get_data (PentSafetensors *self, const PentTensorInfo *tensor);

gboolean pent_safetensors_check   (PentSafetensors *self, GError **error);
void     pent_safetensors_release (PentSafetensors *self, const PentTensorInfo *tensor);

G_END_DECLS
