/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentZipWriter:
 *
 * A zip archive being made, in memory. Equal entries give equal bytes: they
 * bear no time.
 */
typedef struct _PentZipWriter PentZipWriter;

PentZipWriter *pent_zip_writer_new    (GError **error);
void           pent_zip_writer_free   (PentZipWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentZipWriter, pent_zip_writer_free)

gboolean       pent_zip_writer_add    (PentZipWriter *self, const char *name, GBytes *contents, GError **error);
GBytes        *pent_zip_writer_finish (PentZipWriter *self, GError **error);

/**
 * PentZip:
 *
 * An archive being read.
 */
typedef struct _PentZip PentZip;

PentZip *pent_zip_open (GBytes *archive, GError **error);
void     pent_zip_free (PentZip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentZip, pent_zip_free)

GBytes  *pent_zip_read (PentZip *self, const char *name, gsize max_size, GError **error);

G_END_DECLS
