/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-database.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

#include "pent-error.h"
#include "pent-request.h"

/* How long another program may hold the database before we give up. */
#define PATIENCE_MILLISECONDS 60000
#define RETRY_MICROSECONDS    10000

/* Bytes of one value */
#define MAX_TEXT (256 << 20)

G_DEFINE_QUARK (pent-damage-error-quark, pent_damage_error)

struct _PentDatabase
{
  sqlite3          *handle;
  sqlite3_stmt     *rollback; /* made beforehand, for when there is no memory */
  char             *path;
  char             *shown;   /* the path in UTF-8 */
  const PentSchema *schema;
};

struct _PentStatement
{
  PentDatabase *database;
  sqlite3_stmt *handle;
};

/* --- errors --- */

static gboolean
disk_is_full (PentDatabase *self, int code)
{
  int number = self->handle != NULL ? sqlite3_system_errno (self->handle) : 0;
  return code == SQLITE_FULL || (code == SQLITE_IOERR && (number == ENOSPC || number == EDQUOT));
}

/* One sentence for what SQLite says. */
static gboolean
set_error (PentDatabase *self, int extended, GError **error)
{
  int code = extended & 0xff;
  const char *words = self->handle != NULL ? sqlite3_errmsg (self->handle) : sqlite3_errstr (extended);

  if (code == SQLITE_NOMEM)
    g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, _("%s: there is no memory left: close other programs."),
                 self->shown);
  else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    g_set_error (error, PENT_DAMAGE_ERROR, 0,
                 _("%s is damaged: \"pentimento-cli history rebuild\" makes it anew from the pictures and the newest "
                 "snapshot beside it, and keeps the damaged one."), self->shown);
  else if (disk_is_full (self, code))
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s cannot be written: the disk is full: make room and try again."),
                 self->shown);
  else if (code == SQLITE_READONLY || code == SQLITE_PERM)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s cannot be changed: the file or its folder is read-only: make it writable."), self->shown);
  else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s is held by another program: try again when that is done."),
                 self->shown);
  else if (code == SQLITE_CANTOPEN)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s cannot be opened (%s): make its folder readable and writable."),
                 self->shown, words);
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s: %s: check the disk."), self->shown, words);
  return FALSE;
}

static gboolean
run (PentDatabase *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);
  return code == SQLITE_OK || set_error (self, sqlite3_extended_errcode (self->handle), error);
}

/* --- statements --- */

static int
bind (sqlite3_stmt *handle, int at, char type, va_list *values)
{
  gint64 whole;
  double real;
  const char *text;

  switch (type)
    {
    case 'i':
      return sqlite3_bind_int64 (handle, at, va_arg (*values, gint64));
    case 'u':
      whole = va_arg (*values, gint64);
      return whole == PENT_UNSET ? SQLITE_OK : sqlite3_bind_int64 (handle, at, whole);
    case 'd':
      return sqlite3_bind_double (handle, at, va_arg (*values, double));
    case 'v':
      real = va_arg (*values, double);
      return real == PENT_UNSET ? SQLITE_OK : sqlite3_bind_double (handle, at, real);
    case 't':
      text = va_arg (*values, const char *);
      return text == NULL ? SQLITE_OK : sqlite3_bind_text (handle, at, text, -1, SQLITE_STATIC);
    case 'f':
      text = va_arg (*values, const char *);
      return text == NULL ? SQLITE_OK : sqlite3_bind_blob (handle, at, text, strlen (text), SQLITE_STATIC);
    default:
      g_assert_not_reached ();
    }
}

static PentStatement *
new_statement (PentDatabase *database, const char *sql, const char *types, va_list *values, GError **error)
{
  g_autoptr (PentStatement) self = g_new0 (PentStatement, 1);
  self->database = database;
  int code = sqlite3_prepare_v2 (database->handle, sql, -1, &self->handle, NULL);
  for (int i = 0; code == SQLITE_OK && types[i] != '\0'; i++)
    code = bind (self->handle, i + 1, types[i], values);
  if (code == SQLITE_OK)
    return g_steal_pointer (&self);
  set_error (database, sqlite3_extended_errcode (database->handle), error);
  return NULL;
}

