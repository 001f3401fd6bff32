/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-merge-table.h"

#include <string.h>

#include "pent-bpe.h"
#include "pent-error.h"

typedef struct
{
  const char *at;
  const char *end;
  guint       line;  /* from 1 */

  const char *left;
  gsize       left_length;
  const char *right;
  gsize       right_length;
} Lines;

/* Moves to the next line that holds a merge. Returns %FALSE at the end, and
 * with @error where a line is none. */
static gboolean
next_merge (Lines      *self,
            const char *file,
            GError    **error)
{
  while (self->at < self->end)
    {
      const char *line = self->at;
      const char *newline = memchr (line, '\n', self->end - line);
      const char *end = newline != NULL ? newline : self->end;
      const char *space;

      self->at = newline != NULL ? newline + 1 : self->end;
      self->line++;
      if (end > line && end[-1] == '\r')
        end--;
      if (end == line || g_str_has_prefix (line, "#version"))
        continue;

      space = memchr (line, ' ', end - line);
      if (space == NULL || space == line || space + 1 == end || memchr (space + 1, ' ', end - space - 1) != NULL)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                       "“%s” is no table of merges: line %u is not two tokens with a space between; "
                       "fetch the file again.", file, self->line);
          return FALSE;
        }
      self->left = line;
      self->left_length = space - line;
      self->right = space + 1;
      self->right_length = end - space - 1;
      return TRUE;
    }
  return FALSE;
}

static gboolean
fail_half (const char *file,
           GError     *half,
           GError    **error)
{
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "“%s” %s; fetch the file again.", file, half->message);
  g_error_free (half);
  return FALSE;
}

/**
 * pent_merge_table_read:
 * @vocabulary: complete but for its merges
 * @file: the name for messages
 * @text: (array length=length): the table, NUL-terminated, valid UTF-8
 *
 * Reads the merges.txt that stands beside a vocab.json.
 */
gboolean
pent_merge_table_read (PentVocabulary *vocabulary,
                       const char     *file,
                       const char     *text,
                       gsize           length,
                       GError        **error)
{
  Lines lines = { .at = text, .end = text + length };
  GError *local = NULL;
  guint32 rank = 0;

  while (next_merge (&lines, file, &local))
    if (!pent_vocabulary_add_merge (vocabulary, lines.left, lines.left_length,
                                    lines.right, lines.right_length, rank++, &local))
      return fail_half (file, local, error);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static void
add_byte_symbols (PentVocabulary *vocabulary,
                  const char     *suffix)
{
  for (int printable = 1; printable >= 0; printable--)
    for (int byte = 0; byte < 256; byte++)
      {
        gunichar symbol = pent_bpe_byte_to_symbol (byte);
        char text[16];
        int length = g_unichar_to_utf8 (symbol, text);

        if ((symbol < 0x100) != printable)
          continue;
        g_strlcpy (text + length, suffix, sizeof text - length);
        pent_vocabulary_add (vocabulary, text, strlen (text), pent_vocabulary_get_n_ids (vocabulary), NULL);
      }
}

/**
 * pent_merge_table_read_clip:
 * @vocabulary: empty
 * @text: (array length=length): the table, NUL-terminated, valid UTF-8
 *
 * Makes the whole vocabulary from the table alone, in the order of OpenAI's
 * CLIP: the 256 byte symbols (first those that print), the same with "</w>",
 * what each merge makes, "<|startoftext|>", "<|endoftext|>".
 */
gboolean
pent_merge_table_read_clip (PentVocabulary *vocabulary,
                            const char     *file,
                            const char     *text,
                            gsize           length,
                            GError        **error)
{
  static const char *const specials[] = { "<|startoftext|>", "<|endoftext|>" };
  Lines lines = { .at = text, .end = text + length };
  g_autoptr(GString) joined = g_string_new (NULL);
  GError *local = NULL;

  add_byte_symbols (vocabulary, "");
  add_byte_symbols (vocabulary, "</w>");

  for (guint32 rank = 0; next_merge (&lines, file, &local); rank++)
    {
      g_string_truncate (joined, 0);
      g_string_append_len (joined, lines.left, lines.left_length);
      g_string_append_len (joined, lines.right, lines.right_length);
      if (!pent_vocabulary_add (vocabulary, joined->str, joined->len, 512 + rank, &local)
          || !pent_vocabulary_add_merge (vocabulary, lines.left, lines.left_length,
                                         lines.right, lines.right_length, rank, &local))
        return fail_half (file, local, error);
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (specials); i++)
    if (!pent_vocabulary_add (vocabulary, specials[i], strlen (specials[i]),
                              pent_vocabulary_get_n_ids (vocabulary), &local))
      return fail_half (file, local, error);
  return TRUE;
}
