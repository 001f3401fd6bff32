/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-clip-text.h"

#include <string.h>

typedef struct
{
  gunichar first;
  gunichar last;
} CharacterRange;

typedef struct
{
  gunichar first;
  gunichar last;
  gint8    step;
  gint32   difference;  /* from the capital to its small letter */
} CaseRange;

#include "pent-clip-unicode-tables.h"

typedef enum
{
  CHARACTER_SPACE,
  CHARACTER_LETTER,
  CHARACTER_NUMBER,
  CHARACTER_OTHER,
} CharacterClass;

/* GLib sorts a run of combining marks in quadratic time. Unicode's
 * stream-safe format (UAX 15) holds that 30 in a row are enough for every
 * language; runs beyond this many are normalised in parts. */
#define MAX_MARKS 1024

/* Its time is quadratic in what it composes as well: longer stretches, in
 * bytes, are given to it in parts that cannot meet. */
#define LONG_STRETCH 256

static gboolean
is_among (const CharacterRange *ranges,
          gsize                 n,
          gunichar              c)
{
  gsize low = 0, high = n;

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (c < ranges[middle].first)
        high = middle;
      else if (c > ranges[middle].last)
        low = middle + 1;
      else
        return TRUE;
    }
  return FALSE;
}

static CharacterClass
classify (gunichar c)
{
  if (c < 0x80)
    {
      if (g_ascii_isalpha (c))
        return CHARACTER_LETTER;
      if (g_ascii_isdigit (c))
        return CHARACTER_NUMBER;
      return c == ' ' || (c >= '\t' && c <= '\r') ? CHARACTER_SPACE : CHARACTER_OTHER;
    }
  if (is_among (letters, G_N_ELEMENTS (letters), c))
    return CHARACTER_LETTER;
  if (is_among (numbers, G_N_ELEMENTS (numbers), c))
    return CHARACTER_NUMBER;
  return is_among (spaces, G_N_ELEMENTS (spaces), c) ? CHARACTER_SPACE : CHARACTER_OTHER;
}

static gunichar
to_lower (gunichar c)
{
  gsize low = 0, high = G_N_ELEMENTS (capitals);

  if (c < 0x80)
    return g_ascii_tolower (c);
  while (low < high)
    {
      gsize middle = (low + high) / 2;
      const CaseRange *range = &capitals[middle];

      if (c < range->first)
        high = middle;
      else if (c > range->last)
        low = middle + 1;
      else
        return (c - range->first) % range->step == 0 ? c + range->difference : c;
    }
  return c;
}

static gboolean
is_ascii (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] >= 0x80)
      return FALSE;
  return TRUE;
}

static void
append_composed (GString    *composed,
                 const char *text,
                 gsize       length)
{
  g_autofree char *part = NULL;

  if (is_ascii (text, length))
    {
      g_string_append_len (composed, text, length);
      return;
    }
  part = g_utf8_normalize (text, length, G_NORMALIZE_NFC);
  g_string_append (composed, part);
}

/* Whether @c never composes with what stands before it: no mark, and no vowel
 * or final consonant of a Korean syllable. */
static gboolean
begins_afresh (gunichar c)
{
  return !g_unichar_ismark (c) && !(c >= 0x1161 && c <= 0x1175) && !(c >= 0x11a8 && c <= 0x11c2);
}

/* NFC as the tokenizers library has it, which knows Unicode 9: only stretches
 * of characters that it knows to compose are given to GLib. */
static char *
compose (const char *text,
         gsize       length)
{
  GString *composed;
  const char *end = text + length, *from = text;
  guint marks = 0;

  if (is_ascii (text, length))
    return g_strndup (text, length);

  composed = g_string_sized_new (length + 1);
  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!is_among (composing, G_N_ELEMENTS (composing), c))
        {
          append_composed (composed, from, p - from);
          g_string_append_unichar (composed, c);
          from = g_utf8_next_char (p);
          marks = 0;
          continue;
        }
      marks = g_unichar_combining_class (c) != 0 ? marks + 1 : 0;
      if (marks == MAX_MARKS || (p - from >= LONG_STRETCH && begins_afresh (c)))
        {
          append_composed (composed, from, p - from);
          from = p;
          marks = 0;
        }
    }
  append_composed (composed, from, end - from);
  return g_string_free (composed, FALSE);
}

/**
 * pent_clip_text_normalize:
 * @text: @length bytes of valid UTF-8
 *
 * NFC, then each run of white space to one space, then lower case character by
 * character: a capital sigma becomes U+03C3 wherever it stands, and U+0130
 * becomes i with a dot above.
 */
char *
pent_clip_text_normalize (const char *text,
                          gsize       length)
{
  g_autofree char *composed = compose (text, length);
  GString *normal = g_string_sized_new (strlen (composed) + 1);
  gboolean was_space = FALSE;

  for (const char *p = composed; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean is_space = classify (c) == CHARACTER_SPACE;

      if (c == 0x130)
        g_string_append (normal, "i\u0307");
      else if (!is_space)
        g_string_append_unichar (normal, to_lower (c));
      else if (!was_space)
        g_string_append_c (normal, ' ');
      was_space = is_space;
    }
  return g_string_free (normal, FALSE);
}

static gsize
match_literal (const char *text,
               gsize       length)
{
  static const char *const literals[] = { "'s", "'t", "'re", "'ve", "'m", "'ll", "'d" };

  if (*text != '\'')
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (literals); i++)
    {
      gsize n = strlen (literals[i]);

      if (n <= length && memcmp (text, literals[i], n) == 0)
        return n;
    }
  return 0;
}

static gsize
match_special (const char *text,
               gsize       length)
{
  static const char *const names[] = { "<|startoftext|>", "<|endoftext|>" };

  for (gsize i = 0; i < G_N_ELEMENTS (names) && *text == '<'; i++)
    {
      gsize n = strlen (names[i]);

      if (n <= length && memcmp (text, names[i], n) == 0)
        return n;
    }
  return 0;
}

/* Bytes from @text that are of one class; a number is one character. */
static gsize
match_class (const char     *text,
             gsize           length,
             CharacterClass *found)
{
  const char *end = text + length, *p = g_utf8_next_char (text);

  *found = classify (g_utf8_get_char (text));
  while (*found != CHARACTER_NUMBER && p < end && classify (g_utf8_get_char (p)) == *found)
    p = g_utf8_next_char (p);
  return p - text;
}

/**
 * pent_clip_text_split:
 * @text: @length bytes of normalised text
 * @func: (scope call): called with each word in order
 *
 * CLIP's pattern, `<|startoftext|>|<|endoftext|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|
 * \p{N}|[^\s\p{L}\p{N}]+`, then GPT-2's, which transformers applies to every
 * piece and which matters for the first two alone: "<|", "endoftext", "|>".
 */
void
pent_clip_text_split (const char      *text,
                      gsize            length,
                      PentClipWordFunc func,
                      gpointer         user_data)
{
  for (gsize at = 0; at < length;)
    {
      const char *word = text + at;
      CharacterClass found = CHARACTER_OTHER;
      gsize n = match_special (word, length - at);

      if (n > 0)
        {
          func (word, 2, user_data);
          func (word + 2, n - 4, user_data);
          func (word + n - 2, 2, user_data);
        }
      else
        {
          n = match_literal (word, length - at);
          if (n == 0)
            n = match_class (word, length - at, &found);
          if (found != CHARACTER_SPACE)
            func (word, n, user_data);
        }
      at += n;
    }
}