PentStatement *
pent_statement_new (PentDatabase *database, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  PentStatement *self = new_statement (database, sql, types, &values, error);
  va_end (values);
  return self;
}

void
pent_statement_free (PentStatement *self)
{
  sqlite3_finalize (self->handle);
  g_free (self);
}

/**
 * pent_statement_next:
 * @row: (out): whether there was one more row
 *
 * Returns: %FALSE with an error
 */
gboolean
pent_statement_next (PentStatement *self, gboolean *row, GError **error)
{
  int code = sqlite3_step (self->handle);
  *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE)
    return TRUE;
  return set_error (self->database, sqlite3_extended_errcode (self->database->handle), error);
}

gint64
pent_statement_get_int (PentStatement *self, int column, gint64 fallback)
{
  return sqlite3_column_type (self->handle, column) == SQLITE_INTEGER ? sqlite3_column_int64 (self->handle, column)
                                                                      : fallback;
}

double
pent_statement_get_real (PentStatement *self, int column, double fallback)
{
  int type = sqlite3_column_type (self->handle, column);
  return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double (self->handle, column) : fallback;
}

/**
 * pent_statement_get_text:
 *
 * Returns: (nullable): a text, or a file's name, until the next row
 */
const char *
pent_statement_get_text (PentStatement *self, int column)
{
  return (const char *) sqlite3_column_text (self->handle, column);
}

/**
 * pent_database_do:
 *
 * Runs one statement with its values to its end.
 *
 * Returns: %FALSE with an error
 */
gboolean
pent_database_do (PentDatabase *self, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  g_autoptr (PentStatement) statement = new_statement (self, sql, types, &values, error);
  va_end (values);

  gboolean row = statement != NULL;
  while (row)
    if (!pent_statement_next (statement, &row, error))
      return FALSE;
  return statement != NULL;
}

/**
 * pent_database_ask_int:
 * @value: (out): the first column of the first row; stays as it is where there
 *   is no row, or it holds no whole number
 *
 * Returns: %FALSE with an error
 */
gboolean
pent_database_ask_int (PentDatabase *self, gint64 *value, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  g_autoptr (PentStatement) statement = new_statement (self, sql, types, &values, error);
  va_end (values);

  gboolean row;
  if (statement == NULL || !pent_statement_next (statement, &row, error))
    return FALSE;
  if (row)
    *value = pent_statement_get_int (statement, 0, *value);
  return TRUE;
}

/* --- transactions --- */

/**
 * pent_database_begin:
 *
 * Starts a transaction that writes, and waits for other programs first. What is
 * left of one that could not even be rolled back goes.
 */
gboolean
pent_database_begin (PentDatabase *self, GError **error)
{
  pent_database_rollback (self);
  return run (self, "BEGIN IMMEDIATE", error);
}

gboolean
pent_database_commit (PentDatabase *self, GError **error)
{
  if (run (self, "COMMIT", error))
    return TRUE;
  pent_database_rollback (self);
  return FALSE;
}

void
pent_database_rollback (PentDatabase *self)
{
  if (sqlite3_get_autocommit (self->handle))
    return;
  sqlite3_step (self->rollback);
  sqlite3_reset (self->rollback);
}

/**
 * pent_database_set_durable:
 *
 * Whether a commit waits for the disk, as it does unless this says otherwise.
 * Without, it survives the program's death, but a power cut may undo it. Not
 * inside a transaction.
 */
gboolean
pent_database_set_durable (PentDatabase *self, gboolean durable, GError **error)
{
  pent_database_rollback (self);
  return run (self, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error);
}

gint64
pent_database_last_id (PentDatabase *self)
{
  return sqlite3_last_insert_rowid (self->handle);
}

int
pent_database_n_changed (PentDatabase *self)
{
  return sqlite3_changes (self->handle);
}

/* --- opening --- */

static gboolean
get_pragma (PentDatabase *self, const char *name, gint64 *value, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA %s", name);
  *value = 0;
  return pent_database_ask_int (self, value, error, sql, "");
}

static gboolean
set_pragma (PentDatabase *self, const char *name, gint64 value, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA %s = %" G_GINT64_FORMAT, name, value);
  return run (self, sql, error);
}

