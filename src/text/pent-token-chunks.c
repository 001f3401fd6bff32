/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-token-chunks.h"

/* How far a chunk's end may move back to a comma, so that what commas keep
 * together stays together: A1111's default. */
#define COMMA_BACKTRACK 20

typedef struct
{
  PentTokenizer *tokenizer;
  int     capacity;     /* tokens between BOS and EOS */
  int     comma;        /* the token of a comma at a word's end, -1 if none */

  GArray *ids;          /* gint32: the chunks that are closed */
  GArray *weights;      /* float */
  int     n_chunks;

  gint32 *open_ids;     /* the chunk being filled, capacity of each */
  float  *open_weights;
  int     n_open;
  int     last_comma;   /* its place in the open chunk, -1 if none */
} Chunker;

static void
append (Chunker *self,
        gint32   id,
        float    weight)
{
  g_array_append_val (self->ids, id);
  g_array_append_val (self->weights, weight);
}

/* Closes the open chunk after its first @n_kept tokens; the others open the
 * next one. */
static void
close_chunk (Chunker *self,
             int      n_kept)
{
  int eos = pent_tokenizer_get_eos (self->tokenizer);
  int n_moved = self->n_open - n_kept;

  append (self, pent_tokenizer_get_bos (self->tokenizer), 1);
  for (int i = 0; i < self->capacity; i++)
    append (self, i < n_kept ? self->open_ids[i] : eos, i < n_kept ? self->open_weights[i] : 1);
  append (self, eos, 1);

  self->n_chunks++;
  for (int i = 0; i < n_moved; i++)
    {
      self->open_ids[i] = self->open_ids[n_kept + i];
      self->open_weights[i] = self->open_weights[n_kept + i];
    }
  self->n_open = n_moved;
  self->last_comma = -1;
}

/* A comma that meets a full chunk opens the next one itself, unremembered. */
static void
add_token (Chunker *self,
           gint32   id,
           float    weight)
{
  gboolean is_full = self->n_open == self->capacity;

  if (is_full && id != self->comma && self->last_comma >= 0
      && self->capacity - self->last_comma <= COMMA_BACKTRACK)
    close_chunk (self, self->last_comma + 1);
  else if (is_full)
    close_chunk (self, self->n_open);
  else if (id == self->comma)
    self->last_comma = self->n_open;

  self->open_ids[self->n_open] = id;
  self->open_weights[self->n_open++] = weight;
}

static void
add_run (Chunker             *self,
         const PentPromptRun *run)
{
  g_autoptr(GArray) ids = NULL;

  if (run->is_break)
    {
      close_chunk (self, self->n_open);
      return;
    }
  ids = pent_tokenizer_encode (self->tokenizer, run->text);
  for (guint i = 0; i < ids->len; i++)
    add_token (self, g_array_index (ids, gint32, i), run->weight);
}

/* Models whose padding is not EOS were trained with it after the first EOS of
 * a chunk, whoever wrote that EOS. */
static void
pad_after_eos (PentTokenChunks *chunks,
               int              eos,
               int              pad)
{
  if (eos == pad)
    return;
  for (int chunk = 0; chunk < chunks->n_chunks; chunk++)
    {
      gint32 *ids = chunks->ids + (gsize) chunk * chunks->positions;
      int i = 0;

      while (i < chunks->positions && ids[i] != eos)
        i++;
      for (i++; i < chunks->positions; i++)
        ids[i] = pad;
    }
}

/**
 * pent_tokenize_prompt:
 * @prompt: as typed, in the syntax of pent_prompt_parse()
 * @positions: the text encoder's, at least 3 (77 for CLIP)
 *
 * Fills chunks of @positions - 2 tokens as A1111 does. Where a chunk is full
 * and a comma stands among its last 20 tokens, what follows the comma moves to
 * the next chunk. BREAK closes a chunk however full it is, so one at the start
 * leaves a chunk of padding, and one at the end nothing. Each chunk is BOS, its
 * tokens, and EOS to the end; where the tokenizer pads with another token, that
 * one follows the first EOS.
 *
 * Returns: (transfer full): never fails; however long the prompt, the number
 * of chunks is the caller's to limit
 */
PentTokenChunks *
pent_tokenize_prompt (PentTokenizer *tokenizer,
                      const char    *prompt,
                      int            positions)
{
  g_autoptr(PentPrompt) parsed = NULL;
  PentTokenChunks *chunks;
  Chunker chunker = { .tokenizer = tokenizer, .last_comma = -1 };

  g_return_val_if_fail (positions >= 3, NULL);

  parsed = pent_prompt_parse (prompt);
  chunker.capacity = positions - 2;
  chunker.comma = pent_tokenizer_find_token (tokenizer, ",</w>");
  chunker.ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  chunker.weights = g_array_new (FALSE, FALSE, sizeof (float));
  chunker.open_ids = g_new (gint32, chunker.capacity);
  chunker.open_weights = g_new (float, chunker.capacity);

  for (guint i = 0; i < parsed->runs->len; i++)
    add_run (&chunker, &g_array_index (parsed->runs, PentPromptRun, i));
  if (chunker.n_open > 0 || chunker.n_chunks == 0)
    close_chunk (&chunker, chunker.n_open);

  chunks = g_new0 (PentTokenChunks, 1);
  chunks->n_chunks = chunker.n_chunks;
  chunks->positions = positions;
  chunks->ids = (gint32 *) g_array_free (chunker.ids, FALSE);
  chunks->weights = (float *) g_array_free (chunker.weights, FALSE);
  chunks->warnings = g_steal_pointer (&parsed->warnings);
  pad_after_eos (chunks, pent_tokenizer_get_eos (tokenizer), pent_tokenizer_get_pad (tokenizer));
  g_free (chunker.open_ids);
  g_free (chunker.open_weights);
  return chunks;
}

void
pent_token_chunks_free (PentTokenChunks *self)
{
  g_free (self->ids);
  g_free (self->weights);
  g_ptr_array_unref (self->warnings);
  g_free (self);
}
