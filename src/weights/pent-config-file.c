/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-config-file.h"

#include "pent-error.h"
#include "pent-file-kind.h"
#include "pent-file-read.h"
#include "pent-json-scanner.h"

#include <math.h>
#include <string.h>

/* Real ones have some hundred values in a few kilobytes. The tables of
 * json-glib slow down with the square of the names made to collide in them. */
#define MAX_BYTES  (1024 * 1024)
#define MAX_VALUES 8192
#define MAX_DEPTH  16

struct _PentConfigFile
{
  char       *path;
  JsonParser *parser;
  JsonObject *object; /* of @parser */
  char       *problem;
};

void
pent_config_file_free (PentConfigFile *self)
{
  g_clear_object (&self->parser);
  g_free (self->path);
  g_free (self->problem);
  g_free (self);
}

/* json-glib descends into what it reads, so what it gets is checked first. */
static gboolean
check_text (const char *path, const char *text, gsize length, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  PentJsonScanner scanner;
  const char *kind = *text != '{' ? pent_file_kind_describe ((const guint8 *) text, length) : NULL;

  if (kind != NULL && *text != '[')
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s %s", shown, kind);
      return FALSE;
    }
  pent_json_scanner_init (&scanner, text, length, MAX_VALUES);
  pent_json_scanner_skip (&scanner, MAX_DEPTH);
  if (pent_json_scanner_finish (&scanner))
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s is damaged (%s): download it again", shown,
               scanner.problem);
  return FALSE;
}

/**
 * pent_config_file_parse:
 * @path: where the text comes from, for messages
 * @text: JSON whose outermost value is an object, ended by a zero byte
 * @length: its bytes, without that
 *
 * Returns: (transfer full): the content, or %NULL with %PENT_ERROR_FILE
 */
PentConfigFile *
pent_config_file_parse (const char *path, const char *text, gsize length, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (PentConfigFile) self = g_new0 (PentConfigFile, 1);
  JsonNode *root;

  self->path = g_strdup (path);
  if (!check_text (path, text, length, error))
    return NULL;
  self->parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (self->parser, text, length, NULL)
      || (root = json_parser_get_root (self->parser)) == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "%s is damaged (it holds no JSON object): download it again", shown);
      return NULL;
    }
  self->object = json_node_get_object (root);
  return g_steal_pointer (&self);
}

/**
 * pent_config_file_open:
 * @path: a file for pent_config_file_parse(), of at most a mebibyte
 */
PentConfigFile *
pent_config_file_open (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  text = pent_read_small_file (path, MAX_BYTES, &length, error);
  return text != NULL ? pent_config_file_parse (path, text, length, error) : NULL;
}

JsonObject *
pent_config_file_get_object (PentConfigFile *self)
{
  return self->object;
}

/**
 * pent_config_file_fail:
 * @format: what is wrong, to follow the file's name
 *
 * Keeps a problem for pent_config_file_finish(), if it is the first.
 */
void
pent_config_file_fail (PentConfigFile *self, const char *format, ...)
{
  va_list args;

  if (self->problem != NULL)
    return;
  va_start (args, format);
  self->problem = g_strdup_vprintf (format, args);
  va_end (args);
}

/**
 * pent_config_file_finish:
 *
 * Returns: whether everything asked for was fine; else %PENT_ERROR_FILE with
 *   the first problem
 */
gboolean
pent_config_file_finish (PentConfigFile *self, GError **error)
{
  g_autofree char *shown = g_filename_display_name (self->path);

  if (self->problem == NULL)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s: %s", shown, self->problem);
  return FALSE;
}

