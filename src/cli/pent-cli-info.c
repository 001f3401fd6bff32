/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "info": the recipe in a picture. */
#define G_LOG_DOMAIN "pentimento"

#include <string.h>

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-cli-report.h"
#include "pent-json.h"
#include "pent-picture.h"
#include "pent-recipe-reader.h"

static const char examples[] =
  "Prints the recipe that is stored in a picture, ours or another program's.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli info lake.png\n"
  "  pentimento-cli info lake.jpg --json\n"
  "\n"
  "Usage: pentimento-cli info PICTURE [--json]\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print one JSON object", NULL, 0, 0, NULL },
};

static void
append_fields_json (JsonObject *object, const char *name, const PentTextFields *texts)
{
  JsonObject *fields = json_object_new ();
  for (guint i = 0; texts != NULL && i < texts->fields->len; i++)
    {
      const PentTextField *field = g_ptr_array_index (texts->fields, i);
      if (!json_object_has_member (fields, field->keyword))
        json_object_set_string_member (fields, field->keyword, field->text);
    }
  json_object_set_object_member (object, name, fields);
}

static char *
describe_json (const char *path, const PentPictureFile *file, const PentFoundRecipe *found)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *name = g_filename_display_name (absolute);

  json_object_set_string_member (object, "file", name);
  json_object_set_string_member (object, "format", pent_picture_format_name (file->format));
  json_object_set_int_member (object, "width", file->width);
  json_object_set_int_member (object, "height", file->height);
  json_object_set_string_member (object, "source", found->origin);
  if (found->recipe != NULL)
    json_object_set_member (object, "recipe", pent_recipe_to_json (found->recipe));
  else
    json_object_set_null_member (object, "recipe");
  if (found->problem != NULL)
    json_object_set_string_member (object, "problem", found->problem);
  append_fields_json (object, "others", found->others);
  append_fields_json (object, "texts", file->texts);
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static void
append_fields_text (GString *text, const PentTextFields *texts)
{
  for (guint i = 0; texts != NULL && i < texts->fields->len; i++)
    {
      const PentTextField *field = g_ptr_array_index (texts->fields, i);
      g_autofree char *keyword = pent_cli_one_line (field->keyword);
      g_autofree char *value = pent_cli_one_line (field->text);
      g_string_append_printf (text, "%-13s %s\n", keyword, value);
    }
}

static char *
describe_text (const PentPictureFile *file, const PentFoundRecipe *found)
{
  GString *text = g_string_new (NULL);
  if (found->problem != NULL)
    g_string_append_printf (text, "Pentimento's recipe cannot be read: %s\n", found->problem);
  if (found->recipe != NULL)
    {
      g_autofree char *recipe = pent_cli_report_recipe_text (found->recipe);
      g_string_append (text, recipe);
      append_fields_text (text, found->others);
    }
  else if (file->texts->fields->len > 0)
    append_fields_text (text, file->texts);
  else
    g_string_append_printf (text, "A %s picture of %d x %d pixels without a recipe.\n",
                            pent_picture_format_name (file->format), file->width, file->height);
  return g_string_free (text, FALSE);
}

static gboolean
run (PentCliArguments *parsed, GError **error)
{
  const char *path;
  if (!pent_cli_arguments_get_operand (parsed, "a picture", &path, error))
    return FALSE;
  g_autoptr (PentPictureFile) file = pent_picture_file_read_texts (path, error);
  if (file == NULL)
    return FALSE;

  g_auto (PentFoundRecipe) found = { 0 };
  pent_recipe_find (&found, file->texts);
  g_autofree char *text = pent_cli_arguments_has (parsed, "json") ? describe_json (path, file, &found)
                                                                  : describe_text (file, &found);
  return pent_cli_print (text, error);
}

int
pent_cli_info (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("info", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  return run (parsed, &error) ? 0 : pent_cli_fail (error);
}
