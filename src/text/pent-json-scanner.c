/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-json-scanner.h"

#include <string.h>

#include "pent-error.h"

/* RFC 8259 lets a reader limit the depth; real files stay below ten. */
#define MAX_DEPTH 256

/**
 * pent_json_scanner_init:
 * @file: the name for messages; must outlive the scanner
 * @text: (array length=length): the text; must outlive the scanner
 */
void
pent_json_scanner_init (PentJsonScanner *self,
                        const char      *file,
                        const char      *text,
                        gsize            length)
{
  *self = (PentJsonScanner) {
    .file = file,
    .start = text,
    .at = text,
    .end = text + length,
  };
  if (!g_utf8_validate (text, length, NULL))
    pent_json_scanner_fail (self, "is not UTF-8 text");
}

/**
 * pent_json_scanner_fail:
 * @format: what is wrong, to be read after the file's name
 *
 * Notes an error, unless there is one already. Callers use it for values that
 * are good JSON and yet make no sense.
 */
void
pent_json_scanner_fail (PentJsonScanner *self,
                        const char      *format,
                        ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (self->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  self->error = g_error_new (PENT_ERROR, PENT_ERROR_FILE, "“%s” %s; fetch the file again.", self->file, message);
}

static gboolean
fail_syntax (PentJsonScanner *self,
             const char      *wanted)
{
  pent_json_scanner_fail (self, "is not the JSON that was expected: at byte %" G_GSIZE_FORMAT " there is no %s",
                          (gsize) (self->at - self->start), wanted);
  return FALSE;
}

/**
 * pent_json_scanner_finish:
 *
 * Ends the reading: nothing but white space may be left. Returns: %FALSE with
 * @error set if anything failed since pent_json_scanner_init().
 */
gboolean
pent_json_scanner_finish (PentJsonScanner *self,
                          GError         **error)
{
  if (self->error == NULL)
    {
      pent_json_scanner_peek (self);
      if (self->at < self->end)
        fail_syntax (self, "end of the text");
    }
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

/**
 * pent_json_scanner_peek:
 *
 * Returns: the kind of the value that comes next; %PENT_JSON_NOTHING for
 * punctuation, nonsense, the end of the text, and after an error.
 */
PentJsonKind
pent_json_scanner_peek (PentJsonScanner *self)
{
  while (self->at < self->end && (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
    self->at++;
  if (self->error != NULL || self->at == self->end)
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

static gboolean
take (PentJsonScanner *self,
      char             c)
{
  pent_json_scanner_peek (self);
  if (self->error != NULL || self->at == self->end || *self->at != c)
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
next_in (PentJsonScanner *self,
         char             close)
{
  if (self->error != NULL)
    return FALSE;
  if (take (self, close))
    {
      self->fresh = FALSE;
      return FALSE;
    }
  if (!self->fresh && !take (self, ','))
    return fail_syntax (self, "comma or closing bracket");
  self->fresh = FALSE;
  return TRUE;
}

/**
 * pent_json_scanner_next_member:
 * @key: set to the member's name
 *
 * Returns: %TRUE if a member's value comes next, %FALSE at the object's end
 */
gboolean
pent_json_scanner_next_member (PentJsonScanner *self,
                               GString         *key)
{
  if (!next_in (self, '}'))
    return FALSE;
  if (!pent_json_scanner_read_string (self, key))
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
read_unicode_escape (PentJsonScanner *self,
                     GString         *string)
{
  int unit = read_hex4 (self);

  if (unit >= 0xd800 && unit < 0xdc00 && self->end - self->at >= 2 && self->at[0] == '\\' && self->at[1] == 'u')
    {
      int low;

      self->at += 2;
      low = read_hex4 (self);
      if (low < 0xdc00 || low > 0xdfff)
        return fail_syntax (self, "second half of a surrogate pair");
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  if (unit <= 0 || (unit >= 0xd800 && unit < 0xe000))
    return fail_syntax (self, "character that text can hold");
  g_string_append_unichar (string, unit);
  return TRUE;
}

static gboolean
read_escape (PentJsonScanner *self,
             GString         *string)
{
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  const char *found;
  char c;

  if (self->at == self->end)
    return fail_syntax (self, "end of a string");
  c = *self->at++;
  if (c == 'u')
    return read_unicode_escape (self, string);
  found = c != '\0' ? strchr (names, c) : NULL;
  if (found == NULL)
    return fail_syntax (self, "known escape");
  g_string_append_c (string, values[found - names]);
  return TRUE;
}

/**
 * pent_json_scanner_read_string:
 * @string: (nullable): set to the text, which holds no NUL
 */
gboolean
pent_json_scanner_read_string (PentJsonScanner *self,
                               GString         *string)
{
  g_string_truncate (string, 0);
  if (!take (self, '"'))
    return fail_syntax (self, "string");

  for (;;)
    {
      const char *from = self->at;

      while (self->at < self->end && *self->at != '"' && *self->at != '\\' && (guchar) *self->at >= 0x20)
        self->at++;
      g_string_append_len (string, from, self->at - from);
      if (self->at == self->end || (guchar) *self->at < 0x20)
        return fail_syntax (self, "end of a string");
      if (*self->at++ == '"')
        break;
      if (!read_escape (self, string))
        return FALSE;
    }
  return TRUE;
}

/**
 * pent_json_scanner_read_integer:
 *
 * Returns: the number that comes next, which must be whole and of at most 15
 * digits; 0 after an error
 */
gint64
pent_json_scanner_read_integer (PentJsonScanner *self)
{
  gboolean negative;
  const char *from;
  gint64 value = 0;

  if (pent_json_scanner_peek (self) != PENT_JSON_NUMBER)
    return fail_syntax (self, "number");
  negative = take (self, '-');
  from = self->at;
  while (self->at < self->end && g_ascii_isdigit (*self->at) && self->at - from < 16)
    value = value * 10 + (*self->at++ - '0');
  if (self->at == from || self->at - from > 15
      || (self->at < self->end && strchr (".eE", *self->at) != NULL))
    return fail_syntax (self, "whole number of a sensible size");
  return negative ? -value : value;
}

static gboolean
take_word (PentJsonScanner *self,
           const char      *word)
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

static void
skip_string (PentJsonScanner *self)
{
  for (self->at++; self->at < self->end && *self->at != '"'; self->at++)
    if (*self->at == '\\' && ++self->at == self->end)
      break;
  if (self->at == self->end)
    fail_syntax (self, "end of a string");
  else
    self->at++;
}

static void
skip_scalar (PentJsonScanner *self)
{
  switch (pent_json_scanner_peek (self))
    {
    case PENT_JSON_STRING:
      skip_string (self);
      break;
    case PENT_JSON_NUMBER:
      while (self->at < self->end && *self->at != '\0' && strchr ("+-.eE0123456789", *self->at) != NULL)
        self->at++;
      break;
    case PENT_JSON_BOOLEAN:
      pent_json_scanner_read_boolean (self);
      break;
    case PENT_JSON_NULL:
      if (!take_word (self, "null"))
        fail_syntax (self, "null");
      break;
    default:
      fail_syntax (self, "value");
      break;
    }
}

/**
 * pent_json_scanner_skip:
 *
 * Passes over one value of any kind. What is skipped is only checked so far
 * that its end is known: brackets must be closed, but need not match.
 */
void
pent_json_scanner_skip (PentJsonScanner *self)
{
  int depth = 0;

  do
    {
      PentJsonKind kind = pent_json_scanner_peek (self);

      if (kind == PENT_JSON_OBJECT || kind == PENT_JSON_ARRAY)
        {
          self->at++;
          if (++depth > MAX_DEPTH)
            pent_json_scanner_fail (self, "is nested more than %d levels deep", MAX_DEPTH);
        }
      else if (depth > 0 && (take (self, '}') || take (self, ']')))
        depth--;
      else if (depth == 0 || !(take (self, ',') || take (self, ':')))
        skip_scalar (self);
    }
  while (depth > 0 && self->error == NULL);
  self->fresh = FALSE;
}
