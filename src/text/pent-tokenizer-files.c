/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-tokenizer-files.h"

#include <string.h>

#include "pent-error.h"
#include "pent-file-read.h"
#include "pent-json-scanner.h"
#include "pent-merge-table.h"

/* CLIP's largest, tokenizer.json, has 3.6 MB. */
#define MAX_FILE_SIZE (64 << 20)

/* What is not read: a normalizer, a chat template, other models' tokens. */
#define MAX_SKIPPED_VALUES (1 << 20)
#define MAX_SKIPPED_DEPTH  16

static const char *const named_keys[PENT_N_NAMED] = {
  "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
};

static void
added_token_clear (gpointer data)
{
  g_clear_pointer (&((PentAddedToken *) data)->content, g_free);
}

static GArray *
token_array_new (void)
{
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (PentAddedToken));

  g_array_set_clear_func (tokens, added_token_clear);
  return tokens;
}

static PentTokenizerFiles *
files_new (const char *name)
{
  PentTokenizerFiles *self = g_new0 (PentTokenizerFiles, 1);

  self->name = g_strdup (name);
  self->vocabulary = pent_vocabulary_new ();
  self->listed = token_array_new ();
  self->extra = token_array_new ();
  return self;
}

void
pent_tokenizer_files_free (PentTokenizerFiles *self)
{
  g_free (self->name);
  g_clear_pointer (&self->vocabulary, pent_vocabulary_free);
  for (int i = 0; i < PENT_N_NAMED; i++)
    added_token_clear (&self->named[i]);
  g_array_unref (self->listed);
  g_array_unref (self->extra);
  g_free (self);
}

/* Ids here only order tokens, so those that no vocabulary has need no error. */
static int
clamp_id (gint64 id)
{
  return CLAMP (id, -1, PENT_VOCABULARY_MAX_IDS);
}

/* A token as {"content": ..., flags}. Flags that are not given are false, but
 * for "normalized", which is the opposite of "special". */
static void
read_token_object (PentJsonScanner *scanner,
                   PentAddedToken  *token,
                   gboolean         special)
{
  g_autoptr(GString) key = g_string_new (NULL);
  g_autoptr(GString) content = g_string_new (NULL);
  gboolean has_normalized = FALSE;

  pent_json_scanner_begin_object (scanner);
  while (pent_json_scanner_next_member (scanner, key))
    {
      if (g_str_equal (key->str, "content"))
        pent_json_scanner_read_string (scanner, content);
      else if (g_str_equal (key->str, "id"))
        token->id = clamp_id (pent_json_scanner_read_integer (scanner));
      else if (g_str_equal (key->str, "normalized"))
        {
          token->normalized = pent_json_scanner_read_boolean (scanner);
          has_normalized = TRUE;
        }
      else if (g_str_equal (key->str, "single_word"))
        token->single_word = pent_json_scanner_read_boolean (scanner);
      else if (g_str_equal (key->str, "special"))
        special = pent_json_scanner_read_boolean (scanner) || special;
      else
        pent_json_scanner_skip (scanner, MAX_SKIPPED_DEPTH);
    }
  if (!has_normalized)
    token->normalized = !special;
  token->content = g_strdup (content->str);
}

/* A token as its text or as an object; null is no token. */
static gboolean
read_token (PentJsonScanner *scanner,
            PentAddedToken  *token,
            gboolean         special)
{
  *token = (PentAddedToken) { .id = -1 };
  if (pent_json_scanner_peek (scanner) == PENT_JSON_NULL)
    {
      pent_json_scanner_skip (scanner, MAX_SKIPPED_DEPTH);
      return FALSE;
    }
  if (pent_json_scanner_peek (scanner) == PENT_JSON_OBJECT)
    read_token_object (scanner, token, special);
  else
    {
      g_autoptr(GString) content = g_string_new (NULL);
      pent_json_scanner_read_string (scanner, content);
      token->content = g_strdup (content->str);
    }
  return TRUE;
}

/* A list of tokens; what is no list names tokens of other kinds of models. */
static void
read_token_list (PentJsonScanner *scanner,
                 GArray          *tokens,
                 gboolean         special)
{
  PentAddedToken token;

  if (pent_json_scanner_peek (scanner) != PENT_JSON_ARRAY)
    {
      pent_json_scanner_skip (scanner, MAX_SKIPPED_DEPTH);
      return;
    }
  pent_json_scanner_begin_array (scanner);
  while (pent_json_scanner_next_element (scanner))
    if (read_token (scanner, &token, special))
      g_array_append_val (tokens, token);
}

