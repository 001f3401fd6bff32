/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-database.h"
#include "pent-library.h"

G_BEGIN_DECLS

struct _PentLibrary
{
  char         *pictures;   /* the folder */
  char         *folder;     /* of the database */
  PentDatabase *database;
  int           lock;       /* a descriptor of the lock file; -1 without one */
};

#define PENT_LIBRARY_FILE "library.db"

/* The lock file's first byte is shared by all who have the library open; byte
 * id is held by whoever stores the picture of that number. */
typedef enum
{
  PENT_LOCK_SHARED,
  PENT_LOCK_EXCLUSIVE,
  PENT_LOCK_NONE,
} PentLock;

int      pent_library_open_lock (const char *folder);
gboolean pent_library_lock      (int descriptor, gint64 byte, PentLock lock, gboolean wait);

char *pent_library_absolute (const char *pictures, const char *file);
char *pent_library_relative (const char *pictures, const char *file);

PentLibrary *pent_library_new_with (const PentFolders *folders, PentDatabase *database);

/* A picture's row, before it is one. */
typedef struct
{
  gint64            id;        /* 0: the next */
  const char       *file;      /* absolute */
  gint64            created;
  int               width;
  int               height;
  const char       *hash;
  const char       *origin;
  const PentRecipe *recipe;
  PentTimings       timings;
} PentLibraryRow;

typedef enum
{
  PENT_TAKEN_NOT,
  PENT_TAKEN_NEW,
  PENT_TAKEN_MOVED,
} PentTaken;

gboolean pent_library_insert    (PentLibrary *self, const PentLibraryRow *row, GError **error);
gboolean pent_library_remove    (PentLibrary *self, gint64 id, GError **error);
gboolean pent_library_take_id   (PentLibrary *self, gint64 *id, GError **error);
gboolean pent_library_recover   (PentLibrary *self, GError **error);
gboolean pent_library_read_file (PentLibrary *self, const char *file, gint64 id, const char *expected_hash,
                                 PentTaken *taken, GError **error);

char *pent_recipe_hash (const PentRecipe *recipe);

G_END_DECLS
