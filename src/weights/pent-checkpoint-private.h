/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-family.h"
#include "pent-tensor-check.h"

G_BEGIN_DECLS

/**
 * PentPart:
 * @table: (nullable): the tensors, or %NULL if the model lacks the component
 * @source: the file or folder they come from
 */
typedef struct
{
  PentTensorTable *table;
  char            *source;
} PentPart;

struct _PentCheckpoint
{
  gatomicrefcount ref_count;
  char           *path;
  char           *name;
  char           *shown; /* the path in UTF-8, for messages */
  gboolean        is_folder;
  PentFamilyFacts family;
  char           *class_name; /* of a folder's pipeline, or NULL */

  PentPart        parts[PENT_N_COMPONENTS];
  PentClipConfig  clip;
  PentUnetConfig  unet;
  PentVaeConfig   vae;
  PentPreviewDecoderConfig preview_decoder;
  PentNoiseConfig noise;
  char           *tokenizer_dir;

  PentSafetensors *file;        /* of a single-file model */
  guint           n_unknown;    /* tensors of the file that belong to no component */
  const char     *first_unknown; /* (nullable): the first of them; of @file */

  GPtrArray      *missing;  /* (element-type utf8): parts in a word or two */
  GPtrArray      *problems; /* (element-type utf8): whole sentences, the gravest first */
};

/* Reads what can be read of a model; what is wrong with it is put into
 * problems. Fails only for a path at which there is nothing to read. */
PentCheckpoint *pent_checkpoint_load (const char *path, const char *vae_path, GError **error);

/* Makes a table of the tensors of the VAE at @path and reads its sizes. */
gboolean pent_vae_source_read (PentPart *part, PentVaeConfig *config, const char *path, GError **error);

void     pent_part_clear      (PentPart *part);
gboolean pent_part_read_files (PentPart *part, PentComponent component, const char *folder, GError **error);
gboolean pent_part_check_vae  (PentPart *part, const PentVaeConfig *config, GError **error);
gboolean pent_part_report     (PentPart *part, PentTensorCheck *check, const char *what, GError **error);

const char *pent_component_name (PentComponent component);

G_END_DECLS