/* {"49406": {"content": ...}, ...} */
static void
read_added_tokens_decoder (PentJsonScanner *scanner,
                           GArray          *tokens)
{
  g_autoptr(GString) key = g_string_new (NULL);
  PentAddedToken token;

  pent_json_scanner_begin_object (scanner);
  while (pent_json_scanner_next_member (scanner, key))
    if (read_token (scanner, &token, FALSE))
      {
        token.id = clamp_id (g_ascii_strtoll (key->str, NULL, 10));
        g_array_append_val (tokens, token);
      }
}

/* added_tokens.json: {"<cat-toy>": 49408, ...} */
static void
read_added_tokens_file (PentJsonScanner *scanner,
                        GArray          *tokens)
{
  g_autoptr(GString) key = g_string_new (NULL);

  pent_json_scanner_begin_object (scanner);
  while (pent_json_scanner_next_member (scanner, key))
    {
      PentAddedToken token = { .normalized = TRUE };

      token.id = clamp_id (pent_json_scanner_read_integer (scanner));
      token.content = g_strdup (key->str);
      g_array_append_val (tokens, token);
    }
}

typedef struct
{
  PentTokenizerFiles *files;
  gboolean            has_decoder;  /* tokenizer_config.json lists the added tokens */
} Reading;

static gboolean
read_named (PentTokenizerFiles *files,
            PentJsonScanner    *scanner,
            const char         *key,
            gboolean            special)
{
  for (int i = 0; i < PENT_N_NAMED; i++)
    if (g_str_equal (key, named_keys[i]))
      {
        added_token_clear (&files->named[i]);
        read_token (scanner, &files->named[i], special);
        return TRUE;
      }
  return FALSE;
}

/* tokenizer_config.json, or special_tokens_map.json, where objects are special
 * tokens even where they do not say so. */
static void
read_config (PentJsonScanner *scanner,
             Reading         *reading,
             gboolean         is_map)
{
  g_autoptr(GString) key = g_string_new (NULL);

  pent_json_scanner_begin_object (scanner);
  while (pent_json_scanner_next_member (scanner, key))
    {
      if (g_str_equal (key->str, "added_tokens_decoder") && !is_map)
        {
          read_added_tokens_decoder (scanner, reading->files->listed);
          reading->has_decoder = TRUE;
        }
      else if (g_str_equal (key->str, "additional_special_tokens")
               || g_str_equal (key->str, "extra_special_tokens"))
        read_token_list (scanner, reading->files->extra, TRUE);
      else if (!read_named (reading->files, scanner, key->str, is_map))
        pent_json_scanner_skip (scanner, MAX_SKIPPED_DEPTH);
    }
}

static void
read_vocabulary (PentJsonScanner *scanner,
                 PentVocabulary  *vocabulary)
{
  g_autoptr(GString) key = g_string_new (NULL);

  pent_json_scanner_begin_object (scanner);
  while (pent_json_scanner_next_member (scanner, key))
    {
      g_autoptr(GError) error = NULL;
      gint64 id = pent_json_scanner_read_integer (scanner);

      if (!pent_json_scanner_failed (scanner) && !pent_vocabulary_add (vocabulary, key->str, key->len, id, &error))
        pent_json_scanner_fail (scanner, "%s", error->message);
    }
}

/* "left right", or since 2024 ["left", "right"]. */
static gboolean
read_merge (PentJsonScanner *scanner,
            GString         *left,
            GString         *right)
{
  const char *space;

  if (pent_json_scanner_peek (scanner) == PENT_JSON_ARRAY)
    {
      pent_json_scanner_begin_array (scanner);
      if (pent_json_scanner_next_element (scanner))
        pent_json_scanner_read_string (scanner, left);
      if (pent_json_scanner_next_element (scanner))
        pent_json_scanner_read_string (scanner, right);
      if (pent_json_scanner_next_element (scanner) || left->len == 0 || right->len == 0)
        pent_json_scanner_fail (scanner, "it holds a merge that is not two tokens");
      return !pent_json_scanner_failed (scanner);
    }

  if (!pent_json_scanner_read_string (scanner, left))
    return FALSE;
  space = strchr (left->str, ' ');
  if (space == NULL || space == left->str || space[1] == '\0' || strchr (space + 1, ' ') != NULL)
    {
      pent_json_scanner_fail (scanner, "it holds a merge that is not two tokens");
      return FALSE;
    }
  g_string_assign (right, space + 1);
  g_string_truncate (left, space - left->str);
  return TRUE;
}

