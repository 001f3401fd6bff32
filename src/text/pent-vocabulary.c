/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-vocabulary.h"

#include <string.h>

#include "pent-error.h"

#define NO_TOKEN G_MAXUINT32
#define FIRST_SLOTS 4096

typedef struct
{
  guint64   pair;   /* left id in the upper half, right id in the lower */
  PentMerge merge;  /* id -1: an empty slot */
} MergeSlot;

struct _PentVocabulary
{
  GString   *texts;        /* every token with its NUL */
  GArray    *offsets;      /* guint32 into texts, by id, or NO_TOKEN */
  guint      n_tokens;

  gint32    *slots;        /* ids by the hash of their text, -1 where empty */
  guint      n_slots;      /* a power of two, at most half full */

  MergeSlot *merges;
  guint      n_merges;
  guint      n_merge_slots;

  guint64    secret;       /* so that no file can choose colliding tokens */
};

static guint64
mix (guint64 a,
     guint64 b)
{
  __uint128_t product = (__uint128_t) (a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd1b54a32d192ed03u);

  return (guint64) product ^ (guint64) (product >> 64);
}

static guint64
hash_text (PentVocabulary *self,
           const char     *text,
           gsize           length)
{
  guint64 hash = self->secret ^ length;

  while (length > 0)
    {
      guint64 word = 0;
      gsize n = MIN (length, sizeof word);

      memcpy (&word, text, n);
      hash = mix (hash ^ word, self->secret);
      text += n;
      length -= n;
    }
  return hash;
}

static guint64
hash_pair (PentVocabulary *self,
           guint64         pair)
{
  return mix (pair ^ self->secret, self->secret);
}

PentVocabulary *
pent_vocabulary_new (void)
{
  PentVocabulary *self = g_new0 (PentVocabulary, 1);

  self->texts = g_string_new (NULL);
  self->offsets = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->secret = ((guint64) g_random_int () << 32 | g_random_int ()) | 1;
  self->n_slots = FIRST_SLOTS;
  self->slots = g_new (gint32, self->n_slots);
  memset (self->slots, 0xff, self->n_slots * sizeof *self->slots);
  self->n_merge_slots = FIRST_SLOTS;
  self->merges = g_new (MergeSlot, self->n_merge_slots);
  memset (self->merges, 0xff, self->n_merge_slots * sizeof *self->merges);
  return self;
}

void
pent_vocabulary_free (PentVocabulary *self)
{
  g_string_free (self->texts, TRUE);
  g_array_unref (self->offsets);
  g_free (self->slots);
  g_free (self->merges);
  g_free (self);
}

/**
 * pent_vocabulary_get:
 *
 * Returns: (nullable): the token of @id as its file writes it, valid until the
 * next token is added; %NULL where no token has this id
 */
const char *
pent_vocabulary_get (PentVocabulary *self,
                     int             id)
{
  guint32 offset;

  if (id < 0 || (guint) id >= self->offsets->len)
    return NULL;
  offset = g_array_index (self->offsets, guint32, id);
  return offset != NO_TOKEN ? self->texts->str + offset : NULL;
}

/* The slot that holds the token, or the empty one where it belongs. */
static gint32 *
find_slot (PentVocabulary *self,
           const char     *token,
           gsize           length)
{
  guint at = hash_text (self, token, length) & (self->n_slots - 1);

  while (self->slots[at] >= 0)
    {
      const char *other = pent_vocabulary_get (self, self->slots[at]);

      if (strncmp (other, token, length) == 0 && other[length] == '\0')
        break;
      at = (at + 1) & (self->n_slots - 1);
    }
  return &self->slots[at];
}

static void
grow_slots (PentVocabulary *self)
{
  g_free (self->slots);
  self->n_slots *= 4;
  self->slots = g_new (gint32, self->n_slots);
  memset (self->slots, 0xff, self->n_slots * sizeof *self->slots);
  for (guint id = 0; id < self->offsets->len; id++)
    {
      const char *token = pent_vocabulary_get (self, id);

      if (token != NULL)
        *find_slot (self, token, strlen (token)) = id;
    }
}

/* For messages: a token may be of any length. */
static char *
shorten (const char *token,
         gsize       length)
{
  g_autofree char *cut = g_strndup (token, MIN (length, 64));

  return g_utf8_make_valid (cut, -1);
}

/**
 * pent_vocabulary_add:
 * @token: @length bytes without NUL
 *
 * Adds one token. Fails where @id is out of range, or the id or the token is
 * there already: a sentence's second half, for the caller to put the file's
 * name before.
 */