/* All of one moment: another program may just be making the database. */
static gboolean
read_identity (PentDatabase *self, gint64 *version, gint64 *id, gint64 *n_tables, GError **error)
{
  gboolean alone = sqlite3_get_autocommit (self->handle);
  if (alone && !run (self, "BEGIN", error))
    return FALSE;
  gboolean ok = get_pragma (self, "user_version", version, error) && get_pragma (self, "application_id", id, error) &&
                pent_database_ask_int (self, n_tables, error, "SELECT count (*) FROM sqlite_master", "");
  if (alone)
    pent_database_rollback (self);
  return ok;
}

/* That the file is ours, and not from the future. */
static gboolean
check_identity (PentDatabase *self, gint64 *version, GError **error)
{
  gint64 id, n_tables = 0;
  if (!read_identity (self, version, &id, &n_tables, error))
    return FALSE;
  if ((n_tables > 0 || id != 0) && (id != self->schema->application_id || *version < 1))
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s is not a %s of Pentimento: move it away."), self->shown,
                 self->schema->what);
  else if (*version > self->schema->version)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 _("%s was written by a newer Pentimento (version %d of the %s, and this program knows 1 to %d): use "
                   "that one."), self->shown, (int) *version, self->schema->what, self->schema->version);
  else
    return TRUE;
  return FALSE;
}

/* In one transaction, so that a kill leaves the old version. Whoever was first
 * has done it for the others. */
static gboolean
migrate (PentDatabase *self, int target, GError **error)
{
  gint64 version;
  if (!pent_database_begin (self, error))
    return FALSE;
  if (!check_identity (self, &version, error))
    goto failed;
  for (int i = version; i < target; i++)
    if (!run (self, self->schema->steps[i], error))
      goto failed;
  if (version < target && (!set_pragma (self, "application_id", self->schema->application_id, error) ||
                           !set_pragma (self, "user_version", target, error)))
    goto failed;
  return pent_database_commit (self, error);

failed:
  pent_database_rollback (self);
  return FALSE;
}

/* A database may come from anywhere, like a picture: it cannot be written past
 * SQL, and a text is never longer than a picture's metadata can be. */
static void
harden (PentDatabase *self)
{
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_limit (self->handle, SQLITE_LIMIT_LENGTH, MAX_TEXT);
  sqlite3_limit (self->handle, SQLITE_LIMIT_ATTACHED, 0);
}

/* What the schema says may run no function that has effects. Versions that kept
 * their words by triggers cannot be used so. */
static void
distrust_schema (PentDatabase *self)
{
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
}

