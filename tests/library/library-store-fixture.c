/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library-store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

void
library_set_up (Library *self, gconstpointer data)
{
  folder_set_up (&self->folder, data);
  g_setenv ("PENTIMENTO_DATA_DIR", self->folder.path, TRUE);
  self->folders = pent_folders_new ();
}

void
library_tear_down (Library *self, gconstpointer data)
{
  pent_folders_free (self->folders);
  folder_tear_down (&self->folder, data);
}

void
library_remove (Library *self)
{
  static const char *const names[] = { "library.db", "library.db-wal", "library.db-shm" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->folders->library, names[i], NULL);
      g_unlink (path);
    }
}

PentLibrary *
library_open (Library *self)
{
  g_autoptr (GError) error = NULL;
  PentLibrary *library = pent_library_open (self->folders, PENT_LIBRARY_WRITE, &error);
  g_assert_no_error (error);
  return library;
}

PentRecipe *
library_recipe (const char *prompt, gint64 seed)
{
  PentRecipe *recipe = pent_recipe_new ();
  recipe->program = g_strdup ("Pentimento 0.1.0");
  recipe->prompt = g_strdup (prompt);
  recipe->negative = g_strdup ("blur");
  recipe->seed = seed;
  recipe->steps = 20;
  recipe->cfg = 7;
  recipe->sampler = g_strdup ("dpmpp-2m");
  recipe->schedule = g_strdup ("karras");
  recipe->spacing = g_strdup ("linspace");
  recipe->rng = g_strdup ("philox");
  recipe->clip_skip = 1;
  recipe->width = recipe->height = 16;
  recipe->model = g_strdup ("model first");
  recipe->model_hash = g_strnfill (64, 'a');
  recipe->device = g_strdup ("cpu");
  return recipe;
}

/* A small picture that its seed decides. */
PentLibraryPicture *
library_store (PentLibrary *library, const char *prompt, gint64 seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentImage) image = make_picture (16 + seed % 16, 16, 3, 8);
  g_autoptr (PentRecipe) recipe = library_recipe (prompt, seed);
  const PentLibraryEntry entry = {
    .image = image, .recipe = recipe, .model_path = "/models/one.safetensors", .timings = { .wait = 0.5, .total = 2.5 },
  };
  PentLibraryPicture *picture = pent_library_store (library, &entry, &error);
  g_assert_no_error (error);
  return picture;
}

static sqlite3 *
connect_to (Library *self)
{
  g_autofree char *path = g_build_filename (self->folders->library, "library.db", NULL);
  sqlite3 *handle = NULL;
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  sqlite3_busy_timeout (handle, 10000);
  return handle;
}

void
library_run (Library *self, const char *sql)
{
  sqlite3 *handle = connect_to (self);
  char *message = NULL;
  sqlite3_exec (handle, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (handle);
}

static int
take_number (void *data, int n, char **values, char **names)
{
  *(gint64 *) data = values[0] != NULL ? g_ascii_strtoll (values[0], NULL, 10) : -1;
  return 0;
}

gint64
library_ask (Library *self, const char *sql)
{
  gint64 number = -1;
  sqlite3 *handle = connect_to (self);
  g_assert_cmpint (sqlite3_exec (handle, sql, take_number, &number, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
  return number;
}

void
library_assert_sound (Library *self)
{
  g_assert_cmpint (library_ask (self, "SELECT count (*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), ==, 0);
  g_assert_cmpint (library_ask (self, "SELECT count (*) FROM pragma_foreign_key_check"), ==, 0);
  library_run (self, "INSERT INTO pictures_text (pictures_text, rank) VALUES ('integrity-check', 1)");
}
