/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-tokenizer.h"

#include <string.h>

#include "pent-added-tokens.h"
#include "pent-bpe.h"
#include "pent-clip-text.h"
#include "pent-tokenizer-files.h"

struct _PentTokenizer
{
  gatomicrefcount  ref_count;
  PentVocabulary  *vocabulary;
  PentBpe         *bpe;
  PentAddedTokens *raw_tokens;         /* found in the text as typed */
  PentAddedTokens *normalized_tokens;  /* found after the clean-up */
  int bos;
  int eos;
  int unk;
  int pad;
};

/* Adding tokens one by one, in transformers' order. */
typedef struct
{
  PentVocabulary *vocabulary;
  GArray         *tokens;    /* PentAddedToken, their contents borrowed */
  GHashTable     *places;    /* content to place in tokens; borrowed */
  guint           n_fixed;   /* of these, that later ones do not change */
  int             n_model;   /* tokens before anything was added */
  int             largest;   /* id added so far */
} Adding;

/* A token that the vocabulary lacks gets the next id after it, whatever id its
 * file gives. One that was added before only changes in how it is found. */
static gboolean
add_token (Adding               *self,
           const PentAddedToken *token,
           GError              **error)
{
  PentAddedToken added = *token;
  gsize length = strlen (token->content);
  gpointer place;

  if (length == 0)
    return TRUE;
  if (g_hash_table_lookup_extended (self->places, token->content, NULL, &place))
    {
      PentAddedToken *before = &g_array_index (self->tokens, PentAddedToken, GPOINTER_TO_UINT (place));

      added.id = before->id;
      if (GPOINTER_TO_UINT (place) >= self->n_fixed)
        *before = added;
      return TRUE;
    }

  added.id = pent_vocabulary_find (self->vocabulary, token->content, length);
  if (added.id < 0)
    {
      added.id = MAX (self->n_model, self->largest + 1);
      if (!pent_vocabulary_add (self->vocabulary, token->content, length, added.id, error))
        return FALSE;
    }
  self->largest = MAX (self->largest, added.id);
  g_hash_table_insert (self->places, token->content, GUINT_TO_POINTER (self->tokens->len));
  g_array_append_val (self->tokens, added);
  return TRUE;
}

static void
make_searchable (PentTokenizer *self,
                 GArray        *tokens)
{
  self->raw_tokens = pent_added_tokens_new ();
  self->normalized_tokens = pent_added_tokens_new ();
  for (guint i = 0; i < tokens->len; i++)
    {
      const PentAddedToken *token = &g_array_index (tokens, PentAddedToken, i);
      g_autofree char *normal = NULL;

      if (!token->normalized)
        {
          pent_added_tokens_add (self->raw_tokens, token, token->content);
          continue;
        }
      normal = pent_clip_text_normalize (token->content, strlen (token->content));
      pent_added_tokens_add (self->normalized_tokens, token, normal);
    }
  pent_added_tokens_seal (self->raw_tokens);
  pent_added_tokens_seal (self->normalized_tokens);
}

static gboolean
add_tokens (Adding       *self,
            const GArray *tokens,
            GError      **error)
{
  for (guint i = 0; i < tokens->len; i++)
    if (!add_token (self, &g_array_index (tokens, PentAddedToken, i), error))
      return FALSE;
  return TRUE;
}

/* A special token's name by its part: the files', or CLIP's own, or none. */
static const char *
name_of (const PentTokenizerFiles *files,
         PentNamedToken            which)
{
  static const char *const usual[PENT_N_NAMED] = {
    [PENT_NAMED_BOS] = "<|startoftext|>",
    [PENT_NAMED_EOS] = "<|endoftext|>",
    [PENT_NAMED_UNK] = "<|endoftext|>",
    [PENT_NAMED_PAD] = "<|endoftext|>",
  };

  return files->named[which].content != NULL ? files->named[which].content : usual[which];
}

/* CLIP's own names are only added where the vocabulary has them: another
 * vocabulary may call its special tokens otherwise. */
