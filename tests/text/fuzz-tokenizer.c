/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A libFuzzer target of everything that reads a tokenizer's files or a prompt.
 *
 * The input is a folder and a prompt in one text: parts with a line
 * "=== NAME" before each. A part with the name of a tokenizer's file is
 * written under that name, "table" is read as a shipped table, and "prompt" is
 * what gets tokenised. What stands before the first such line is a prompt, so
 * that any bytes at all do something. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "pent-token-chunks.h"
#include "pent-tokenizer.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static const char *const names[] = {
  "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
  "added_tokens.json", "table", "prompt",
};

static void
check_tokens (PentTokenizer *tokenizer,
              const char    *prompt)
{
  g_autoptr(PentTokenChunks) chunks = pent_tokenize_prompt (tokenizer, prompt, 77);

  for (int i = 0; i < chunks->n_chunks * chunks->positions; i++)
    {
      int id = chunks->ids[i];
      g_autofree char *text = pent_tokenizer_dup_text (tokenizer, id);

      if (id < 0 || id >= pent_tokenizer_get_vocabulary_size (tokenizer) || !g_utf8_validate (text, -1, NULL)
          || !(ABS (chunks->weights[i]) <= 1000))
        g_error ("token %d of the prompt is %d", i, id);
    }
}

static void
check_result (PentTokenizer *tokenizer,
              GError        *error,
              const char    *prompt)
{
  if ((tokenizer == NULL) == (error == NULL))
    g_error ("an error without a failure, or a failure without an error");
  if (error != NULL && !g_utf8_validate (error->message, -1, NULL))
    g_error ("a message that is not text");
  if (tokenizer != NULL)
    check_tokens (tokenizer, prompt);
}

/* Writes the parts into the folder and returns the prompt. */
static char *
write_parts (const char *dir,
             const char *text,
             gsize       size)
{
  const char *end = text + size, *from = text;
  const char *name = "prompt";
  char *prompt = NULL;

  while (from != NULL)
    {
      const char *mark = g_strstr_len (from, end - from, "=== ");
      const char *stop = mark != NULL ? mark : end;
      const char *line = mark != NULL ? memchr (mark, '\n', end - mark) : NULL;

      if (g_str_equal (name, "prompt"))
        {
          g_free (prompt);
          prompt = g_strndup (from, stop - from);
        }
      else
        {
          g_autofree char *path = g_build_filename (dir, name, NULL);
          g_file_set_contents_full (path, from, stop - from, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (names) && line != NULL; i++)
        if (strlen (names[i]) == (gsize) (line - mark - 4) && memcmp (names[i], mark + 4, line - mark - 4) == 0)
          name = names[i];
      from = line != NULL ? line + 1 : NULL;
    }
  return prompt;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autofree char *dir = g_dir_make_tmp ("pent-fuzz-XXXXXX", NULL);
  g_autofree char *prompt = write_parts (dir, (const char *) data, size);
  g_autofree char *table = g_build_filename (dir, "table", NULL);

  {
    g_autoptr(GError) error = NULL;
    g_autoptr(PentTokenizer) tokenizer = pent_tokenizer_new_from_dir (dir, &error);
    check_result (tokenizer, error, prompt);
  }
  {
    g_autoptr(GError) error = NULL;
    g_autoptr(PentTokenizer) tokenizer = pent_tokenizer_new_clip (table, &error);
    check_result (tokenizer, error, prompt);
  }

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (dir, names[i], NULL);
      g_unlink (path);
    }
  g_rmdir (dir);
  return 0;
}