static PentDatabase *
open_handle (const char *path, const PentSchema *schema, int flags, GError **error)
{
  g_autoptr (PentDatabase) self = g_new0 (PentDatabase, 1);
  self->path = g_strdup (path);
  self->shown = g_filename_display_name (path);
  self->schema = schema;

  int code = sqlite3_open_v2 (path, &self->handle, flags | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  if (code != SQLITE_OK)
    {
      set_error (self, code, error);
      return NULL;
    }
  sqlite3_busy_timeout (self->handle, PATIENCE_MILLISECONDS);
  harden (self);
  if (!run (self, "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON", error))
    return NULL;
  code = sqlite3_prepare_v2 (self->handle, "ROLLBACK", -1, &self->rollback, NULL);
  if (code != SQLITE_OK)
    {
      set_error (self, code, error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* SQLite does not wait by itself where two open a new database at once, or one
 * opens it while another closes it. */
static gboolean
choose_log (PentDatabase *self, GError **error)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_MILLISECONDS * G_TIME_SPAN_MILLISECOND;
  for (;;)
    {
      int code = sqlite3_exec (self->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
      gboolean busy = (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
      if (code == SQLITE_OK)
        return TRUE;
      if (!busy || g_get_monotonic_time () > end)
        return set_error (self, sqlite3_extended_errcode (self->handle), error);
      g_usleep (RETRY_MICROSECONDS);
    }
}

/**
 * pent_database_open_version:
 * @version: what to bring the database to, 1 to the schema's own version
 *
 * As pent_database_open(), to an older version: for tests of what came later.
 */
PentDatabase *
pent_database_open_version (const char *path, const PentSchema *schema, int version, GError **error)
{
  gint64 found;
  g_autoptr (PentDatabase) self = open_handle (path, schema, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  if (self == NULL || !check_identity (self, &found, error) || !choose_log (self, error) ||
      !run (self, "PRAGMA synchronous = FULL", error))
    return NULL;
  if (found < version && !migrate (self, version, error))
    return NULL;
  if (version == schema->version)
    distrust_schema (self);
  return g_steal_pointer (&self);
}

/**
 * pent_database_open:
 * @path: a file, made where it does not exist; its folder must
 * @schema: must outlive the database
 *
 * Brings an older database to the schema's version, in one transaction.
 *
 * Returns: (transfer full): the database; %NULL with %PENT_ERROR_FILE or
 *   %PENT_ERROR_MEMORY and a sentence: it is damaged, of a newer version, not
 *   ours, held, or cannot be written
 */
PentDatabase *
pent_database_open (const char *path, const PentSchema *schema, GError **error)
{
  return pent_database_open_version (path, schema, schema->version, error);
}

/**
 * pent_database_open_to_read:
 *
 * @oldest: the oldest version that will do
 *
 * Opens a database without changing anything, also where file or folder are
 * read-only.
 *
 * Returns: (transfer full): the database; %NULL with an error
 */
PentDatabase *
pent_database_open_to_read (const char *path, const PentSchema *schema, int oldest, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *fixed = g_strconcat ("file:", escaped, "?immutable=1", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  gint64 version;

  g_autoptr (PentDatabase) self = open_handle (path, schema, SQLITE_OPEN_READONLY, error);
  g_autoptr (GError) problem = NULL;
  if (self != NULL && !check_identity (self, &version, &problem))
    {
      /* The index of the log cannot be made in a read-only folder; where
       * nobody has left a log, it is not needed either. */
      gboolean has_log = g_file_test (log, G_FILE_TEST_EXISTS);
      g_clear_pointer (&self, pent_database_close);
      if (has_log)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      self = open_handle (fixed, schema, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error);
      if (self != NULL && !check_identity (self, &version, error))
        return NULL;
    }
  if (self == NULL)
    return NULL;
  if (version < oldest)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("%s is of version %d and cannot be brought to %d, for it or its folder is read-only: make it "
                     "writable."), self->shown, (int) version, schema->version);
      return NULL;
    }
  distrust_schema (self);
  return g_steal_pointer (&self);
}

void
pent_database_close (PentDatabase *self)
{
  sqlite3_finalize (self->rollback);
  sqlite3_close_v2 (self->handle);
  g_free (self->path);
  g_free (self->shown);
  g_free (self);
}

const char *
pent_database_get_path (PentDatabase *self)
{
  return self->path;
}

gboolean
pent_database_is_readonly (PentDatabase *self)
{
  return sqlite3_db_readonly (self->handle, "main") == 1;
}

/* --- the whole file --- */

/**
 * pent_database_check:
 *
 * Reads the whole database and looks for damage.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where there is any
 */
gboolean
pent_database_check (PentDatabase *self, GError **error)
{
  gboolean row;
  g_autoptr (PentStatement) statement = pent_statement_new (self, error, "PRAGMA quick_check(1)", "");
  if (statement == NULL || !pent_statement_next (statement, &row, error))
    return FALSE;
  if (row && g_strcmp0 (pent_statement_get_text (statement, 0), "ok") == 0)
    return TRUE;
  return set_error (self, SQLITE_CORRUPT, error);
}

/**
 * pent_database_copy:
 * @path: the copy's name; a file of that name is written over
 *
 * Copies the database as it is at one moment, without stopping other programs.
 */
gboolean
pent_database_copy (PentDatabase *self, const char *path, GError **error)
{
  g_autoptr (PentDatabase) copy = open_handle (path, self->schema, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
  if (copy == NULL)
    return FALSE;
  sqlite3_backup *backup = sqlite3_backup_init (copy->handle, "main", self->handle, "main");
  int code = backup != NULL ? sqlite3_backup_step (backup, -1) : SQLITE_ERROR;
  sqlite3_backup_finish (backup);
  return code == SQLITE_DONE || set_error (copy, sqlite3_extended_errcode (copy->handle), error);
}