static JsonNode *
get_node (PentConfigFile *self, const char *key)
{
  JsonNode *node = json_object_get_member (self->object, key);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

/**
 * pent_config_file_enter:
 * @key: name of an object inside this one
 *
 * Goes on with an inner object, if there is one.
 */
gboolean
pent_config_file_enter (PentConfigFile *self, const char *key)
{
  JsonNode *node = get_node (self, key);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  self->object = json_node_get_object (node);
  return TRUE;
}

/**
 * pent_config_file_has:
 *
 * Returns: whether @key is there and is not null, false or 0
 */
gboolean
pent_config_file_has (PentConfigFile *self, const char *key)
{
  JsonNode *node = get_node (self, key);

  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return TRUE;
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return json_node_get_int (node) != 0;
  return TRUE;
}

static gboolean
node_to_int (JsonNode *node, int low, int high, int *value)
{
  gint64 number;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  number = json_node_get_int (node);
  if (number < low || number > high)
    return FALSE;
  *value = number;
  return TRUE;
}

/**
 * pent_config_file_get_int:
 * @fallback: what a missing or null field means
 * @low: the smallest value allowed
 * @high: the largest
 */
int
pent_config_file_get_int (PentConfigFile *self, const char *key, int fallback, int low, int high)
{
  JsonNode *node = get_node (self, key);
  int value = fallback;

  if (node != NULL && !node_to_int (node, low, high, &value))
    pent_config_file_fail (self, "'%s' is not a whole number from %d to %d", key, low, high);
  return value;
}

double
pent_config_file_get_double (PentConfigFile *self, const char *key, double fallback, double low, double high)
{
  JsonNode *node = get_node (self, key);
  double value = fallback;
  GType type;

  if (node == NULL)
    return fallback;
  type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    value = json_node_get_double (node);
  else
    value = NAN;
  if (!(value >= low && value <= high))
    {
      pent_config_file_fail (self, "'%s' is not a number from %g to %g", key, low, high);
      return fallback;
    }
  return value;
}

gboolean
pent_config_file_get_boolean (PentConfigFile *self, const char *key, gboolean fallback)
{
  JsonNode *node = get_node (self, key);

  if (node == NULL)
    return fallback;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    {
      pent_config_file_fail (self, "'%s' is neither true nor false", key);
      return fallback;
    }
  return json_node_get_boolean (node);
}

/**
 * pent_config_file_get_string:
 *
 * Returns: (transfer none): the text, as long as the file's object lives
 */
const char *
pent_config_file_get_string (PentConfigFile *self, const char *key, const char *fallback)
{
  JsonNode *node = get_node (self, key);

  if (node == NULL)
    return fallback;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      pent_config_file_fail (self, "'%s' is not a text", key);
      return fallback;
    }
  return json_node_get_string (node);
}

/**
 * pent_config_file_get_ints:
 * @values: (out): room for @n numbers
 *
 * Reads a list of whole numbers, or a single one.
 *
 * Returns: how many there are, 1 to @n; 0 if the field is missing, null or
 *   wrong, which is kept as a problem; -1 for a single number
 */
int
pent_config_file_get_ints (PentConfigFile *self, const char *key, int *values, int n, int low, int high)
{
  JsonNode *node = get_node (self, key);
  JsonArray *array;
  int length;

  if (node == NULL)
    return 0;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      values[0] = pent_config_file_get_int (self, key, low, low, high);
      return -1;
    }
  array = json_node_get_array (node);
  length = json_array_get_length (array);
  if (length < 1 || length > n)
    {
      pent_config_file_fail (self, "'%s' has %d entries, more than %d or none", key, length, n);
      return 0;
    }
  for (int i = 0; i < length; i++)
    if (!node_to_int (json_array_get_element (array, i), low, high, &values[i]))
      {
        pent_config_file_fail (self, "'%s' holds something other than whole numbers from %d to %d",
                               key, low, high);
        return 0;
      }
  return length;
}

/**
 * pent_config_file_get_strings:
 * @values: (out): room for @n texts, which live as long as the file's object
 *
 * Returns: how many there are, 1 to @n; 0 if the field is missing, null or
 *   wrong, which is kept as a problem
 */
int
pent_config_file_get_strings (PentConfigFile *self, const char *key, const char **values, int n)
{
  JsonNode *node = get_node (self, key);
  JsonArray *array;
  int length;

  if (node == NULL)
    return 0;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      pent_config_file_fail (self, "'%s' is not a list", key);
      return 0;
    }
  array = json_node_get_array (node);
  length = json_array_get_length (array);
  if (length < 1 || length > n)
    {
      pent_config_file_fail (self, "'%s' has %d entries, more than %d or none", key, length, n);
      return 0;
    }
  for (int i = 0; i < length; i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_STRING)
        {
          pent_config_file_fail (self, "'%s' holds something other than texts", key);
          return 0;
        }
      values[i] = json_node_get_string (element);
    }
  return length;
}
