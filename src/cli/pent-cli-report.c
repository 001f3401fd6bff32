/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-report.h"

#include <string.h>

#include "pent-cli-message.h"
#include "pent-json.h"

static char *
print_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

/* What the report of a run and that of a dry run have in common. */
static JsonObject *
make_object (const PentRecipe *recipe, const PentRunInfo *info)
{
  JsonObject *object = json_object_new ();
  json_object_set_int_member (object, "seed", recipe->seed);
  json_object_set_member (object, "recipe", pent_recipe_to_json (recipe));
  json_object_set_string_member (object, "device", info->device);
  json_object_set_string_member (object, "precision", info->precision);
  return object;
}

static void
add_files (JsonObject *object, GStrv files)
{
  JsonArray *array = json_array_new ();
  for (int i = 0; files[i] != NULL; i++)
    json_array_add_string_element (array, files[i]);
  json_object_set_array_member (object, "files", array);
}

static void
add_seconds (JsonObject *object, const PentRunInfo *info)
{
  JsonObject *seconds = json_object_new ();
  JsonArray *steps = json_array_new ();
  for (guint i = 0; i < info->seconds_step->len; i++)
    json_array_add_double_element (steps, g_array_index (info->seconds_step, double, i));
  json_object_set_double_member (seconds, "load", info->seconds_load);
  json_object_set_double_member (seconds, "text", info->seconds_text);
  json_object_set_array_member (seconds, "step", steps);
  json_object_set_double_member (seconds, "decode", info->seconds_decode);
  json_object_set_double_member (seconds, "total", info->seconds_total);
  json_object_set_object_member (object, "seconds", seconds);
}

/**
 * pent_cli_report_run_json:
 * @recipe: of the first picture
 * @info: after the last
 * @files: absolute names
 *
 * Returns: (transfer full): what --json prints
 */
char *
pent_cli_report_run_json (const PentRecipe *recipe, const PentRunInfo *info, GStrv files)
{
  JsonObject *object = make_object (recipe, info);
  add_seconds (object, info);
  json_object_set_int_member (object, "peak_memory_bytes", info->peak_memory);
  add_files (object, files);
  return print_object (object);
}

/**
 * pent_cli_report_plan_json:
 *
 * Returns: (transfer full): what --dry-run --json prints
 */
char *
pent_cli_report_plan_json (const PentRecipe *recipe, const PentRunInfo *info, GStrv files)
{
  JsonObject *object = make_object (recipe, info);
  json_object_set_boolean_member (object, "dry_run", TRUE);
  add_files (object, files);
  return print_object (object);
}

/**
 * pent_cli_report_recipe_text:
 *
 * Returns: (transfer full): the recipe, a line for each thing that is known
 */
char *
pent_cli_report_recipe_text (const PentRecipe *recipe)
{
  g_autoptr (JsonNode) node = pent_recipe_to_json (recipe);
  GString *text = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_autofree char *label = g_strdelimit (g_strdup (name), "_", ' ');
      g_autofree char *shown = NULL;
      if (g_str_equal (name, "pentimento"))
        continue;
      if (json_node_get_value_type (value) == G_TYPE_STRING)
        shown = pent_cli_one_line (json_node_get_string (value));
      else if (json_node_get_value_type (value) == G_TYPE_INT64)
        shown = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (value));
      else
        shown = g_strdup_printf ("%g", json_node_get_double (value));
      g_string_append_printf (text, "%-13s %s\n", label, shown);
    }
  return g_string_free (text, FALSE);
}

/**
 * pent_cli_report_plan_text:
 *
 * Returns: (transfer full): what --dry-run prints
 */
char *
pent_cli_report_plan_text (const PentRecipe *recipe, GStrv files)
{
  g_autofree char *facts = pent_cli_report_recipe_text (recipe);
  GString *text = g_string_new (facts);
  for (int i = 0; files[i] != NULL; i++)
    {
      g_autofree char *name = pent_cli_one_line (files[i]);
      g_string_append_printf (text, "%-13s %s\n", "file", name);
    }
  return g_string_free (text, FALSE);
}
