/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt syntax and the chunks, against prompts.json, which
 * make-prompt-goldens.py writes. */
#include "text-test.h"

#include <string.h>

#include "pent-prompt.h"
#include "pent-token-chunks.h"

static JsonArray *
golden_rows (JsonNode   *golden,
             const char *member)
{
  return json_object_get_array_member (json_node_get_object (golden), member);
}

static void
assert_runs (const char *text,
             JsonArray  *expected,
             JsonArray  *removed)
{
  g_autoptr(PentPrompt) prompt = pent_prompt_parse (text);
  guint n_limited = 0;

  g_test_message ("the prompt: %s", text);
  g_assert_cmpuint (prompt->runs->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < prompt->runs->len; i++)
    {
      const PentPromptRun *run = &g_array_index (prompt->runs, PentPromptRun, i);
      JsonArray *pair = json_array_get_array_element (expected, i);
      gboolean is_break = json_array_get_null_element (pair, 0);

      g_assert_cmpint (run->is_break, ==, is_break);
      g_assert_cmpstr (run->text, ==, is_break ? "" : json_array_get_string_element (pair, 0));
      g_assert_cmpfloat_with_epsilon (run->weight, json_array_get_double_element (pair, 1), 1e-12);
      n_limited += ABS (run->weight) == 1000;
    }

  g_assert_cmpuint (prompt->warnings->len, ==, json_array_get_length (removed) + n_limited);
  for (guint i = 0; i < json_array_get_length (removed); i++)
    g_assert_nonnull (strstr (prompt->warnings->pdata[i], json_array_get_string_element (removed, i)));
}

static void
test_syntax (void)
{
  g_autoptr(JsonNode) golden = text_test_load_golden ("prompts.json");
  JsonArray *rows = golden_rows (golden, "syntax");

  g_assert_cmpuint (json_array_get_length (rows), >=, 100);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);

      assert_runs (json_object_get_string_member (row, "text"), json_object_get_array_member (row, "runs"),
                   json_object_get_array_member (row, "removed"));
    }
}

/* The table's tokens as a folder, with padding other than EOS, as SD 2 has. */
static PentTokenizer *
new_padded_with (const char *pad)
{
  g_autoptr(PentTokenizer) clip = text_test_new_clip ();
  g_autoptr(TextTestDir) dir = text_test_make_dir ();
  g_autoptr(JsonObject) vocabulary = json_object_new ();
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *config = g_strdup_printf ("{\"pad_token\": \"%s\"}", pad);
  g_autofree char *table = g_test_build_filename (G_TEST_DIST, "..", "data", "clip", "merges.txt", NULL);
  g_autofree char *merges = NULL, *text = NULL;
  g_autoptr(GError) error = NULL;
  PentTokenizer *tokenizer;

  for (int id = 0; id < pent_tokenizer_get_vocabulary_size (clip); id++)
    json_object_set_int_member (vocabulary, pent_tokenizer_get_token (clip, id), id);
  json_node_set_object (node, vocabulary);
  text = json_to_string (node, FALSE);
  g_file_get_contents (table, &merges, NULL, &error);
  g_assert_no_error (error);

  text_test_write (dir, "vocab.json", text, -1);
  text_test_write (dir, "merges.txt", merges, -1);
  text_test_write (dir, "special_tokens_map.json", config, -1);
  tokenizer = pent_tokenizer_new_from_dir (dir, &error);
  g_assert_no_error (error);
  return tokenizer;
}

static float *
expected_weights (JsonArray *pairs,
                  guint      n)
{
  float *weights = g_new (float, n);

  for (guint i = 0; i < n; i++)
    weights[i] = 1;
  for (guint i = 0; i < json_array_get_length (pairs); i++)
    {
      JsonArray *pair = json_array_get_array_element (pairs, i);
      weights[json_array_get_int_element (pair, 0)] = json_array_get_double_element (pair, 1);
    }
  return weights;
}

