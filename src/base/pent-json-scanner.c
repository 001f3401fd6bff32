/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-json-scanner.h"

#include <string.h>

#define MAX_DEPTH 64

/**
 * pent_json_scanner_init:
 * @text: (array length=length): the text; must outlive the scanner
 * @max_values: how many values may be skipped in all
 */
void
pent_json_scanner_init (PentJsonScanner *self, const char *text, gsize length, guint64 max_values)
{
  *self = (PentJsonScanner) {
    .start = text,
    .at = text,
    .end = text + length,
    .values_left = max_values,
  };
  if (!g_utf8_validate_len (text, length, NULL))
    pent_json_scanner_fail (self, "it is not UTF-8 text");
}

/**
 * pent_json_scanner_fail:
 * @format: what is wrong, as the rest of a sentence that begins with the file
 *
 * Notes a problem, unless there is one already. Callers use it for values that
 * are good JSON and yet make no sense.
 *
 * Returns: %FALSE
 */
gboolean
pent_json_scanner_fail (PentJsonScanner *self, const char *format, ...)
{
  va_list args;

  if (pent_json_scanner_failed (self))
    return FALSE;
  va_start (args, format);
  g_vsnprintf (self->problem, sizeof self->problem, format, args);
  va_end (args);
  return FALSE;
}

gboolean
pent_json_scanner_failed (const PentJsonScanner *self)
{
  return self->problem[0] != '\0';
}

static gboolean
fail_syntax (PentJsonScanner *self, const char *wanted)
{
  if (self->at == self->end)
    return pent_json_scanner_fail (self, "it is not whole JSON: it ends in the middle");
  return pent_json_scanner_fail (self, "it is not valid JSON of its kind: at byte %" G_GSIZE_FORMAT " there is no %s",
                                 (gsize) (self->at - self->start), wanted);
}

/**
 * pent_json_scanner_finish:
 *
 * Ends the reading: nothing but white space may be left.
 *
 * Returns: %FALSE if anything failed since pent_json_scanner_init()
 */
gboolean
pent_json_scanner_finish (PentJsonScanner *self)
{
  pent_json_scanner_peek (self);
  if (!pent_json_scanner_failed (self) && self->at < self->end)
    pent_json_scanner_fail (self, "more text follows its end");
  return !pent_json_scanner_failed (self);
}

/**
 * pent_json_scanner_peek:
 *
 * Returns: the kind of the value that comes next; %PENT_JSON_NOTHING for
 *   punctuation, nonsense, the end of the text, and after a problem
 */
