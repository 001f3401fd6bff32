/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-safetensors.h"

G_BEGIN_DECLS

/**
 * PentTensorEntry:
 * @name: diffusers' name within the component, without any prefix
 * @file: where it lies
 * @info: what it is there, with the name it has in the file
 * @needed: whether the model reads it
 */
typedef struct
{
  const char           *name;
  PentSafetensors      *file;
  const PentTensorInfo *info;
  gboolean              needed;
} PentTensorEntry;

/**
 * PentTensorTable:
 *
 * One component's tensors by diffusers' names, whatever names and however many
 * files they come from. Filled by pent_tensor_table_add(), then sorted once,
 * then only read.
 */
typedef struct _PentTensorTable PentTensorTable;

PentTensorTable *pent_tensor_table_new  (void);
void             pent_tensor_table_free (PentTensorTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTensorTable, pent_tensor_table_free)

void  pent_tensor_table_add  (PentTensorTable      *self,
                              const char           *name,
                              PentSafetensors      *file,
                              const PentTensorInfo *info);
guint pent_tensor_table_sort (PentTensorTable *self);

guint            pent_tensor_table_get_n     (const PentTensorTable *self);
PentTensorEntry *pent_tensor_table_get       (const PentTensorTable *self, guint index);
PentTensorEntry *pent_tensor_table_find      (const PentTensorTable *self, const char *name);
PentTensorEntry *pent_tensor_table_findf     (const PentTensorTable *self, const char *format, ...)
                                              G_GNUC_PRINTF (2, 3);
gboolean         pent_tensor_table_has_prefixf (const PentTensorTable *self, const char *format, ...)
                                              G_GNUC_PRINTF (2, 3);
int              pent_tensor_table_count     (const PentTensorTable *self,
                                              const char            *prefix,
                                              const char            *suffix,
                                              int                    limit);
gint64           pent_tensor_table_dim       (const PentTensorTable *self, const char *name, int axis);

guint      pent_tensor_table_get_n_files (const PentTensorTable *self);
PentSafetensors *pent_tensor_table_get_file (const PentTensorTable *self, guint index);

G_END_DECLS
