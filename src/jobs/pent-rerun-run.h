/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"
#include "pent-pipeline.h"
#include "pent-rerun.h"

G_BEGIN_DECLS

/**
 * PentRerunResult:
 * @before: the picture
 * @image: what was made again
 * @again: the same as a reader of a file of the picture's format would see it
 * @recipe: of what was made again
 * @comparison: of @before and @again
 * @reason: (nullable): why they are likely to differ, if they do
 *
 * A picture and what became of its recipe today.
 */
typedef struct
{
  PentImage     *before;
  PentImage     *image;
  PentImage     *again;
  PentRecipe    *recipe;
  PentComparison comparison;
  char          *reason;
} PentRerunResult;

void pent_rerun_result_free (PentRerunResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentRerunResult, pent_rerun_result_free)

PentRerunResult *pent_rerun_run (PentLibrary  *library,
                                 const char   *file,
                                 void        (*progress) (gpointer data, const PentProgress *progress),
                                 gpointer      data,
                                 GCancellable *cancellable,
                                 GError      **error);

G_END_DECLS
