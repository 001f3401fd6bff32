/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-added-tokens.h"

#include <string.h>

typedef struct
{
  char    *look_for;
  int      id;
  guint    order;
  gboolean single_word;
} Entry;

struct _PentAddedTokens
{
  GArray *entries;           /* sorted by the bytes of look_for once sealed */
  guint   first_of[256 + 1]; /* where the entries of a first byte begin */
};

static void
entry_clear (gpointer data)
{
  g_free (((Entry *) data)->look_for);
}

PentAddedTokens *
pent_added_tokens_new (void)
{
  PentAddedTokens *self = g_new0 (PentAddedTokens, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

void
pent_added_tokens_free (PentAddedTokens *self)
{
  g_array_unref (self->entries);
  g_free (self);
}

/**
 * pent_added_tokens_add:
 * @look_for: the token's text in the form in which prompts will be searched;
 *   an empty one is never found; of two alike the earlier is
 */
void
pent_added_tokens_add (PentAddedTokens      *self,
                       const PentAddedToken *token,
                       const char           *look_for)
{
  Entry entry = {
    .look_for = g_strdup (look_for),
    .id = token->id,
    .order = self->entries->len,
    .single_word = token->single_word,
  };

  g_array_append_val (self->entries, entry);
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const Entry *left = a, *right = b;
  int order = strcmp (left->look_for, right->look_for);

  return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

/**
 * pent_added_tokens_seal:
 *
 * Makes the set searchable; nothing is added after it.
 */
void
pent_added_tokens_seal (PentAddedTokens *self)
{
  g_array_sort (self->entries, compare_entries);
  for (guint i = 0, byte = 0; byte <= 256; byte++)
    {
      while (i < self->entries->len && (guchar) *g_array_index (self->entries, Entry, i).look_for < byte)
        i++;
      self->first_of[byte] = i;
    }
}

/* The first entry of [low, high) whose byte at @depth is at least @byte. */
static guint
lower_bound (PentAddedTokens *self,
             guint            low,
             guint            high,
             gsize            depth,
             guint            byte)
{
  while (low < high)
    {
      guint middle = (low + high) / 2;

      if ((guchar) g_array_index (self->entries, Entry, middle).look_for[depth] < byte)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The longest entry that @text begins with: a search that narrows the sorted
 * entries byte by byte, so that many tokens of one beginning cost little. */
static const Entry *
match_at (PentAddedTokens *self,
          const char      *text,
          gsize            length)
{
  const Entry *longest = NULL;
  guint low = self->first_of[(guchar) *text], high = self->first_of[(guchar) *text + 1];

  for (gsize depth = 1; low < high; depth++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, low);
      guint byte;

      if (entry->look_for[depth] == '\0')
        longest = entry;
      if (depth == length)
        break;
      byte = (guchar) text[depth];
      low = lower_bound (self, low, high, depth, MAX (byte, 1));
      high = lower_bound (self, low, high, depth, byte + 1);
    }
  return longest;
}

static gboolean
is_word (gunichar c)
{
  return c == '_' || g_unichar_isalnum (c) || g_unichar_ismark (c);
}

static gboolean
stands_alone (const char *text,
              const char *end,
              const char *from,
              const char *to)
{
  if (from > text && is_word (g_utf8_get_char (g_utf8_prev_char (from))))
    return FALSE;
  return to == end || !is_word (g_utf8_get_char (to));
}

/**
 * pent_added_tokens_split:
 * @text: @length bytes of valid UTF-8
 * @func: (scope call): called with each token found and each text between, in
 *   order; never with an empty text
 *
 * Finds the leftmost, then the longest, as the tokenizers library does.
 */
void
pent_added_tokens_split (PentAddedTokens    *self,
                         const char         *text,
                         gsize               length,
                         PentAddedTokensFunc func,
                         gpointer            user_data)
{
  const char *end = text + length, *done = text, *p = text;

  while (p < end && self->entries->len > 0)
    {
      const Entry *entry = match_at (self, p, end - p);
      const char *from = p;

      if (entry == NULL)
        {
          p++;
          continue;
        }
      p += strlen (entry->look_for);
      if (entry->single_word && !stands_alone (text, end, from, p))
        continue;
      if (from > done)
        func (done, from - done, -1, user_data);
      func (from, p - from, entry->id, user_data);
      done = p;
    }
  if (done < end)
    func (done, end - done, -1, user_data);
}
