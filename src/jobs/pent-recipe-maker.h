/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-pipeline.h"
#include "pent-recipe.h"

G_BEGIN_DECLS

/**
 * PentHashes:
 *
 * What a recipe names by content. Members are %NULL where there is no such
 * thing, or it is not known.
 */
typedef struct
{
  char *model;
  char *vae;
  char *source;
  char *mask;
} PentHashes;

void     pent_hashes_clear   (PentHashes *self);
gboolean pent_hashes_compute (PentHashes         *self,
                              const PentRequest  *request,
                              const char         *model_path,
                              GCancellable       *cancellable,
                              GError            **error);
void     pent_hashes_recall  (PentHashes *self, const PentRequest *request, const char *model_path);

PentRecipe *pent_make_recipe (const PentRequest *request,
                              const PentRunInfo *info,
                              const PentHashes  *hashes,
                              gint64             seed);

G_END_DECLS
