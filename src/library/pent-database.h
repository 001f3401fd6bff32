/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * PentSchema:
 * @application_id: what SQLite's header calls it; tells ours from others
 * @what: what the database is, for messages: "library"
 * @steps: SQL that brings a database from version i to version i + 1
 * @version: how many steps there are: the version that this program writes
 */
typedef struct
{
  gint32             application_id;
  const char        *what;
  const char *const *steps;
  int                version;
} PentSchema;

/* A damaged database has an error of its own, since it can be made anew; all
 * others are of PENT_ERROR. */
#define PENT_DAMAGE_ERROR (pent_damage_error_quark ())
GQuark pent_damage_error_quark (void);

/**
 * PentDatabase:
 *
 * An SQLite database with a versioned schema: write-ahead log, foreign keys,
 * every commit durable, and its errors as sentences. For one thread at a time;
 * several programs may have it open.
 */
typedef struct _PentDatabase PentDatabase;

PentDatabase *pent_database_open         (const char *path, const PentSchema *schema, GError **error);
PentDatabase *pent_database_open_version (const char *path, const PentSchema *schema, int version, GError **error);
PentDatabase *pent_database_open_to_read (const char *path, const PentSchema *schema, int oldest, GError **error);
void          pent_database_close        (PentDatabase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentDatabase, pent_database_close)

const char *pent_database_get_path    (PentDatabase *self);
gboolean    pent_database_is_readonly (PentDatabase *self);

gboolean pent_database_begin       (PentDatabase *self, GError **error);
gboolean pent_database_commit      (PentDatabase *self, GError **error);
void     pent_database_rollback    (PentDatabase *self);
gboolean pent_database_set_durable (PentDatabase *self, gboolean durable, GError **error);
gboolean pent_database_check       (PentDatabase *self, GError **error);
gboolean pent_database_copy        (PentDatabase *self, const char *path, GError **error);
gint64   pent_database_last_id     (PentDatabase *self);
int      pent_database_n_changed   (PentDatabase *self);

/**
 * PentStatement:
 *
 * A statement with its values, on its way through its rows.
 */
typedef struct _PentStatement PentStatement;

/* @types says what follows, a letter a value: "i" gint64, "u" gint64 or
 * PENT_UNSET for NULL, "d" double, "v" double or PENT_UNSET for NULL, "t" text
 * or NULL, "f" a file's name or NULL. Texts must live as long as the statement. */
PentStatement *pent_statement_new  (PentDatabase *database, GError **error, const char *sql, const char *types, ...);
void           pent_statement_free (PentStatement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentStatement, pent_statement_free)

gboolean    pent_statement_next     (PentStatement *self, gboolean *row, GError **error);
gint64      pent_statement_get_int  (PentStatement *self, int column, gint64 fallback);
double      pent_statement_get_real (PentStatement *self, int column, double fallback);
const char *pent_statement_get_text (PentStatement *self, int column);

gboolean pent_database_do (PentDatabase *self, GError **error, const char *sql, const char *types, ...);
gboolean pent_database_ask_int (PentDatabase *self, gint64 *value, GError **error, const char *sql, const char *types,
                                ...);

G_END_DECLS
