/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "pent-image.h"

G_BEGIN_DECLS

/* An empty folder of its own for each test. */
typedef struct
{
  char *path;
} Folder;

void  folder_set_up    (Folder *folder, gconstpointer data);
void  folder_tear_down (Folder *folder, gconstpointer data);
char *folder_file      (const Folder *folder, const char *name);
guint folder_count     (const Folder *folder);

char      *read_text       (const char *path);
GBytes    *read_test_file  (const char *name);
GPtrArray *list_test_files (const char *folder);

PentImage *make_picture        (int width, int height, int channels, int bits);
void       assert_same_picture (const PentImage *a, const PentImage *b);

G_END_DECLS
