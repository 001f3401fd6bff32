/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"
#include "pent-pipeline.h"
#include "pent-rerun.h"

G_BEGIN_DECLS

/**
 * PentRerunOrder:
 * @file: the picture that is to be made again, from the recipe stored in it
 * @model: (nullable): path of the model; found by its hash otherwise
 * @vae: (nullable): likewise of the VAE, where another one was used
 * @init: (nullable): the picture it was painted from; likewise
 * @mask: (nullable): likewise the mask
 * @device: (nullable): another device than the picture's; if it is not there
 *   that is an error
 * @names_options: errors say which option of the command line helps
 * @progress: (nullable): called in the thread of the run
 *
 * What is to be made again, and what is known of it beyond its recipe.
 */
typedef struct
{
  const char *file;
  const char *model, *vae;
  const char *init, *mask;
  const char *device;
  gboolean    names_options;
  void      (*progress) (gpointer data, const PentProgress *progress);
  gpointer    data;
} PentRerunOrder;

/**
 * PentRerunResult:
 * @before: the picture
 * @image: what was made again
 * @again: the same as a reader of a file of the picture's format would see it
 * @recipe: of what was made again
 * @comparison: of @before and @again
 * @reason: (nullable): why they are likely to differ, if they do
 * @warning: (nullable): why less is known of that than could be
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
  char          *warning;
} PentRerunResult;

void pent_rerun_result_free (PentRerunResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentRerunResult, pent_rerun_result_free)

PentRerunResult *pent_rerun_run (PentLibrary *library, const PentRerunOrder *order, GCancellable *cancellable,
                                 GError **error);

G_END_DECLS
