/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentMapping:
 *
 * A regular file mapped for reading, whole. If the file shrinks or its disk
 * fails while it is mapped, reading gives zeros in place of a SIGBUS and
 * pent_mapping_check() says so. Reference counted, immutable, thread-safe.
 */
typedef struct _PentMapping PentMapping;

PentMapping *pent_mapping_open  (const char *path, GError **error);
PentMapping *pent_mapping_ref   (PentMapping *self);
void         pent_mapping_unref (PentMapping *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentMapping, pent_mapping_unref)

const char   *pent_mapping_get_path (PentMapping *self);
const guint8 *pent_mapping_get_data (PentMapping *self);
gsize         pent_mapping_get_size (PentMapping *self);

gboolean pent_mapping_check   (PentMapping *self, GError **error);
void     pent_mapping_release (PentMapping *self, gsize offset, gsize size);

G_END_DECLS
