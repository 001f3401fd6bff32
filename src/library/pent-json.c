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
 * pent_json_format_real:
 *
 * Returns: (transfer full): the fewest digits that give the same number again,
 *   which json-glib's own generator does not look for: "0.1", "7"
 */
char *
pent_json_format_real (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  for (int digits = 6; digits <= 17; digits++)
    {
      g_autofree char *format = g_strdup_printf ("%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  return g_strdup (text);
}

static void
print_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      guchar c = *at;
      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else if (c == '\n')
        g_string_append (out, "\\n");
      else if (c < 0x20 || c == 0x7f)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_c (out, c);
    }
  g_string_append_c (out, '"');
}

static void
print_value (GString *out, JsonNode *node)
{
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    print_string (out, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_INT64)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else
    {
      g_autofree char *real = pent_json_format_real (json_node_get_double (node));
      g_string_append (out, real);
      if (strpbrk (real, ".en") == NULL)
        g_string_append (out, ".0");
    }
}

static void
print_break (GString *out, int indent)
{
  if (indent >= 0)
    g_string_append_printf (out, "\n%*s", 2 * indent, "");
}

/* @indent: levels, or -1 for one line. */
static void
print_node (GString *out, JsonNode *node, int indent)
{
  gboolean is_object = JSON_NODE_HOLDS_OBJECT (node);
  if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (out, "null");
  else if (JSON_NODE_HOLDS_VALUE (node))
    print_value (out, node);
  if (!is_object && !JSON_NODE_HOLDS_ARRAY (node))
    return;

  g_autoptr (GList) members = is_object ? json_object_get_members (json_node_get_object (node)) : NULL;
  GList *name = members;
  guint n = is_object ? json_object_get_size (json_node_get_object (node))
                      : json_array_get_length (json_node_get_array (node));
  int inner = indent >= 0 ? indent + 1 : -1;

  g_string_append_c (out, is_object ? '{' : '[');
  for (guint i = 0; i < n; i++)
    {
      print_break (out, inner);
      if (is_object)
        {
          print_string (out, name->data);
          g_string_append (out, indent >= 0 ? ": " : ":");
        }
      print_node (out, is_object ? json_object_get_member (json_node_get_object (node), name->data)
                                 : json_array_get_element (json_node_get_array (node), i), inner);
      if (i + 1 < n)
        g_string_append_c (out, ',');
      name = is_object ? name->next : NULL;
    }
  if (n > 0)
    print_break (out, indent);
  g_string_append_c (out, is_object ? '}' : ']');
}

/**
 * pent_json_print:
 * @node: made by us, or by pent_json_parse()
 *
 * Returns: (transfer full): @node as JSON; without @pretty in one line
 */
char *
pent_json_print (JsonNode *node, gboolean pretty)
{
  GString *out = g_string_new (NULL);
  print_node (out, node, pretty ? 0 : -1);
  return g_string_free (out, FALSE);
}
