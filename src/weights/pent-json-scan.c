/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-json-scan.h"

#include <string.h>

#define MAX_DEPTH 64

static gboolean
fail (PentJsonScan *self, const char *problem)
{
  self->problem = problem;
  return FALSE;
}

static void
skip_space (PentJsonScan *self)
{
  while (self->at < self->end
         && (*self->at == ' ' || *self->at == '\n' || *self->at == '\t' || *self->at == '\r'))
    self->at++;
}

/**
 * pent_json_peek:
 * @next: (out): the first byte that is no white space; it is not taken
 */
gboolean
pent_json_peek (PentJsonScan *self, char *next)
{
  skip_space (self);
  if (self->at == self->end)
    return fail (self, "it ends in the middle");
  *next = *self->at;
  return TRUE;
}

/**
 * pent_json_take:
 *
 * Passes white space and one byte that has to be @expected.
 */
gboolean
pent_json_take (PentJsonScan *self, char expected)
{
  char next;

  if (!pent_json_peek (self, &next))
    return FALSE;
  if (next != expected)
    return fail (self, "it is not valid JSON");
  self->at++;
  return TRUE;
}

/**
 * pent_json_next_item:
 * @close: `]` or `}`, what ends the list
 * @first: (inout): %TRUE before the first item; becomes %FALSE
 * @more: (out): whether an item follows; if not, @close was taken
 *
 * Passes what stands between the items of an array or an object.
 */
gboolean
pent_json_next_item (PentJsonScan *self, char close, gboolean *first, gboolean *more)
{
  char next;

  if (!pent_json_peek (self, &next))
    return FALSE;
  *more = next != close;
  if (next == close)
    self->at++;
  else if (!*first && !pent_json_take (self, ','))
    return FALSE;
  *first = FALSE;
  return TRUE;
}

static int
hex_digits (const char *at)
{
  int value = 0;

  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return -1;
      value = value * 16 + g_ascii_xdigit_value (at[i]);
    }
  return value;
}

/* After "\u": one code unit, or two for a character beyond the first plane. */
static gboolean
take_unicode (PentJsonScan *self, gunichar *c)
{
  int high, low;

  if (self->end - self->at < 4 || (high = hex_digits (self->at)) < 0)
    return fail (self, "a \\u escape in it is broken");
  self->at += 4;
  *c = high;
  if (high < 0xd800 || high > 0xdfff)
    return TRUE;
  if (high > 0xdbff || self->end - self->at < 6 || self->at[0] != '\\' || self->at[1] != 'u'
      || (low = hex_digits (self->at + 2)) < 0xdc00 || low > 0xdfff)
    return fail (self, "a \\u escape in it is half of a character");
  self->at += 6;
  *c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  return TRUE;
}

static gboolean
take_escape (PentJsonScan *self, char utf8[6], int *length)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *found;
  gunichar c;
  char code;

  if (self->at == self->end)
    return fail (self, "it ends in the middle");
  code = *self->at++;
  if (code == 'u')
    {
      if (!take_unicode (self, &c))
        return FALSE;
      if (c == 0)
        return fail (self, "a text in it contains the character 0");
      *length = g_unichar_to_utf8 (c, utf8);
      return TRUE;
    }
  found = code != '\0' ? strchr (from, code) : NULL;
  if (found == NULL)
    return fail (self, "an escape in it is unknown");
  utf8[0] = to[found - from];
  *length = 1;
  return TRUE;
}

/**
 * pent_json_string:
 * @buffer: (out) (nullable): the text, ended by a zero byte; %NULL to pass it
 * @size: room in @buffer
 * @length: (out) (optional): bytes written, without the zero byte
 *
 * Takes a string, which must be UTF-8 without the character 0 and, with
 * @buffer, shorter than @size.
 */
gboolean
pent_json_string (PentJsonScan *self, char *buffer, gsize size, gsize *length)
{
  gsize used = 0;
  const char *plain;

  if (!pent_json_take (self, '"'))
    return FALSE;
  for (;;)
    {
      char utf8[6];
      const char *piece = utf8;
      int n = 0;

      plain = self->at;
      while (self->at < self->end && (guchar) *self->at >= 0x20 && *self->at != '"'
             && *self->at != '\\' && self->at - plain < 4096)
        self->at++;
      if (self->at == self->end)
        return fail (self, "it ends in the middle");
      if (self->at > plain)
        {
          /* A run is cut where a character begins. */
          while (self->at < self->end && ((guchar) *self->at & 0xc0) == 0x80)
            self->at++;
          piece = plain;
          n = self->at - plain;
          if (!g_utf8_validate_len (plain, n, NULL))
            return fail (self, "a text in it is not UTF-8");
        }
      else if (*self->at == '"')
        break;
      else if (*self->at != '\\')
        return fail (self, "a text in it contains a control character");
      else
        {
          self->at++;
          if (!take_escape (self, utf8, &n))
            return FALSE;
        }
      if (buffer != NULL)
        {
          if (n >= size - used)
            return fail (self, "a name in it is too long");
          memcpy (buffer + used, piece, n);
        }
      used += buffer != NULL ? n : 0;
    }
  self->at++;
  if (buffer != NULL)
    buffer[used] = '\0';
  if (length != NULL)
    *length = used;
  return TRUE;
}

