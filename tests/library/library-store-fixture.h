/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "library-fixture.h"
#include "pent-library.h"

G_BEGIN_DECLS

/* A library in an empty folder of its own. */
typedef struct
{
  Folder       folder;
  PentFolders *folders;
} Library;

void library_set_up    (Library *self, gconstpointer data);
void library_tear_down (Library *self, gconstpointer data);
void library_remove    (Library *self);

PentLibrary        *library_open   (Library *self);
PentRecipe         *library_recipe (const char *prompt, gint64 seed);
PentLibraryPicture *library_store  (PentLibrary *library, const char *prompt, gint64 seed);

/* Behind the library's back, through a connection of their own. */
void   library_run          (Library *self, const char *sql);
gint64 library_ask          (Library *self, const char *sql);
void   library_assert_sound (Library *self);

G_END_DECLS
