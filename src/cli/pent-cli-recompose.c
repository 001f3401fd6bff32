/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "recompose": an edit that was kept is joined anew. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-edit-file.h"
#include "pent-error.h"
#include "pent-file.h"
#include "pent-json.h"
#include "pent-picture.h"

static const char examples[] =
  "Joins new and old of a kept edit anew, in a moment: no model runs.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli generate --init sea.png --mask mask.png --prompt \"moon\" \\\n"
  "      --output moon.png --keep-edit moon.ora\n"
  "  pentimento-cli recompose moon.ora --feather 40 --match 0.5 --output softer.png\n"
  "  pentimento-cli recompose moon.ora --grow -6 --output smaller.png\n"
  "\n"
  "Usage: pentimento-cli recompose EDIT --output PICTURE [OPTION...]\n";

#define MAX_PIXELS PENT_PICTURE_MAX_SIDE

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "output", PENT_CLI_PATH, "PICTURE", "the picture to write, a name that ends in .png, .jpg or .webp", NULL, 0, 0, NULL },
  { "grow", PENT_CLI_WHOLE, "PX", "widen the painted mask by so many pixels, narrow it below 0", "as it was joined",
    -MAX_PIXELS, MAX_PIXELS, NULL },
  { "feather", PENT_CLI_WHOLE, "PX", "how far inside the mask new and old go over into one another", "as it was joined", 0,
    MAX_PIXELS, NULL },
  { "match", PENT_CLI_REAL, "X", "how far the new colours are brought to those around them", "as it was joined", 0, 1, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print one JSON object", NULL, 0, 0, NULL },
};

static gboolean
check_output (const char *output, GError **error)
{
  PentPictureFormat format;

  if (output == NULL)
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--output is missing: --output new.png says where the picture goes.");
  else if (!pent_picture_format_from_name (output, &format))
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                 "--output cannot be \"%s\": it must end in .png, .jpg, .jpeg or .webp.", output);
  else
    return TRUE;
  return FALSE;
}

/* "GROW,FEATHER,MATCH", the feather empty where each layer has its own. */
static char *
describe_join (const PentJoin *join)
{
  g_autofree char *match = pent_json_format_real (join->match);
  g_autofree char *feather = join->feather != PENT_UNSET ? g_strdup_printf ("%d", join->feather) : g_strdup ("");

  return g_strdup_printf ("%d,%s,%s", join->grow, feather, match);
}

static gboolean
report (const char *file, const PentRecipe *recipe, gboolean as_json, GError **error)
{
  if (!as_json)
    {
      g_autofree char *line = g_strconcat (file, "\n", NULL);
      return pent_cli_print (line, error);
    }
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *files = json_array_new ();
  json_array_add_string_element (files, file);
  json_object_set_member (object, "recipe", pent_recipe_to_json (recipe));
  json_object_set_array_member (object, "files", files);
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, TRUE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  return pent_cli_print (line, error);
}

static gboolean
run (PentCliArguments *parsed, GError **error)
{
  const char *path, *output = pent_cli_arguments_get_text (parsed, "output", NULL);
  g_autoptr (PentRecipe) recipe = NULL;

  if (!pent_cli_arguments_get_operand (parsed, "an edit", &path, error) || !check_output (output, error))
    return FALSE;
  g_autofree char *file = g_canonicalize_filename (output, NULL);
  if (!pent_file_check_writable (file, TRUE, error))
    return FALSE;
  g_autoptr (PentEditResult) edit = pent_edit_file_read (path, &recipe, error);
  if (edit == NULL)
    return FALSE;

  const PentJoin join = {
    .grow = pent_cli_arguments_get_whole (parsed, "grow", edit->join.grow),
    .feather = pent_cli_arguments_get_whole (parsed, "feather", edit->join.feather),
    .match = pent_cli_arguments_get_real (parsed, "match", edit->join.match),
  };
  g_autoptr (PentImage) joined = pent_edit_result_join (edit, &join, error);
  if (joined == NULL)
    return FALSE;
  g_free (recipe->joined);
  recipe->joined = describe_join (&join);
  g_autoptr (PentTextFields) texts = pent_recipe_to_fields (recipe);
  return pent_picture_write (file, joined, texts, TRUE, error)
         && report (file, recipe, pent_cli_arguments_has (parsed, "json"), error);
}

int
pent_cli_recompose (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("recompose", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  return run (parsed, &error) ? 0 : pent_cli_fail (error);
}
