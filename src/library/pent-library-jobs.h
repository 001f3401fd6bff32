/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"

G_BEGIN_DECLS

/**
 * PentLibraryJob:
 * @id: the moment it was asked for, microseconds since 1970, and nobody else's
 * @lane: the smaller runs first
 * @n_done: pictures that are stored already
 * @request: JSON
 * @source: (nullable): what is painted on
 * @mask: (nullable): likewise
 *
 * What waits to be painted, as it is kept from one start to the next.
 */
typedef struct
{
  gint64     id;
  int        lane;
  int        n_done;
  char      *request;
  PentImage *source;
  PentImage *mask;
} PentLibraryJob;

void pent_library_job_free (PentLibraryJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentLibraryJob, pent_library_job_free)

gboolean   pent_library_keep_job   (PentLibrary *self, const PentLibraryJob *job, GError **error);
gboolean   pent_library_set_done   (PentLibrary *self, gint64 id, int n_done, GError **error);
gboolean   pent_library_order_jobs (PentLibrary *self, const gint64 *ids, guint n, GError **error);
gboolean   pent_library_drop_job   (PentLibrary *self, gint64 id, GError **error);
GPtrArray *pent_library_take_jobs  (PentLibrary *self, GError **error);

G_END_DECLS
