/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-bpe.h"

#include <string.h>

struct _PentBpe
{
  PentVocabulary *vocabulary;
  gint32 inner[256];  /* the token of a byte within a word, -1 if there is none */
  gint32 last[256];   /* ... and of a word's last byte, with "</w>" */
};

/* One symbol of the word: a doubly linked list in an array, so that a merge
 * costs nothing but links. */
typedef struct
{
  gint32 id;        /* -1 once merged into the symbol before it */
  gint32 previous;
  gint32 next;      /* -1 at the end */
} Symbol;

/* A pair that may be merged: the symbol at @at with the one after it. */
typedef struct
{
  guint32 rank;
  gint32  at;
  gint32  id;
} Candidate;

static gboolean
is_printable (guint8 byte)
{
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173);
}

/**
 * pent_bpe_byte_to_symbol:
 *
 * Returns: the character that stands for @byte in a vocabulary's tokens: the
 * printable ones of Latin-1 for themselves, the others in order from U+0100
 */
gunichar
pent_bpe_byte_to_symbol (guint8 byte)
{
  gunichar symbol = 0x100;

  if (is_printable (byte))
    return byte;
  for (guint8 b = 0; b < byte; b++)
    symbol += !is_printable (b);
  return symbol;
}

/* The inverse; -1 for a character that stands for no byte. */
int
pent_bpe_symbol_to_byte (gunichar symbol)
{
  if (symbol < 0x100)
    return is_printable (symbol) ? (int) symbol : -1;
  for (int byte = 0; byte < 256; byte++)
    if (!is_printable (byte) && pent_bpe_byte_to_symbol (byte) == symbol)
      return byte;
  return -1;
}

/**
 * pent_bpe_new:
 * @vocabulary: complete; must outlive the encoder
 */
PentBpe *
pent_bpe_new (PentVocabulary *vocabulary)
{
  PentBpe *self = g_new (PentBpe, 1);

  self->vocabulary = vocabulary;
  for (int byte = 0; byte < 256; byte++)
    {
      char text[16];
      int length = g_unichar_to_utf8 (pent_bpe_byte_to_symbol (byte), text);

      self->inner[byte] = pent_vocabulary_find (vocabulary, text, length);
      memcpy (text + length, "</w>", 4);
      self->last[byte] = pent_vocabulary_find (vocabulary, text, length + 4);
    }
  return self;
}

void
pent_bpe_free (PentBpe *self)
{
  g_free (self);
}

static gboolean
is_before (const Candidate *a,
           const Candidate *b)
{
  return a->rank < b->rank || (a->rank == b->rank && a->at < b->at);
}

static void
heap_push (GArray   *heap,
           Candidate candidate)
{
  Candidate *items;
  guint i = heap->len;

  g_array_set_size (heap, i + 1);
  items = (Candidate *) heap->data;
  for (; i > 0 && is_before (&candidate, &items[(i - 1) / 2]); i = (i - 1) / 2)
    items[i] = items[(i - 1) / 2];
  items[i] = candidate;
}

static Candidate
heap_pop (GArray *heap)
{
  Candidate *items = (Candidate *) heap->data;
  Candidate first = items[0], moved = items[heap->len - 1];
  guint n = heap->len - 1, i = 0;

  g_array_set_size (heap, n);
  for (guint child = 1; child < n; child = 2 * i + 1)
    {
      if (child + 1 < n && is_before (&items[child + 1], &items[child]))
        child++;
      if (!is_before (&items[child], &moved))
        break;
      items[i] = items[child];
      i = child;
    }
  if (n > 0)
    items[i] = moved;
  return first;
}

static void
consider (PentBpe      *self,
          GArray       *heap,
          const Symbol *symbols,
          gint32        at)
{
  const PentMerge *merge;

  if (at < 0 || symbols[at].next < 0)
    return;
  merge = pent_vocabulary_find_merge (self->vocabulary, symbols[at].id, symbols[symbols[at].next].id);
  if (merge != NULL)
    heap_push (heap, (Candidate) { .rank = merge->rank, .at = at, .id = merge->id });
}

/* A candidate is stale when one of its symbols has been merged since; the pair
 * that stands there now has its own candidate. */
static gboolean
is_current (PentBpe         *self,
            const Symbol    *symbols,
            const Candidate *candidate)
{
  const Symbol *left = &symbols[candidate->at];
  const PentMerge *merge;

  if (left->id < 0 || left->next < 0)
    return FALSE;
  merge = pent_vocabulary_find_merge (self->vocabulary, left->id, symbols[left->next].id);
  return merge != NULL && merge->id == candidate->id;
}

static void
merge_all (PentBpe *self,
           Symbol  *symbols,
           gsize    n)
{
  g_autoptr(GArray) heap = g_array_sized_new (FALSE, FALSE, sizeof (Candidate), n);

  for (gsize i = 0; i + 1 < n; i++)
    consider (self, heap, symbols, i);

  while (heap->len > 0)
    {
      Candidate best = heap_pop (heap);
      Symbol *left = &symbols[best.at], *right;

      if (!is_current (self, symbols, &best))
        continue;
      right = &symbols[left->next];
      left->id = best.id;
      left->next = right->next;
      right->id = -1;
      if (left->next >= 0)
        symbols[left->next].previous = best.at;
      consider (self, heap, symbols, left->previous);
      consider (self, heap, symbols, best.at);
    }
}

/**
 * pent_bpe_encode:
 * @word: @length bytes of UTF-8, at least one: a word of the split text
 * @unknown: the id for a byte that the vocabulary lacks
 * @ids: (element-type gint32): where the word's tokens are appended
 *
 * Starts with a token a byte and merges pairs, of the lowest rank first and
 * from the left among equals, until none is left that merges.
 */
void
pent_bpe_encode (PentBpe    *self,
                 const char *word,
                 gsize       length,
                 int         unknown,
                 GArray     *ids)
{
  Symbol small[64];
  g_autofree Symbol *large = NULL;
  Symbol *symbols = small;

  if (length > G_N_ELEMENTS (small))
    symbols = large = g_new (Symbol, length);
  for (gsize i = 0; i < length; i++)
    {
      gboolean is_last = i + 1 == length;
      guint8 byte = word[i];
      gint32 id = is_last ? self->last[byte] : self->inner[byte];

      symbols[i] = (Symbol) {
        .id = id >= 0 ? id : unknown,
        .previous = (gint32) i - 1,
        .next = is_last ? -1 : (gint32) i + 1,
      };
    }

  merge_all (self, symbols, length);
  for (gint32 i = 0; i >= 0; i = symbols[i].next)
    g_array_append_val (ids, symbols[i].id);
}
