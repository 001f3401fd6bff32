/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PentHashCache:
 *
 * Hashes of files that were hashed before, each under the file's path, size,
 * time of change and inode. Kept in the user's cache folder between runs; a
 * cache that cannot be read or written only costs time.
 */
typedef struct _PentHashCache PentHashCache;

PentHashCache *pent_hash_cache_new  (void);
void           pent_hash_cache_free (PentHashCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentHashCache, pent_hash_cache_free)

char *pent_hash_cache_find_model (PentHashCache *self, const char *path);
char *pent_hash_cache_hash_model (PentHashCache *self,
                                  const char    *path,
                                  GCancellable  *cancellable,
                                  GError       **error);

G_END_DECLS
