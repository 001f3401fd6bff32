/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-family.h"

G_BEGIN_DECLS

/**
 * PentInspectedPart:
 * @present: whether the model has it
 * @source: (nullable): the file or folder it comes from, in UTF-8
 * @n_tensors: all its tensors, used or not
 * @parameters: their elements
 * @bytes: their size in the file
 * @precision: their element types, the most common first, as "F16, F32"
 */
typedef struct
{
  gboolean present;
  char    *source;
  guint    n_tensors;
  guint64  parameters;
  guint64  bytes;
  char    *precision;
} PentInspectedPart;

/**
 * PentInspection:
 * @usable: whether the model can be opened
 * @has_configs: whether all sizes are known
 * @native_size: side in pixels of the pictures it was made for, if
 *   @has_configs
 * @n_extra: tensors that the model does not read
 * @missing: parts it lacks, in a word or two
 * @problems: what is wrong, in sentences, the gravest first; empty if @usable
 * @notes: what else is worth knowing
 *
 * What `pentimento-cli inspect` says of a model.
 */
typedef struct
{
  char             *path;
  char             *name;
  gboolean          is_folder;
  PentFamilyFacts   family;
  PentInspectedPart parts[PENT_N_COMPONENTS];
  PentInspectedPart whole;
  gboolean          usable;
  gboolean          has_configs;
  int               native_size;
  PentClipConfig    clip;
  PentUnetConfig    unet;
  PentVaeConfig     vae;
  PentNoiseConfig   noise;
  char             *tokenizer_dir;
  guint             n_extra;
  GPtrArray        *missing;
  GPtrArray        *problems;
  GPtrArray        *notes;
} PentInspection;

PentInspection *pent_inspect         (const char *path, GError **error);
void            pent_inspection_free (PentInspection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentInspection, pent_inspection_free)

char *pent_inspection_to_json (const PentInspection *self);
char *pent_inspection_to_text (const PentInspection *self);

G_END_DECLS
