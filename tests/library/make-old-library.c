/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a library of an older version with some rows, for tests that bring it
 * forward: make-old-library FILE VERSION ROWS */
#include <stdio.h>
#include <stdlib.h>

#include "pent-library-schema.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentDatabase) database =
    argc == 4 ? pent_database_open_version (argv[1], pent_library_schema (), atoi (argv[2]), &error) : NULL;
  gboolean ok = database != NULL && pent_database_begin (database, &error);
  for (int i = 1; ok && i <= atoi (argv[3]); i++)
    ok = pent_database_do (database, &error, "INSERT INTO pictures (id, file, created, width, height, hash, prompt) "
                           "VALUES (?1, CAST ('gone/' || ?1 AS BLOB), ?1, 8, 8, 'h' || ?1, 'word' || ?1)", "i", (gint64) i);
  ok = ok && pent_database_commit (database, &error);
  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  return ok ? 0 : 1;
}
