/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "tokens": a prompt as the text encoder reads it. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-checkpoint.h"
#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-data-dir.h"
#include "pent-error.h"
#include "pent-json.h"
#include "pent-shipped-model.h"
#include "pent-token-chunks.h"
#include "pent-tokenizer.h"

static const char examples[] =
  "Shows how a model reads a prompt: its tokens with their ids and weights, chunk by chunk.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli tokens \"a (red:1.3) lighthouse, [sunset]\"\n"
  "  pentimento-cli tokens --model model.safetensors \"a lighthouse BREAK stormy sea\"\n"
  "\n"
  "Usage: pentimento-cli tokens [--model PATH] TEXT\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "model", PENT_CLI_PATH, "PATH", "whose tokenizer reads the text", "the starter model", 0, 0, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print one JSON object", NULL, 0, 0, NULL },
};

#define CLIP_TABLE "clip/merges.txt"

static PentTokenizer *
open_tokenizer (PentCheckpoint *checkpoint, GError **error)
{
  const char *folder = pent_checkpoint_get_tokenizer_dir (checkpoint);
  if (folder != NULL)
    return pent_tokenizer_new_from_dir (folder, error);
  g_autofree char *table = pent_data_path (CLIP_TABLE, error);
  return table != NULL ? pent_tokenizer_new_clip (table, error) : NULL;
}

/* How many tokens of a chunk come before the padding, BOS and EOS included. */
static int
count_used (const PentTokenChunks *chunks, int chunk, int eos)
{
  const gint32 *ids = chunks->ids + (gsize) chunk * chunks->positions;
  int used = 1;
  while (used < chunks->positions && ids[used] != eos)
    used++;
  return MIN (used + 1, chunks->positions);
}

static char *
describe_text (PentTokenizer *tokenizer, const PentTokenChunks *chunks)
{
  GString *text = g_string_new (NULL);
  for (int c = 0; c < chunks->n_chunks; c++)
    {
      gsize first = (gsize) c * chunks->positions;
      int used = count_used (chunks, c, pent_tokenizer_get_eos (tokenizer));
      g_string_append_printf (text, "%sChunk %d of %d: %d of %d tokens\n", c > 0 ? "\n" : "", c + 1, chunks->n_chunks,
                              used - 2, chunks->positions - 2);
      g_string_append (text, "    id  weight  token\n");
      for (int i = 0; i < used; i++)
        {
          g_autofree char *token = pent_cli_one_line (pent_tokenizer_get_token (tokenizer, chunks->ids[first + i]));
          g_string_append_printf (text, "%6d  %6.4g  %s\n", chunks->ids[first + i], chunks->weights[first + i], token);
        }
      if (used < chunks->positions)
        g_string_append_printf (text, "%6d          padding, %d times\n", chunks->ids[first + used],
                                chunks->positions - used);
    }
  return g_string_free (text, FALSE);
}

static char *
describe_json (PentTokenizer *tokenizer, const PentTokenChunks *chunks)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "chunks");
  json_builder_begin_array (builder);
  for (int c = 0; c < chunks->n_chunks; c++)
    {
      json_builder_begin_array (builder);
      for (int i = 0; i < chunks->positions; i++)
        {
          gsize at = (gsize) c * chunks->positions + i;
          json_builder_begin_object (builder);
          json_builder_set_member_name (builder, "id");
          json_builder_add_int_value (builder, chunks->ids[at]);
          json_builder_set_member_name (builder, "token");
          json_builder_add_string_value (builder, pent_tokenizer_get_token (tokenizer, chunks->ids[at]));
          json_builder_set_member_name (builder, "weight");
          json_builder_add_double_value (builder, chunks->weights[at]);
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *text = pent_json_print (node, FALSE);
  return g_strconcat (text, "\n", NULL);
}

static gboolean
run (PentCliArguments *parsed, GError **error)
{
  const char *prompt;
  if (!pent_cli_arguments_get_operand (parsed, "a text", &prompt, error))
    return FALSE;
  if (!g_utf8_validate (prompt, -1, NULL))
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_USAGE,
                           "The text is not valid UTF-8: type it in a UTF-8 terminal.");
      return FALSE;
    }

  const char *model = pent_cli_arguments_get_text (parsed, "model", NULL);
  g_autofree char *path = pent_shipped_model_find (model, error);
  g_autoptr (PentCheckpoint) checkpoint = path != NULL ? pent_checkpoint_open (path, error) : NULL;
  g_autoptr (PentTokenizer) tokenizer = checkpoint != NULL ? open_tokenizer (checkpoint, error) : NULL;
  if (tokenizer == NULL)
    return FALSE;

  g_autoptr (PentTokenChunks) chunks =
    pent_tokenize_prompt (tokenizer, prompt, pent_checkpoint_get_clip (checkpoint)->positions);
  for (guint i = 0; i < chunks->warnings->len; i++)
    pent_cli_warn (g_ptr_array_index (chunks->warnings, i));
  g_autofree char *text = pent_cli_arguments_has (parsed, "json") ? describe_json (tokenizer, chunks)
                                                                  : describe_text (tokenizer, chunks);
  return pent_cli_print (text, error);
}

int
pent_cli_tokens (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("tokens", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  return run (parsed, &error) ? 0 : pent_cli_fail (error);
}