static void
assert_chunks (PentTokenizer *tokenizer,
               JsonObject    *row)
{
  int positions = json_object_get_int_member (row, "positions");
  JsonArray *ids = json_object_get_array_member (row, "ids");
  guint n = json_array_get_length (ids);
  g_autofree float *weights = expected_weights (json_object_get_array_member (row, "weights"), n);
  const char *text = json_object_get_string_member (row, "text");
  g_autoptr(PentTokenChunks) chunks = pent_tokenize_prompt (tokenizer, text, positions);

  g_test_message ("the prompt: %s", text);
  g_assert_cmpint (chunks->positions, ==, positions);
  g_assert_cmpuint (chunks->n_chunks * positions, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (chunks->ids[i], ==, json_array_get_int_element (ids, i));
      g_assert_cmpfloat_with_epsilon (chunks->weights[i], weights[i], 1e-6);
    }
}

static void
test_chunks (void)
{
  g_autoptr(JsonNode) golden = text_test_load_golden ("prompts.json");
  g_autoptr(PentTokenizer) plain = text_test_new_clip ();
  g_autoptr(PentTokenizer) padded = new_padded_with ("!");
  JsonArray *rows = golden_rows (golden, "chunks");

  g_assert_cmpuint (json_array_get_length (rows), >=, 40);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);

      assert_chunks (json_object_get_null_member (row, "pad") ? plain : padded, row);
    }
}

static void
test_warnings (void)
{
  g_autoptr(PentTokenizer) tokenizer = text_test_new_clip ();
  g_autoptr(PentTokenChunks) chunks = pent_tokenize_prompt (tokenizer, "<lora:Soft Light:0.8>(cat:2000)", 77);

  g_assert_cmpuint (chunks->warnings->len, ==, 2);
  g_assert_cmpstr (chunks->warnings->pdata[0], ==,
                   "“<lora:Soft Light:0.8>” was taken out of the prompt: Pentimento does not load lora files.");
  g_assert_cmpstr (chunks->warnings->pdata[1], ==, "The weight of “cat” is taken as 1000, the most there is.");
  g_assert_cmpint (chunks->ids[1], ==, 2368);
  g_assert_cmpfloat (chunks->weights[1], ==, 1000);
}

/* Prompts that would take hours if any rule were quadratic; and no weight is
 * ever anything but a number of sensible size. */
static void
test_long_prompts (void)
{
  static const char *const units[] = {
    "(a", "[a", "(", "(a[", "a)", "<lora:", "<lora:x>", "\\", "BREAK ", ":1", ":", "a:1.5)", "(a:0)", "(a:9999) ", ",", "<",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      GString *text = g_string_new (NULL);
      g_autoptr(PentPrompt) prompt = NULL;

      while (text->len < 300000)
        g_string_append (text, units[i]);
      prompt = pent_prompt_parse (text->str);
      for (guint j = 0; j < prompt->runs->len; j++)
        g_assert_cmpfloat (ABS (g_array_index (prompt->runs, PentPromptRun, j).weight), <=, 1000);
      g_string_free (text, TRUE);
    }
}

/* Nothing times nothing at all would not be a number. */
static void
test_huge_weights (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr(PentPrompt) prompt = NULL;

  for (int i = 0; i < 60; i++)
    g_string_append_c (text, '(');
  g_string_append_c (text, 'a');
  for (int i = 0; i < 59; i++)
    g_string_append (text, ":99999999999999999999999999999999999999999999)");
  g_string_append (text, ":0)");
  prompt = pent_prompt_parse (text->str);
  g_assert_cmpuint (prompt->runs->len, ==, 1);
  g_assert_cmpfloat (g_array_index (prompt->runs, PentPromptRun, 0).weight, ==, 0);
  g_string_free (text, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompt/syntax", test_syntax);
  g_test_add_func ("/prompt/chunks", test_chunks);
  g_test_add_func ("/prompt/warnings", test_warnings);
  g_test_add_func ("/prompt/huge-weights", test_huge_weights);
  g_test_add_func ("/prompt/long-prompts", test_long_prompts);
  return g_test_run ();
}
