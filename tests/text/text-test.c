/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text-test.h"

#include <glib/gstdio.h>
#include <string.h>

JsonNode *
text_test_load_golden (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "text", name, NULL);
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

char *
text_test_make_dir (void)
{
  g_autoptr(GError) error = NULL;
  char *dir = g_dir_make_tmp ("pent-text-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

/* Empties a folder of files and removes it. */
void
text_test_remove_dir (char *path)
{
  g_autofree char *dir = path;
  g_autoptr(GDir) entries = g_dir_open (dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *entry = g_build_filename (dir, name, NULL);
      g_assert_cmpint (g_remove (entry), ==, 0);
    }
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

void
text_test_write (const char *dir,
                 const char *name,
                 const char *text,
                 gssize      length)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, text, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

/* A file for each member: its name and its text. */
void
text_test_write_members (const char *dir,
                         JsonObject *files)
{
  g_autoptr(GList) names = json_object_get_members (files);

  for (GList *l = names; l != NULL; l = l->next)
    text_test_write (dir, l->data, json_object_get_string_member (files, l->data), -1);
}

PentTokenizer *
text_test_new_clip (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "clip", "merges.txt", NULL);
  g_autoptr(GError) error = NULL;
  PentTokenizer *tokenizer = pent_tokenizer_new_clip (path, &error);

  g_assert_no_error (error);
  return tokenizer;
}

char *
text_test_starter_dir (void)
{
  return g_test_build_filename (G_TEST_DIST, "..", "data", "starter", "tokenizer", NULL);
}
