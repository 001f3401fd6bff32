/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's tables, as the steps that made them. A step that was released
 * is never changed: a database of any age is brought forward by the rest. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-library-schema.h"

#define APPLICATION_ID 0x50454e54   /* "PENT" */

/* pictures.file is relative to the folder of the pictures where it lies in it,
 * else absolute. Times are milliseconds since 1970, UTC. A picture keeps the
 * number that it got in arriving before its file was written; what is left
 * there by a program that died is looked after when the library is opened. */
static const char first[] =
  "CREATE TABLE arriving ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  file BLOB,"
  "  hash TEXT);"
  "CREATE TABLE pictures ("
  "  id INTEGER PRIMARY KEY,"
  "  file BLOB NOT NULL UNIQUE,"
  "  created INTEGER NOT NULL,"
  "  width INTEGER NOT NULL,"
  "  height INTEGER NOT NULL,"
  "  hash TEXT NOT NULL,"          /* of the pixels, see pent_image_hash() */
  "  origin TEXT,"                 /* whose recipe it is; NULL without one */
  "  recipe TEXT,"                 /* ours, in one line */
  "  recipe_hash TEXT,"
  "  seed INTEGER,"
  "  prompt TEXT,"
  "  negative TEXT,"
  "  model TEXT,"
  "  model_hash TEXT,"
  "  parent INTEGER REFERENCES pictures (id) ON DELETE SET NULL,"
  "  parent_hash TEXT,"            /* of the pixels it was painted from */
  "  favourite INTEGER NOT NULL DEFAULT 0,"
  "  deleted INTEGER);"            /* when; NULL: it is not */
  "CREATE INDEX pictures_shown ON pictures (created DESC, id DESC) WHERE deleted IS NULL;"
  "CREATE INDEX pictures_favourite ON pictures (created DESC, id DESC) WHERE deleted IS NULL AND favourite;"
  "CREATE INDEX pictures_deleted ON pictures (deleted) WHERE deleted IS NOT NULL;"
  "CREATE INDEX pictures_hash ON pictures (hash);"
  "CREATE INDEX pictures_recipe ON pictures (recipe_hash);"
  "CREATE INDEX pictures_parent ON pictures (parent);"
  "CREATE INDEX pictures_orphans ON pictures (parent_hash) WHERE parent IS NULL;"
  "CREATE VIRTUAL TABLE pictures_text USING fts5 (prompt, negative, model,"
  "  content = 'pictures', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');"
  "CREATE TRIGGER pictures_added AFTER INSERT ON pictures BEGIN"
  "  INSERT INTO pictures_text (rowid, prompt, negative, model) VALUES (new.id, new.prompt, new.negative, new.model);"
  "END;"
  "CREATE TRIGGER pictures_removed AFTER DELETE ON pictures BEGIN"
  "  INSERT INTO pictures_text (pictures_text, rowid, prompt, negative, model)"
  "  VALUES ('delete', old.id, old.prompt, old.negative, old.model);"
  "END;"
  "CREATE TRIGGER pictures_changed AFTER UPDATE OF prompt, negative, model ON pictures BEGIN"
  "  INSERT INTO pictures_text (pictures_text, rowid, prompt, negative, model)"
  "  VALUES ('delete', old.id, old.prompt, old.negative, old.model);"
  "  INSERT INTO pictures_text (rowid, prompt, negative, model) VALUES (new.id, new.prompt, new.negative, new.model);"
  "END;";

/* Where models lay when they were used, for running a picture again, and how
 * long pictures took. */
static const char second[] =
  "CREATE TABLE models ("
  "  hash TEXT NOT NULL,"
  "  path BLOB NOT NULL,"
  "  used INTEGER NOT NULL,"
  "  PRIMARY KEY (hash, path)) WITHOUT ROWID;"
  "ALTER TABLE pictures ADD COLUMN device TEXT;"
  "ALTER TABLE pictures ADD COLUMN seconds_wait REAL;"
  "ALTER TABLE pictures ADD COLUMN seconds_load REAL;"
  "ALTER TABLE pictures ADD COLUMN seconds_text REAL;"
  "ALTER TABLE pictures ADD COLUMN seconds_steps REAL;"
  "ALTER TABLE pictures ADD COLUMN seconds_decode REAL;"
  "ALTER TABLE pictures ADD COLUMN seconds_total REAL;";

/* Prompt templates; a version that was used is never written over. */
static const char third[] =
  "CREATE TABLE templates ("
  "  name TEXT NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  text TEXT NOT NULL,"
  "  created INTEGER NOT NULL,"
  "  PRIMARY KEY (name, version)) WITHOUT ROWID;";

/* What waits to be painted. A job's number is the moment it was asked for, in
 * microseconds since 1970; whoever has it holds the lock of that number. */
static const char fourth[] =
  "CREATE TABLE jobs ("
  "  id INTEGER PRIMARY KEY,"
  "  lane INTEGER NOT NULL,"
  "  place INTEGER NOT NULL,"      /* jobs of one queue run in this order */
  "  done INTEGER NOT NULL,"       /* pictures of it */
  "  request TEXT NOT NULL,"       /* JSON; its pictures lie in the folder "waiting" */
  "  source_hash TEXT,"
  "  mask_hash TEXT);";

/* The program itself keeps the words in step with the pictures, see
 * pent-library-store.c: so what the schema says may be distrusted. The index
 * has all that the figures are made of. */
static const char fifth[] =
  "CREATE INDEX pictures_measured ON pictures (model, device, width, height, seconds_total, seconds_wait)"
  "  WHERE seconds_total IS NOT NULL;"
  "DROP TRIGGER pictures_added;"
  "DROP TRIGGER pictures_removed;"
  "DROP TRIGGER pictures_changed;";

static const char *const steps[] = { first, second, third, fourth, fifth };

static const PentSchema schema = {
  .application_id = APPLICATION_ID,
  .what = "library",
  .steps = steps,
  .version = G_N_ELEMENTS (steps),
};

const PentSchema *
pent_library_schema (void)
{
  return &schema;
}
