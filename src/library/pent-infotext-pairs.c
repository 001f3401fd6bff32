/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last line of A1111's text: "Key: value, Key: value". It is read with the
 * regular expression
 *
 *   \s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)
 *
 * found again and again. Written out by hand it takes time in proportion to
 * the line, whatever the line holds. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-infotext-pairs.h"

#include <string.h>

#include "pent-json.h"

static gboolean
is_word (const char *at)
{
  gunichar c = g_utf8_get_char (at);
  return c == '_' || g_unichar_isalnum (c);
}

static const char *
skip_space (const char *at)
{
  while (*at != '\0' && g_unichar_isspace (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return at;
}

/* The end of the run of characters that a key may consist of. */
static const char *
skip_key (const char *at)
{
  while (*at != '\0' && (is_word (at) || *at == ' ' || *at == '-' || *at == '/'))
    at = g_utf8_next_char (at);
  return at;
}

/* The end of a quoted value that a comma or the line's end follows, or %NULL. */
static const char *
skip_quoted (const char *at)
{
  const char *end = at + 1;
  while (*end != '\0' && *end != '"')
    end += *end == '\\' && end[1] != '\0' ? 2 : 1;
  if (*end == '\0' || end == at + 1)
    return NULL;
  end++;
  return *end == ',' || *end == '\0' ? end : NULL;
}

static char *
unquote (char *value)
{
  gsize size = strlen (value);
  if (size < 2 || value[0] != '"' || value[size - 1] != '"')
    return value;
  g_autoptr (JsonNode) node = pent_json_parse (value, size, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return value;
  g_free (value);
  return json_node_dup_string (node);
}

/**
 * pent_infotext_read_pairs:
 * @line: valid UTF-8
 *
 * Returns: (transfer full): keys and values in order, values without their
 *   quotes; empty where there is no pair
 */
PentTextFields *
pent_infotext_read_pairs (const char *line)
{
  PentTextFields *pairs = pent_text_fields_new ();
  const char *at = line;

  while (*at != '\0')
    {
      if (!is_word (at))
        {
          at = g_utf8_next_char (at);
          continue;
        }
      const char *key_end = skip_key (at);
      if (*key_end != ':' || g_utf8_next_char (at) == key_end)
        {
          at = key_end;
          continue;
        }
      const char *value = skip_space (key_end + 1);
      const char *end = *value == '"' ? skip_quoted (value) : NULL;
      if (end == NULL)
        end = value + strcspn (value, ",");
      pent_text_fields_add_take (pairs, g_strndup (at, key_end - at), unquote (g_strndup (value, end - value)));
      at = *end == ',' ? end + 1 : end;
    }
  return pairs;
}

static char *
quote (const char *value)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), value);
  return pent_json_print (node, FALSE);
}

/**
 * pent_infotext_append_pair:
 * @line: what was written so far
 * @value: quoted as JSON where a comma, a colon or a newline would end it
 */
void
pent_infotext_append_pair (GString *line, const char *key, const char *value)
{
  g_autofree char *quoted = strpbrk (value, ",:\n") != NULL ? quote (value) : NULL;
  g_string_append_printf (line, "%s%s: %s", line->len > 0 ? ", " : "", key, quoted != NULL ? quoted : value);
}