static void
read_merges (PentJsonScanner *scanner,
             PentVocabulary  *vocabulary)
{
  g_autoptr(GString) left = g_string_new (NULL);
  g_autoptr(GString) right = g_string_new (NULL);
  guint32 rank = 0;

  pent_json_scanner_begin_array (scanner);
  while (pent_json_scanner_next_element (scanner))
    {
      g_autoptr(GError) error = NULL;

      g_string_truncate (left, 0);
      g_string_truncate (right, 0);
      if (read_merge (scanner, left, right)
          && !pent_vocabulary_add_merge (vocabulary, left->str, left->len, right->str, right->len, rank++, &error))
        pent_json_scanner_fail (scanner, "%s", error->message);
    }
}

/* Merges can only be looked up once the vocabulary is there, and nothing says
 * which of the two comes first in the file. */
static void
read_model (PentJsonScanner *scanner,
            PentVocabulary  *vocabulary)
{
  g_autoptr(GString) key = g_string_new (NULL);
  g_autoptr(GString) type = g_string_new ("BPE");
  PentJsonScanner merges = { 0 };

  pent_json_scanner_begin_object (scanner);
  while (pent_json_scanner_next_member (scanner, key))
    {
      if (g_str_equal (key->str, "type"))
        pent_json_scanner_read_string (scanner, type);
      else if (g_str_equal (key->str, "vocab") && pent_vocabulary_get_n_ids (vocabulary) == 0)
        {
          if (!g_str_equal (type->str, "BPE"))
            break;
          read_vocabulary (scanner, vocabulary);
        }
      else if (g_str_equal (key->str, "merges"))
        {
          merges = *scanner;
          pent_json_scanner_skip (scanner, MAX_SKIPPED_DEPTH);
        }
      else
        pent_json_scanner_skip (scanner, MAX_SKIPPED_DEPTH);
    }
  if (!g_str_equal (type->str, "BPE"))
    pent_json_scanner_fail (scanner, "it holds a tokenizer of the kind %.32s, not CLIP's BPE", type->str);
  if (pent_json_scanner_failed (scanner))
    return;
  if (merges.at == NULL)
    {
      pent_json_scanner_fail (scanner, "it holds no merges");
      return;
    }
  read_merges (&merges, vocabulary);
  if (pent_json_scanner_failed (&merges))
    pent_json_scanner_fail (scanner, "%s", merges.problem);
}

static void
read_tokenizer_json (PentJsonScanner *scanner,
                     Reading         *reading)
{
  g_autoptr(GString) key = g_string_new (NULL);

  pent_json_scanner_begin_object (scanner);
  while (pent_json_scanner_next_member (scanner, key))
    {
      if (g_str_equal (key->str, "model"))
        read_model (scanner, reading->files->vocabulary);
      else if (g_str_equal (key->str, "added_tokens") && !reading->has_decoder)
        read_token_list (scanner, reading->files->listed, FALSE);
      else
        pent_json_scanner_skip (scanner, MAX_SKIPPED_DEPTH);
    }
}

typedef enum
{
  FILE_CONFIG,
  FILE_SPECIAL_MAP,
  FILE_ADDED_TOKENS,
  FILE_TOKENIZER,
  FILE_VOCABULARY,
} FileKind;

static gboolean
read_json (Reading    *reading,
           const char *path,
           FileKind    kind,
           GError    **error)
{
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;
  PentJsonScanner scanner;
  gsize length;

  text = pent_read_small_file (path, MAX_FILE_SIZE, &length, error);
  if (text == NULL)
    return FALSE;

  pent_json_scanner_init (&scanner, text, length, MAX_SKIPPED_VALUES);
  switch (kind)
    {
    case FILE_CONFIG:
    case FILE_SPECIAL_MAP:
      read_config (&scanner, reading, kind == FILE_SPECIAL_MAP);
      break;
    case FILE_ADDED_TOKENS:
      read_added_tokens_file (&scanner, reading->files->listed);
      break;
    case FILE_TOKENIZER:
      read_tokenizer_json (&scanner, reading);
      break;
    case FILE_VOCABULARY:
      read_vocabulary (&scanner, reading->files->vocabulary);
      break;
    }
  if (pent_json_scanner_finish (&scanner))
    return TRUE;
  shown = g_filename_display_name (path);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s is damaged (%s): download it again", shown, scanner.problem);
  return FALSE;
}