gboolean
pent_vocabulary_add (PentVocabulary *self,
                     const char     *token,
                     gsize           length,
                     gint64          id,
                     GError        **error)
{
  gint32 *slot;
  guint32 offset;

  if (id < 0 || id >= PENT_VOCABULARY_MAX_IDS || self->texts->len + length >= G_MAXINT32)
    {
      g_autofree char *shown = shorten (token, length);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "gives “%s” the id %" G_GINT64_FORMAT
                   ", which is no id of a vocabulary", shown, id);
      return FALSE;
    }
  if (pent_vocabulary_get (self, id) != NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "gives the id %" G_GINT64_FORMAT " to two tokens", id);
      return FALSE;
    }
  slot = find_slot (self, token, length);
  if (*slot >= 0)
    {
      g_autofree char *shown = shorten (token, length);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "names the token “%s” twice", shown);
      return FALSE;
    }

  *slot = id;
  for (guint gap = self->offsets->len; gap <= (guint) id; gap++)
    {
      offset = NO_TOKEN;
      g_array_append_val (self->offsets, offset);
    }
  g_array_index (self->offsets, guint32, id) = self->texts->len;
  g_string_append_len (self->texts, token, length);
  g_string_append_c (self->texts, '\0');
  if (++self->n_tokens > self->n_slots / 2)
    grow_slots (self);
  return TRUE;
}

/**
 * pent_vocabulary_find:
 *
 * Returns: the id of @token, -1 if there is none
 */
int
pent_vocabulary_find (PentVocabulary *self,
                      const char     *token,
                      gsize           length)
{
  return *find_slot (self, token, length);
}

/* One more than the largest id: ids may have gaps. */
int
pent_vocabulary_get_n_ids (PentVocabulary *self)
{
  return self->offsets->len;
}

int
pent_vocabulary_get_n_tokens (PentVocabulary *self)
{
  return self->n_tokens;
}

static MergeSlot *
find_merge_slot (PentVocabulary *self,
                 guint64         pair)
{
  guint at = hash_pair (self, pair) & (self->n_merge_slots - 1);

  while (self->merges[at].merge.id >= 0 && self->merges[at].pair != pair)
    at = (at + 1) & (self->n_merge_slots - 1);
  return &self->merges[at];
}

static void
grow_merges (PentVocabulary *self)
{
  g_autofree MergeSlot *old = self->merges;
  guint n_old = self->n_merge_slots;

  self->n_merge_slots *= 4;
  self->merges = g_new (MergeSlot, self->n_merge_slots);
  memset (self->merges, 0xff, self->n_merge_slots * sizeof *self->merges);
  for (guint i = 0; i < n_old; i++)
    if (old[i].merge.id >= 0)
      *find_merge_slot (self, old[i].pair) = old[i];
}

static int
find_joined (PentVocabulary *self,
             const char     *left,
             gsize           left_length,
             const char     *right,
             gsize           right_length)
{
  char small[256];
  g_autofree char *large = NULL;
  gsize length = left_length + right_length;
  char *joined = length <= sizeof small ? small : (large = g_malloc (length));

  memcpy (joined, left, left_length);
  memcpy (joined + left_length, right, right_length);
  return pent_vocabulary_find (self, joined, length);
}

/**
 * pent_vocabulary_add_merge:
 * @rank: where it stands in the table, counting from 0
 *
 * Says that @left and @right merge into their joined text. All three must be
 * tokens. A pair that is named twice keeps its last rank, as in the tokenizers
 * library. Fails with a sentence's second half, as pent_vocabulary_add() does.
 */
gboolean
pent_vocabulary_add_merge (PentVocabulary *self,
                           const char     *left,
                           gsize           left_length,
                           const char     *right,
                           gsize           right_length,
                           guint32         rank,
                           GError        **error)
{
  int left_id = pent_vocabulary_find (self, left, left_length);
  int right_id = pent_vocabulary_find (self, right, right_length);
  int id = find_joined (self, left, left_length, right, right_length);
  guint64 pair = (guint64) left_id << 32 | (guint32) right_id;
  MergeSlot *slot;

  if (left_id < 0 || right_id < 0 || id < 0)
    {
      g_autofree char *shown_left = shorten (left, left_length);
      g_autofree char *shown_right = shorten (right, right_length);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "merges “%s” and “%s”, which the vocabulary does not know",
                   shown_left, shown_right);
      return FALSE;
    }

  slot = find_merge_slot (self, pair);
  if (slot->merge.id < 0)
    self->n_merges++;
  *slot = (MergeSlot) { .pair = pair, .merge = { .rank = rank, .id = id } };
  if (self->n_merges > self->n_merge_slots / 2)
    grow_merges (self);
  return TRUE;
}

/**
 * pent_vocabulary_find_merge:
 *
 * Returns: (nullable): what the tokens @left and @right merge into, %NULL if
 * they do not
 */
const PentMerge *
pent_vocabulary_find_merge (PentVocabulary *self,
                            int             left,
                            int             right)
{
  const MergeSlot *slot = find_merge_slot (self, (guint64) left << 32 | (guint32) right);

  return slot->merge.id >= 0 ? &slot->merge : NULL;
}
