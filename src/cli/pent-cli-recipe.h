/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-pipeline.h"
#include "pent-recipe.h"

G_BEGIN_DECLS

/**
 * PentCliHashes:
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
} PentCliHashes;

void     pent_cli_hashes_clear   (PentCliHashes *self);
gboolean pent_cli_hashes_compute (PentCliHashes      *self,
                                  const PentRequest  *request,
                                  const char         *model_path,
                                  GCancellable       *cancellable,
                                  GError            **error);
void     pent_cli_hashes_recall  (PentCliHashes *self, const PentRequest *request, const char *model_path);

PentRecipe *pent_cli_make_recipe (const PentRequest   *request,
                                  const PentRunInfo   *info,
                                  const PentCliHashes *hashes,
                                  gint64               seed);

G_END_DECLS