PentJsonKind
pent_json_scanner_peek (PentJsonScanner *self)
{
  while (self->at < self->end && (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
    self->at++;
  if (pent_json_scanner_failed (self) || self->at == self->end)
    return PENT_JSON_NOTHING;

  switch (*self->at)
    {
    case '{': return PENT_JSON_OBJECT;
    case '[': return PENT_JSON_ARRAY;
    case '"': return PENT_JSON_STRING;
    case 't':
    case 'f': return PENT_JSON_BOOLEAN;
    case 'n': return PENT_JSON_NULL;
    default:
      return *self->at == '-' || g_ascii_isdigit (*self->at) ? PENT_JSON_NUMBER : PENT_JSON_NOTHING;
    }
}

/* Passes white space and one byte, if it is @c. */
static gboolean
take (PentJsonScanner *self, char c)
{
  pent_json_scanner_peek (self);
  if (pent_json_scanner_failed (self) || self->at == self->end || *self->at != c)
    return FALSE;
  self->at++;
  return TRUE;
}

gboolean
pent_json_scanner_begin_object (PentJsonScanner *self)
{
  self->fresh = TRUE;
  return take (self, '{') || fail_syntax (self, "object");
}

gboolean
pent_json_scanner_begin_array (PentJsonScanner *self)
{
  self->fresh = TRUE;
  return take (self, '[') || fail_syntax (self, "array");
}

/* Whether the container goes on; takes the comma or the closing bracket. */
static gboolean
next_in (PentJsonScanner *self, char close)
{
  gboolean fresh = self->fresh;

  self->fresh = FALSE;
  if (pent_json_scanner_failed (self) || take (self, close))
    return FALSE;
  return fresh || take (self, ',') || fail_syntax (self, "comma or closing bracket");
}

/**
 * pent_json_scanner_next_member:
 * @key: (nullable): set to the member's name
 *
 * Returns: %TRUE if a member's value comes next, %FALSE at the object's end
 */
gboolean
pent_json_scanner_next_member (PentJsonScanner *self, GString *key)
{
  if (!next_in (self, '}') || !pent_json_scanner_read_string (self, key))
    return FALSE;
  return take (self, ':') || fail_syntax (self, "colon");
}

/**
 * pent_json_scanner_next_element:
 *
 * Returns: %TRUE if an element comes next, %FALSE at the array's end
 */
gboolean
pent_json_scanner_next_element (PentJsonScanner *self)
{
  return next_in (self, ']');
}

static int
read_hex4 (PentJsonScanner *self)
{
  int value = 0;

  if (self->end - self->at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (*self->at++);
      if (digit < 0)
        return -1;
      value = value << 4 | digit;
    }
  return value;
}

/* Stands after "\u". A surrogate without its partner has no meaning in UTF-8. */
static gboolean
read_unicode_escape (PentJsonScanner *self, GString *string)
{
  int unit = read_hex4 (self);

  if (unit >= 0xd800 && unit < 0xdc00 && self->end - self->at >= 2 && self->at[0] == '\\' && self->at[1] == 'u')
    {
      int low;

      self->at += 2;
      low = read_hex4 (self);
      if (low < 0xdc00 || low > 0xdfff)
        return pent_json_scanner_fail (self, "a \\u escape in it is half of a character");
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  if (unit < 0)
    return pent_json_scanner_fail (self, "a \\u escape in it is broken");
  if (unit == 0)
    return pent_json_scanner_fail (self, "a text in it contains the character 0");
  if (unit >= 0xd800 && unit < 0xe000)
    return pent_json_scanner_fail (self, "a \\u escape in it is half of a character");
  if (string != NULL)
    g_string_append_unichar (string, unit);
  return TRUE;
}

static gboolean
read_escape (PentJsonScanner *self, GString *string)
{
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  const char *found;
  char c;

  if (self->at == self->end)
    return fail_syntax (self, "end of a string");
  c = *self->at++;
  if (c == 'u')
    return read_unicode_escape (self, string);
  found = strchr (names, c);
  if (found == NULL || c == '\0')
    return pent_json_scanner_fail (self, "an escape in it is unknown");
  if (string != NULL)
    g_string_append_c (string, values[found - names]);
  return TRUE;
}

/**
 * pent_json_scanner_read_string:
 * @string: (nullable): set to the text, which holds no NUL; %NULL to pass it
 */
gboolean
pent_json_scanner_read_string (PentJsonScanner *self, GString *string)
{
  if (string != NULL)
    g_string_truncate (string, 0);
  if (!take (self, '"'))
    return fail_syntax (self, "string");

  for (;;)
    {
      const char *from = self->at;

      while (self->at < self->end && *self->at != '"' && *self->at != '\\' && (guchar) *self->at >= 0x20)
        self->at++;
      if (string != NULL)
        g_string_append_len (string, from, self->at - from);
      if (self->at == self->end)
        return fail_syntax (self, "end of a string");
      if ((guchar) *self->at < 0x20)
        return pent_json_scanner_fail (self, "a text in it contains a control character");
      if (*self->at++ == '"')
        return TRUE;
      if (!read_escape (self, string))
        return FALSE;
    }
}

/**
 * pent_json_scanner_read_unsigned:
 * @value: (out): a whole number from 0 to 2^64-1, written with digits alone
 */
gboolean
pent_json_scanner_read_unsigned (PentJsonScanner *self, guint64 *value)
{
  const char *start;

  if (pent_json_scanner_peek (self) != PENT_JSON_NUMBER)
    return fail_syntax (self, "number");
  if (*self->at == '-')
    return pent_json_scanner_fail (self, "a number in it is negative");
  *value = 0;
  for (start = self->at; self->at < self->end && g_ascii_isdigit (*self->at); self->at++)
    if (!g_uint64_checked_mul (value, *value, 10)
        || !g_uint64_checked_add (value, *value, (guint64) (*self->at - '0')))
      return pent_json_scanner_fail (self, "a number in it is larger than any file");
  if (*start == '0' && self->at - start > 1)
    return pent_json_scanner_fail (self, "a number in it is not a whole number: it begins with 0");
  if (self->at < self->end && (*self->at == '.' || *self->at == 'e' || *self->at == 'E'))
    return pent_json_scanner_fail (self, "a number in it is not a whole number");
  return TRUE;
}

/**
 * pent_json_scanner_read_integer:
 *
 * Returns: the number that comes next, which must be whole and from -2^63 + 1
 *   to 2^63 - 1; 0 after a problem
 */
gint64
pent_json_scanner_read_integer (PentJsonScanner *self)
{
  gboolean negative = take (self, '-');
  guint64 value = 0;

  if (negative && (self->at == self->end || !g_ascii_isdigit (*self->at)))
    return fail_syntax (self, "digit");
  if (!pent_json_scanner_read_unsigned (self, &value))
    return 0;
  if (value > G_MAXINT64)
    return pent_json_scanner_fail (self, "a number in it is larger than any file");
  return negative ? -(gint64) value : (gint64) value;
}

static gboolean
take_word (PentJsonScanner *self, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (self->end - self->at) < length || memcmp (self->at, word, length) != 0)
    return FALSE;
  self->at += length;
  return TRUE;
}

gboolean
pent_json_scanner_read_boolean (PentJsonScanner *self)
{
  if (pent_json_scanner_peek (self) == PENT_JSON_BOOLEAN)
    {
      if (take_word (self, "true"))
        return TRUE;
      if (take_word (self, "false"))
        return FALSE;
    }
  return fail_syntax (self, "true or false");
}

static gboolean
skip_digits (PentJsonScanner *self)
{
  const char *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > start || fail_syntax (self, "digit");
}

static gboolean
skip_number (PentJsonScanner *self)
{
  if (*self->at == '-')
    self->at++;
  if (self->end - self->at > 1 && self->at[0] == '0' && g_ascii_isdigit (self->at[1]))
    return pent_json_scanner_fail (self, "a number in it begins with 0");
  if (!skip_digits (self))
    return FALSE;
  if (self->at < self->end && *self->at == '.')
    {
      self->at++;
      if (!skip_digits (self))
        return FALSE;
    }
  if (self->at < self->end && (*self->at == 'e' || *self->at == 'E'))
    {
      self->at++;
      if (self->at < self->end && (*self->at == '+' || *self->at == '-'))
        self->at++;
      return skip_digits (self);
    }
  return TRUE;
}

static gboolean
skip_scalar (PentJsonScanner *self)
{
  switch (pent_json_scanner_peek (self))
    {
    case PENT_JSON_STRING:
      return pent_json_scanner_read_string (self, NULL);
    case PENT_JSON_NUMBER:
      return skip_number (self);
    case PENT_JSON_BOOLEAN:
      pent_json_scanner_read_boolean (self);
      return !pent_json_scanner_failed (self);
    case PENT_JSON_NULL:
      return take_word (self, "null") || fail_syntax (self, "null");
    default:
      return fail_syntax (self, "value");
    }
}

/* Goes to the next value of a container that is skipped. */
static gboolean
next_skipped (PentJsonScanner *self, char close)
{
  if (!next_in (self, close))
    return FALSE;
  if (close == '}' && !(pent_json_scanner_read_string (self, NULL) && (take (self, ':') || fail_syntax (self, "colon"))))
    return FALSE;
  if (self->values_left == 0)
    return pent_json_scanner_fail (self, "it holds more values than any such file");
  self->values_left--;
  return TRUE;
}

/**
 * pent_json_scanner_skip:
 * @max_depth: how many arrays and objects may lie in one another, at most 64
 *
 * Passes one value of any kind, checking that it is valid JSON.
 */
gboolean
pent_json_scanner_skip (PentJsonScanner *self, guint max_depth)
{
  char closes[MAX_DEPTH];
  guint depth = 0;

  g_return_val_if_fail (max_depth <= MAX_DEPTH, FALSE);

  do
    {
      PentJsonKind kind;

      if (depth > 0 && !next_skipped (self, closes[depth - 1]))
        {
          depth--;
          continue;
        }
      kind = pent_json_scanner_peek (self);
      if (kind != PENT_JSON_OBJECT && kind != PENT_JSON_ARRAY)
        skip_scalar (self);
      else if (depth == max_depth)
        pent_json_scanner_fail (self, "it is nested too deeply");
      else
        {
          closes[depth++] = kind == PENT_JSON_OBJECT ? '}' : ']';
          self->fresh = TRUE;
          self->at++;
        }
    }
  while (depth > 0 && !pent_json_scanner_failed (self));
  self->fresh = FALSE;
  return !pent_json_scanner_failed (self);
}