/**
 * pent_json_unsigned:
 *
 * Takes a whole number from 0 to 2^64-1, written with digits alone.
 */
gboolean
pent_json_unsigned (PentJsonScan *self, guint64 *value)
{
  char next;
  const char *start;

  if (!pent_json_peek (self, &next))
    return FALSE;
  if (next == '-')
    return fail (self, "a size or an offset in it is negative");
  start = self->at;
  *value = 0;
  while (self->at < self->end && g_ascii_isdigit (*self->at))
    {
      if (!g_uint64_checked_mul (value, *value, 10)
          || !g_uint64_checked_add (value, *value, (guint64) (*self->at - '0')))
        return fail (self, "a size or an offset in it is larger than any file");
      self->at++;
    }
  if (self->at == start || (*start == '0' && self->at - start > 1))
    return fail (self, "a size or an offset in it is not a whole number");
  if (self->at < self->end && strchr (".eE", *self->at) != NULL && *self->at != '\0')
    return fail (self, "a size or an offset in it is not a whole number");
  return TRUE;
}

static gboolean
skip_digits (PentJsonScan *self)
{
  const char *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > start || fail (self, "a number in it is not valid JSON");
}

static gboolean
skip_number (PentJsonScan *self)
{
  if (*self->at == '-')
    self->at++;
  if (self->end - self->at > 1 && self->at[0] == '0' && g_ascii_isdigit (self->at[1]))
    return fail (self, "a number in it is not valid JSON");
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
skip_scalar (PentJsonScan *self, char next)
{
  static const char *const words[] = { "true", "false", "null" };

  if (next == '"')
    return pent_json_string (self, NULL, 0, NULL);
  if (next == '-' || g_ascii_isdigit (next))
    return skip_number (self);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (self->end - self->at >= strlen (words[i])
        && memcmp (self->at, words[i], strlen (words[i])) == 0)
      {
        self->at += strlen (words[i]);
        return TRUE;
      }
  return fail (self, "it is not valid JSON");
}

static gboolean
begin_item (PentJsonScan *self, char close)
{
  if (close == '}' && (!pent_json_string (self, NULL, 0, NULL) || !pent_json_take (self, ':')))
    return FALSE;
  if (self->values_left == 0)
    return fail (self, "it holds more values than any such file");
  self->values_left--;
  return TRUE;
}

/**
 * pent_json_skip_value:
 * @max_depth: how many arrays and objects may lie in one another, at most 64
 *
 * Passes one value of any kind, checking that it is valid JSON.
 */
gboolean
pent_json_skip_value (PentJsonScan *self, guint max_depth)
{
  char closes[MAX_DEPTH];
  gboolean first = FALSE;
  guint depth = 0;
  char next;

  g_return_val_if_fail (max_depth <= MAX_DEPTH, FALSE);

  do
    {
      gboolean more = TRUE;

      if (depth > 0)
        {
          if (!pent_json_next_item (self, closes[depth - 1], &first, &more))
            return FALSE;
          if (!more)
            {
              depth--;
              continue;
            }
          if (!begin_item (self, closes[depth - 1]))
            return FALSE;
        }
      if (!pent_json_peek (self, &next))
        return FALSE;
      if (next != '{' && next != '[')
        {
          if (!skip_scalar (self, next))
            return FALSE;
          continue;
        }
      if (depth == max_depth)
        return fail (self, "it is nested too deeply");
      closes[depth++] = next == '{' ? '}' : ']';
      first = TRUE;
      self->at++;
    }
  while (depth > 0);
  return TRUE;
}

/**
 * pent_json_finish:
 *
 * Makes sure that only white space is left.
 */
gboolean
pent_json_finish (PentJsonScan *self)
{
  skip_space (self);
  return self->at == self->end || fail (self, "more text follows its end");
}