static gboolean
read_json_if_there (Reading    *reading,
                    const char *dir,
                    const char *name,
                    FileKind    kind,
                    GError    **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  return !g_file_test (path, G_FILE_TEST_EXISTS) || read_json (reading, path, kind, error);
}

static gboolean
read_merges_txt (PentTokenizerFiles *files,
                 const char         *path,
                 GError            **error)
{
  g_autofree char *text = NULL;
  gsize length;

  text = pent_read_small_file (path, MAX_FILE_SIZE, &length, error);
  if (text == NULL)
    return FALSE;
  if (!g_utf8_validate (text, length, NULL))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "“%s” is not UTF-8 text; fetch the file again.", path);
      return FALSE;
    }
  return pent_merge_table_read (files->vocabulary, path, text, length, error);
}

/* The vocabulary and its merges: tokenizer.json first, as transformers does. */
static gboolean
read_tables (Reading    *reading,
             const char *dir,
             GError    **error)
{
  g_autofree char *tokenizer = g_build_filename (dir, "tokenizer.json", NULL);
  g_autofree char *vocabulary = g_build_filename (dir, "vocab.json", NULL);
  g_autofree char *merges = g_build_filename (dir, "merges.txt", NULL);

  if (g_file_test (tokenizer, G_FILE_TEST_EXISTS))
    return read_json (reading, tokenizer, FILE_TOKENIZER, error);
  if (g_file_test (vocabulary, G_FILE_TEST_EXISTS) && g_file_test (merges, G_FILE_TEST_EXISTS))
    return read_json (reading, vocabulary, FILE_VOCABULARY, error)
           && read_merges_txt (reading->files, merges, error);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "The tokenizer folder “%s” has neither tokenizer.json nor "
               "vocab.json with merges.txt; fetch the model's tokenizer folder again.", dir);
  return FALSE;
}

static gboolean
read_dir (Reading    *reading,
          const char *dir,
          GError    **error)
{
  if (!read_json_if_there (reading, dir, "tokenizer_config.json", FILE_CONFIG, error))
    return FALSE;
  /* A config that lists the added tokens speaks for these two as well. */
  if (!reading->has_decoder
      && (!read_json_if_there (reading, dir, "special_tokens_map.json", FILE_SPECIAL_MAP, error)
          || !read_json_if_there (reading, dir, "added_tokens.json", FILE_ADDED_TOKENS, error)))
    return FALSE;
  return read_tables (reading, dir, error);
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  return ((const PentAddedToken *) a)->id - ((const PentAddedToken *) b)->id;
}

/**
 * pent_tokenizer_files_read_dir:
 *
 * Reads a diffusers tokenizer folder: tokenizer.json, or vocab.json with
 * merges.txt; and tokenizer_config.json, special_tokens_map.json and
 * added_tokens.json where they are, with transformers' precedence.
 */
PentTokenizerFiles *
pent_tokenizer_files_read_dir (const char *dir,
                               GError    **error)
{
  g_autoptr(PentTokenizerFiles) files = files_new (dir);
  Reading reading = { .files = files };

  if (!read_dir (&reading, dir, error))
    return NULL;
  if (pent_vocabulary_get_n_tokens (files->vocabulary) < 2)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "The tokenizer folder “%s” has no vocabulary; "
                   "fetch the model's tokenizer folder again.", dir);
      return NULL;
    }

  g_array_sort (files->listed, compare_ids);
  return g_steal_pointer (&files);
}

/**
 * pent_tokenizer_files_read_clip:
 * @table_path: the shipped table, data/clip/merges.txt
 *
 * CLIP's own vocabulary, for models in a single file, which carry none.
 */
PentTokenizerFiles *
pent_tokenizer_files_read_clip (const char *table_path,
                                GError    **error)
{
  g_autoptr(PentTokenizerFiles) files = files_new (table_path);
  g_autofree char *text = NULL;
  gsize length;

  text = pent_read_small_file (table_path, MAX_FILE_SIZE, &length, error);
  if (text == NULL)
    return NULL;
  if (!g_utf8_validate (text, length, NULL))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "“%s” is not UTF-8 text; install Pentimento again.",
                   table_path);
      return NULL;
    }
  if (!pent_merge_table_read_clip (files->vocabulary, table_path, text, length, error))
    return NULL;
  return g_steal_pointer (&files);
}
