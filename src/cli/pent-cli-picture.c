/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of the library, in JSON and in words. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-picture.h"

#include "pent-cli-message.h"
#include "pent-error.h"

PentLibrary *
pent_cli_open_library (PentLibraryMode mode, GError **error)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  return pent_library_open (folders, mode, error);
}

/**
 * pent_cli_find_picture:
 * @name: a number of the library, or a file that it knows
 *
 * Returns: (transfer full): the picture; %NULL with %PENT_ERROR_FILE
 */
PentLibraryPicture *
pent_cli_find_picture (PentLibrary *library, const char *name, GError **error)
{
  gint64 id;
  g_autoptr (GError) problem = NULL;
  if (g_ascii_string_to_signed (name, 10, 1, G_MAXINT64, &id, NULL))
    return pent_library_get (library, id, error);
  PentLibraryPicture *picture = pent_library_find_file (library, name, &problem);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (picture == NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                 "%s is no picture of the library: give its number, or add it with \"%s history import\".", name,
                 PENT_CLI_NAME);
  return picture;
}

static void
add_seconds (JsonObject *object, const PentTimings *timings)
{
  const struct { const char *name; double value; } all[] = {
    { "wait", timings->wait }, { "load", timings->load }, { "text", timings->text }, { "steps", timings->steps },
    { "decode", timings->decode }, { "total", timings->total },
  };
  JsonObject *seconds = json_object_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i].value != PENT_UNSET)
      json_object_set_double_member (seconds, all[i].name, all[i].value);
  if (json_object_get_size (seconds) > 0)
    json_object_set_object_member (object, "seconds", seconds);
  else
    json_object_unref (seconds);
}

static char *
format_time (gint64 milliseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (milliseconds / 1000);
  g_autofree char *seconds = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S") : g_strdup ("");
  return g_strdup_printf ("%s.%03dZ", seconds, (int) (milliseconds % 1000));
}

/* The recipe's members stand beside the picture's own. */
static void
add_recipe (JsonObject *object, const PentRecipe *recipe)
{
  g_autoptr (JsonNode) node = pent_recipe_to_json (recipe);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    if (!json_object_has_member (object, name))
      json_object_set_member (object, name, json_node_copy (value));
}

/**
 * pent_cli_picture_json:
 *
 * Returns: (transfer full): an object: id, file, created, seed, prompt, and the
 *   rest of the recipe
 */
JsonNode *
pent_cli_picture_json (const PentLibraryPicture *picture)
{
  JsonObject *object = json_object_new ();
  g_autofree char *file = g_filename_display_name (picture->file);
  g_autofree char *created = format_time (picture->created);

  json_object_set_int_member (object, "id", picture->id);
  json_object_set_string_member (object, "file", file);
  json_object_set_string_member (object, "created", created);
  if (picture->recipe != NULL)
    add_recipe (object, picture->recipe);
  json_object_set_int_member (object, "width", picture->width);
  json_object_set_int_member (object, "height", picture->height);
  if (picture->origin != NULL)
    json_object_set_string_member (object, "origin", picture->origin);
  json_object_set_string_member (object, "hash", picture->hash);
  if (picture->parent != 0)
    json_object_set_int_member (object, "parent", picture->parent);
  json_object_set_boolean_member (object, "favourite", picture->favourite);
  if (picture->deleted != 0)
    {
      g_autofree char *deleted = format_time (picture->deleted);
      json_object_set_string_member (object, "deleted", deleted);
    }
  if (!g_file_test (picture->file, G_FILE_TEST_EXISTS))
    json_object_set_boolean_member (object, "missing", TRUE);
  add_seconds (object, &picture->timings);

  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

/**
 * pent_cli_picture_line:
 *
 * Returns: (transfer full): number, time, prompt and file, in one line
 */
char *
pent_cli_picture_line (const PentLibraryPicture *picture)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (picture->created / 1000);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
  g_autofree char *prompt =
    pent_cli_one_line (picture->recipe != NULL && picture->recipe->prompt != NULL ? picture->recipe->prompt : "");
  g_autofree char *file = pent_cli_one_line (picture->file);
  gboolean missing = !g_file_test (picture->file, G_FILE_TEST_EXISTS);
  return g_strdup_printf ("%6" G_GINT64_FORMAT "%s %s  %s  %s%s\n", picture->id, picture->favourite ? "*" : " ", time, file,
                          prompt, missing ? "  (the file is not there)" : "");
}
