/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-json.h"

#include <string.h>

#include "pent-error.h"

#define MAX_DEPTH 32

/* json-glib calls itself for each level, so depth must be bounded before it
 * sees the text; and it takes more than JSON (comments, quotes of its own),
 * which would hide brackets from a simple count. Outside strings only the
 * characters of JSON pass. */
static gboolean
check_text (const char *text, gsize size)
{
  int depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < size; i++)
    {
      char c = text[i];
      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
          continue;
        }
      if (c == '"')
        in_string = TRUE;
      else if (c == '[' || c == '{')
        depth++;
      else if (c == ']' || c == '}')
        depth--;
      else if (c == '\0' || strchr (" \t\r\n,:+-.0123456789Etruefalsn", c) == NULL)
        return FALSE;
      if (depth < 0 || depth > MAX_DEPTH)
        return FALSE;
    }
  return !in_string && depth == 0;
}

/**
 * pent_json_parse:
 * @text: JSON from anywhere
 * @size: bytes
 *
 * Returns: (transfer full): the value; %NULL with %PENT_ERROR_FILE where @text
 *   is not strict JSON in UTF-8 or is nested deeper than 32 levels
 */
JsonNode *
pent_json_parse (const char *text, gsize size, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) problem = NULL;

  if (!g_utf8_validate_len (text, size, NULL) || !check_text (text, size) ||
      !json_parser_load_from_data (parser, text, size, &problem) || json_parser_get_root (parser) == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "the text is not JSON%s%s.",
                   problem != NULL ? ": " : "", problem != NULL ? problem->message : "");
      return NULL;
    }
  return json_parser_steal_root (parser);
}

/**
 * pent_json_print:
 *
 * Returns: (transfer full): @node as JSON; without @pretty in one line
 */
char *
pent_json_print (JsonNode *node, gboolean pretty)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, pretty);
  return json_generator_to_data (generator, NULL);
}
