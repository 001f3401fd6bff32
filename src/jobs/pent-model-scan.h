/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-family.h"

G_BEGIN_DECLS

/**
 * PentScannedModel:
 * @path: of a file or folder
 * @name: as its maker calls it: "org/repo" in a Hugging Face cache, else the
 *   file's or folder's own
 * @family: of what is in it
 * @bytes: size on the disk
 * @usable: whether pictures can be painted with it
 * @native_side: of the pictures it paints best, pixels; 0: not known
 * @reason: (nullable): why it cannot be used, in a sentence
 *
 * A file or folder that is, or looks like, a model.
 */
typedef struct
{
  char           *path;
  char           *name;
  PentFamilyFacts family;
  guint64         bytes;
  gboolean        usable;
  int             native_side;
  char           *reason;
} PentScannedModel;

void pent_scanned_model_free (PentScannedModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentScannedModel, pent_scanned_model_free)

PentScannedModel *pent_model_look (const char *path);

/* Takes the model. */
typedef void (*PentModelVisit) (gpointer data, PentScannedModel *model);

gboolean pent_model_scan (const char *folder, PentModelVisit visit, gpointer data, GCancellable *cancellable,
                          GError **error);

G_END_DECLS
