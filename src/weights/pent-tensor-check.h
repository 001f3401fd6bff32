/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-tensor-table.h"

G_BEGIN_DECLS

/**
 * PentTensorCheck:
 * @table: the tensors a component has; those expected become needed
 * @n_needed: tensors that were expected
 * @n_missing: how many of them are not there
 * @first_missing: (nullable): the first of these, by diffusers' name
 * @problem: (nullable): the first with a wrong shape or element type, in words
 *   to follow the file's name
 *
 * Holds a component's tensors against those that its sizes call for.
 */
typedef struct
{
  PentTensorTable *table;
  guint            n_needed;
  guint            n_missing;
  char            *first_missing;
  char            *problem;
} PentTensorCheck;

void pent_tensor_check_clear (PentTensorCheck *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PentTensorCheck, pent_tensor_check_clear)

void pent_expect_matrix (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in);
void pent_expect_linear (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in);
void pent_expect_conv   (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in,
                         gint64 side);
void pent_expect_filter (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in,
                         gint64 side);
void pent_expect_norm   (PentTensorCheck *self, const char *prefix, const char *name, gint64 channels);

gboolean pent_tensor_is_readable (const PentTensorInfo *info, PentDtype *dtype);

G_END_DECLS
