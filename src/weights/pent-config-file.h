/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PentConfigFile:
 *
 * A small JSON file of a model's folder: a component's config.json, the
 * model_index.json or the index of its shards. Its getters check types and
 * ranges. The first thing wrong is kept, so that a reader can get all its
 * fields and ask once at the end.
 */
typedef struct _PentConfigFile PentConfigFile;

PentConfigFile *pent_config_file_open (const char *path, GError **error);
PentConfigFile *pent_config_file_parse (const char *path, const char *text, gsize length, GError **error);
void            pent_config_file_free (PentConfigFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentConfigFile, pent_config_file_free)

JsonObject *pent_config_file_get_object  (PentConfigFile *self);
gboolean    pent_config_file_enter       (PentConfigFile *self, const char *key);
gboolean    pent_config_file_has         (PentConfigFile *self, const char *key);
int         pent_config_file_get_int     (PentConfigFile *self, const char *key, int fallback,
                                          int low, int high);
double      pent_config_file_get_double  (PentConfigFile *self, const char *key, double fallback,
                                          double low, double high);
gboolean    pent_config_file_get_boolean (PentConfigFile *self, const char *key, gboolean fallback);
const char *pent_config_file_get_string  (PentConfigFile *self, const char *key, const char *fallback);
int         pent_config_file_get_ints    (PentConfigFile *self, const char *key, int *values, int n,
                                          int low, int high);
int         pent_config_file_get_strings (PentConfigFile *self, const char *key, const char **values, int n);
void        pent_config_file_fail        (PentConfigFile *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean    pent_config_file_finish      (PentConfigFile *self, GError **error);

G_END_DECLS