static gboolean
add_named_tokens (Adding                   *self,
                  const PentTokenizerFiles *files,
                  GError                  **error)
{
  for (int i = 0; i < PENT_N_NAMED; i++)
    {
      const char *name = name_of (files, i);
      PentAddedToken token = files->named[i];

      if (token.content == NULL && name != NULL && pent_vocabulary_find (self->vocabulary, name, strlen (name)) >= 0)
        token.content = (char *) name;
      if (token.content != NULL && !add_token (self, &token, error))
        return FALSE;
    }
  return TRUE;
}

/* The id of a special token, and where the vocabulary has none @otherwise. */
static int
find_named (PentTokenizer            *self,
            const PentTokenizerFiles *files,
            PentNamedToken            which,
            int                       otherwise)
{
  int id = pent_tokenizer_find_token (self, name_of (files, which));

  return id >= 0 ? id : otherwise;
}

static gboolean
add_all_tokens (PentTokenizer            *self,
                const PentTokenizerFiles *files,
                GError                  **error)
{
  g_autoptr(GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GArray) tokens = g_array_new (FALSE, FALSE, sizeof (PentAddedToken));
  Adding adding = {
    .vocabulary = self->vocabulary,
    .tokens = tokens,
    .places = places,
    .n_model = pent_vocabulary_get_n_tokens (self->vocabulary),
    .largest = -1,
  };
  int last = pent_vocabulary_get_n_ids (self->vocabulary) - 1;

  if (!add_tokens (&adding, files->listed, error))
    return FALSE;
  adding.n_fixed = tokens->len;
  if (!add_named_tokens (&adding, files, error)
      || !add_tokens (&adding, files->extra, error))
    return FALSE;

  make_searchable (self, tokens);
  self->bos = find_named (self, files, PENT_NAMED_BOS, last - 1);
  self->eos = find_named (self, files, PENT_NAMED_EOS, last);
  self->unk = find_named (self, files, PENT_NAMED_UNK, self->eos);
  self->pad = find_named (self, files, PENT_NAMED_PAD, self->eos);
  return TRUE;
}

static PentTokenizer *
new_from_files (PentTokenizerFiles *files,
                GError            **error)
{
  g_autoptr(PentTokenizer) self = g_new0 (PentTokenizer, 1);
  g_autoptr(GError) local = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  self->vocabulary = g_steal_pointer (&files->vocabulary);
  self->bpe = pent_bpe_new (self->vocabulary);
  if (!add_all_tokens (self, files, &local))
    {
      g_set_error (error, local->domain, local->code, "“%s” %s; fetch the tokenizer's files again.",
                   files->name, local->message);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * pent_tokenizer_new_from_dir:
 * @dir: a model's tokenizer folder, with tokenizer.json, or with vocab.json
 *   and merges.txt
 *
 * Fails with %PENT_ERROR_FILE where a file is missing or makes no sense.
 */
PentTokenizer *
pent_tokenizer_new_from_dir (const char *dir,
                             GError    **error)
{
  g_autoptr(PentTokenizerFiles) files = pent_tokenizer_files_read_dir (dir, error);

  return files != NULL ? new_from_files (files, error) : NULL;
}

/**
 * pent_tokenizer_new_clip:
 * @table_path: the shipped table, clip/merges.txt in the data folder
 *
 * The tokenizer of OpenAI's CLIP, for models in a single file. Its 49408 ids
 * end with BOS and EOS; padding is EOS.
 */
PentTokenizer *
pent_tokenizer_new_clip (const char *table_path,
                         GError    **error)
{
  g_autoptr(PentTokenizerFiles) files = pent_tokenizer_files_read_clip (table_path, error);

  return files != NULL ? new_from_files (files, error) : NULL;
}

PentTokenizer *
pent_tokenizer_ref (PentTokenizer *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
pent_tokenizer_unref (PentTokenizer *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  pent_vocabulary_free (self->vocabulary);
  pent_bpe_free (self->bpe);
  g_clear_pointer (&self->raw_tokens, pent_added_tokens_free);
  g_clear_pointer (&self->normalized_tokens, pent_added_tokens_free);
  g_free (self);
}

int
pent_tokenizer_get_bos (PentTokenizer *self)
{
  return self->bos;
}

int
pent_tokenizer_get_eos (PentTokenizer *self)
{
  return self->eos;
}

/* What fills a chunk after its first EOS: EOS itself, or 0 ("!") in SD 2. */
int
pent_tokenizer_get_pad (PentTokenizer *self)
{
  return self->pad;
}

/* One more than the largest id: a text encoder needs at least as many rows. */
int
pent_tokenizer_get_vocabulary_size (PentTokenizer *self)
{
  return pent_vocabulary_get_n_ids (self->vocabulary);
}

/**
 * pent_tokenizer_get_token:
 *
 * Returns: (nullable): the token of @id as the vocabulary writes it ("cat</w>",
 * bytes as characters that print); %NULL for an id that no token has
 */
const char *
pent_tokenizer_get_token (PentTokenizer *self,
                          int            id)
{
  return pent_vocabulary_get (self->vocabulary, id);
}

/* The id of a token as the vocabulary writes it, or -1. */
int
pent_tokenizer_find_token (PentTokenizer *self,
                           const char    *token)
{
  return pent_vocabulary_find (self->vocabulary, token, strlen (token));
}

/**
 * pent_tokenizer_dup_text:
 *
 * Returns: the token of @id as a person reads it: without "</w>", its bytes as
 * text, and those that are only a part of a character as U+FFFD
 */
char *
pent_tokenizer_dup_text (PentTokenizer *self,
                         int            id)
{
  const char *token = pent_tokenizer_get_token (self, id);
  g_autoptr(GString) bytes = g_string_new (NULL);
  const char *end;

  if (token == NULL)
    return g_strdup ("\uFFFD");
  end = token + strlen (token);
  if (end - token > 4 && g_str_has_suffix (token, "</w>"))
    end -= 4;
  for (const char *p = token; p < end; p = g_utf8_next_char (p))
    {
      int byte = pent_bpe_symbol_to_byte (g_utf8_get_char (p));

      if (byte < 0)
        return g_strdup (token);
      g_string_append_c (bytes, byte);
    }
  return g_utf8_make_valid (bytes->str, bytes->len);
}

typedef struct
{
  PentTokenizer *tokenizer;
  GArray        *ids;
} Encoding;

static void
encode_word (const char *word,
             gsize       length,
             gpointer    user_data)
{
  Encoding *self = user_data;

  pent_bpe_encode (self->tokenizer->bpe, word, length, self->tokenizer->unk, self->ids);
}

static void
encode_normalized_part (const char *text,
                        gsize       length,
                        int         id,
                        gpointer    user_data)
{
  Encoding *self = user_data;

  if (id >= 0)
    g_array_append_val (self->ids, id);
  else
    pent_clip_text_split (text, length, encode_word, self);
}

static void
encode_raw_part (const char *text,
                 gsize       length,
                 int         id,
                 gpointer    user_data)
{
  Encoding *self = user_data;
  g_autofree char *normal = NULL;

  if (id >= 0)
    {
      g_array_append_val (self->ids, id);
      return;
    }
  normal = pent_clip_text_normalize (text, length);
  pent_added_tokens_split (self->tokenizer->normalized_tokens, normal, strlen (normal),
                           encode_normalized_part, self);
}

/**
 * pent_tokenizer_encode:
 * @text: any text; bytes that are not UTF-8 count as U+FFFD
 *
 * Returns: (transfer full) (element-type gint32): the ids, without BOS and EOS,
 * however many there are. The typed names of special tokens become their ids.
 */
GArray *
pent_tokenizer_encode (PentTokenizer *self,
                       const char    *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  Encoding encoding = {
    .tokenizer = self,
    .ids = g_array_new (FALSE, FALSE, sizeof (gint32)),
  };

  pent_added_tokens_split (self->raw_tokens, valid, strlen (valid), encode_raw_part, &encoding);
  return encoding.ids;
}
