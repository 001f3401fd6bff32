/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens equal to transformers' CLIPTokenizer, and what bad files lead to.
 * The goldens are made by make-token-goldens.py. */
#include "text-test.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pent-error.h"

static char *
describe (const gint32 *ids,
          gsize         n)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%d ", ids[i]);
  return g_string_free (text, FALSE);
}

static void
assert_tokens (PentTokenizer *tokenizer,
               const char    *text,
               JsonArray     *expected)
{
  g_autoptr(GArray) ids = pent_tokenizer_encode (tokenizer, text);
  g_autoptr(GArray) golden = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autofree char *got = NULL, *wanted = NULL;

  for (guint i = 0; i < json_array_get_length (expected); i++)
    {
      gint32 id = json_array_get_int_element (expected, i);
      g_array_append_val (golden, id);
    }
  got = describe ((gint32 *) ids->data, ids->len);
  wanted = describe ((gint32 *) golden->data, golden->len);
  if (!g_str_equal (got, wanted))
    g_test_message ("the text: %s", text);
  g_assert_cmpstr (got, ==, wanted);
}

static void
assert_golden (PentTokenizer *tokenizer,
               JsonObject    *golden,
               guint          at_least)
{
  JsonArray *cases = json_object_get_array_member (golden, "cases");

  g_assert_cmpint (pent_tokenizer_get_bos (tokenizer), ==, json_object_get_int_member (golden, "bos"));
  g_assert_cmpint (pent_tokenizer_get_eos (tokenizer), ==, json_object_get_int_member (golden, "eos"));
  g_assert_cmpint (pent_tokenizer_get_pad (tokenizer), ==, json_object_get_int_member (golden, "pad"));
  g_assert_cmpuint (json_array_get_length (cases), >=, at_least);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonArray *pair = json_array_get_array_element (cases, i);

      assert_tokens (tokenizer, json_array_get_string_element (pair, 0), json_array_get_array_element (pair, 1));
    }
}

static void
test_clip_table (void)
{
  g_autoptr(PentTokenizer) tokenizer = text_test_new_clip ();
  g_autoptr(JsonNode) golden = text_test_load_golden ("tokens-clip.json");

  g_assert_cmpint (pent_tokenizer_get_vocabulary_size (tokenizer), ==, 49408);
  assert_golden (tokenizer, json_node_get_object (golden), 500);
}

static void
test_starter (void)
{
  g_autofree char *dir = text_test_starter_dir ();
  g_autoptr(JsonNode) golden = text_test_load_golden ("tokens-starter.json");
  g_autoptr(GError) error = NULL;
  g_autoptr(PentTokenizer) tokenizer = pent_tokenizer_new_from_dir (dir, &error);

  g_assert_no_error (error);
  assert_golden (tokenizer, json_node_get_object (golden), 60);
}

static void
test_folders (void)
{
  g_autoptr(JsonNode) golden = text_test_load_golden ("tokens-folders.json");
  JsonArray *folders = json_node_get_array (golden);

  for (guint i = 0; i < json_array_get_length (folders); i++)
    {
      JsonObject *folder = json_array_get_object_element (folders, i);
      g_autoptr(TextTestDir) dir = text_test_make_dir ();
      g_autoptr(GError) error = NULL;
      g_autoptr(PentTokenizer) tokenizer = NULL;

      g_test_message ("%s", json_object_get_string_member (folder, "name"));
      text_test_write_members (dir, json_object_get_object_member (folder, "files"));
      tokenizer = pent_tokenizer_new_from_dir (dir, &error);
      g_assert_no_error (error);
      assert_golden (tokenizer, folder, 20);
    }
}

static void
test_names_of_tokens (void)
{
  g_autoptr(PentTokenizer) tokenizer = text_test_new_clip ();
  g_autofree char *cat = pent_tokenizer_dup_text (tokenizer, 2368);
  g_autofree char *bos = pent_tokenizer_dup_text (tokenizer, 49406);
  g_autofree char *part = pent_tokenizer_dup_text (tokenizer, 171);
  g_autofree char *none = pent_tokenizer_dup_text (tokenizer, 49408);
  g_autofree char *accent = pent_tokenizer_dup_text (tokenizer, 15304);

  g_assert_cmpstr (pent_tokenizer_get_token (tokenizer, 2368), ==, "cat</w>");
  g_assert_cmpstr (cat, ==, "cat");
  g_assert_cmpint (pent_tokenizer_find_token (tokenizer, "cat</w>"), ==, 2368);
  g_assert_cmpint (pent_tokenizer_find_token (tokenizer, "no such token"), ==, -1);
  g_assert_cmpstr (bos, ==, "<|startoftext|>");
  g_assert_cmpstr (part, ==, "\uFFFD");
  g_assert_null (pent_tokenizer_get_token (tokenizer, 49408));
  g_assert_null (pent_tokenizer_get_token (tokenizer, -1));
  g_assert_cmpstr (none, ==, "\uFFFD");
  g_assert_cmpstr (accent, ==, "café");
}

static void
test_invalid_utf8 (void)
{
  g_autoptr(PentTokenizer) tokenizer = text_test_new_clip ();
  static const struct { const char *broken, *meant; } cases[] = {
    { "caf\xc3", "caf\uFFFD" },
    { "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD" },  /* a lone surrogate */
    { "a\xff\xfe" "b", "a\uFFFD\uFFFDb" },
    { "\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GArray) got = pent_tokenizer_encode (tokenizer, cases[i].broken);
      g_autoptr(GArray) wanted = pent_tokenizer_encode (tokenizer, cases[i].meant);

      g_assert_cmpmem (got->data, got->len * sizeof (gint32), wanted->data, wanted->len * sizeof (gint32));
    }
}

/* Texts that would take hours if any step were quadratic. */
static void
test_long_runs (void)
{
  g_autoptr(PentTokenizer) tokenizer = text_test_new_clip ();
  static const char *const units[] = {
    "a", "ab", "!", "!?", "1", " ", "\u0301\u0316", "e\u0316\u0301", "猫", "<|endoftext|", "'s", "<", "\u200d",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      GString *text = g_string_new (NULL);
      g_autoptr(GArray) ids = NULL;

      while (text->len < 400000)
        g_string_append (text, units[i]);
      ids = pent_tokenizer_encode (tokenizer, text->str);
      g_assert_cmpuint (ids->len, <=, text->len);
      g_string_free (text, TRUE);
    }
}

static gpointer
encode_many (gpointer data)
{
  for (int i = 0; i < 200; i++)
    {
      g_autoptr(GArray) ids = pent_tokenizer_encode (data, "a photo of a cat's café, 猫");
      g_assert_cmpuint (ids->len, ==, 11);
    }
  pent_tokenizer_unref (data);
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr(PentTokenizer) tokenizer = text_test_new_clip ();
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("encode", encode_many, pent_tokenizer_ref (tokenizer));
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define SPECIALS "\"<|startoftext|>\":3,\"<|endoftext|>\":4"
#define GOOD_VOCABULARY "{\"a\":0,\"b</w>\":1,\"ab</w>\":2," SPECIALS "}"
#define GOOD_MERGES "#version: 0.2\na b</w>\n"

/* A sentence that names the file and says nothing of its reader's insides. */
static void
assert_refused (const char *dir,
                const char *file,
                const char *why)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PentTokenizer) tokenizer = pent_tokenizer_new_from_dir (dir, &error);

  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_null (tokenizer);
  g_assert_nonnull (strstr (error->message, file));
  if (strstr (error->message, why) == NULL)
    g_error ("“%s” does not say “%s”", error->message, why);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

typedef struct
{
  const char *file;
  const char *text;  /* NULL: the file is not there */
  const char *why;
} BadFile;

static void
assert_all_refused (const BadFile *bad,
                    gsize          n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr(TextTestDir) dir = text_test_make_dir ();
      g_autofree char *path = g_build_filename (dir, bad[i].file, NULL);

      text_test_write (dir, "vocab.json", GOOD_VOCABULARY, -1);
      text_test_write (dir, "merges.txt", GOOD_MERGES, -1);
      if (bad[i].text != NULL)
        text_test_write (dir, bad[i].file, bad[i].text, -1);
      else
        unlink (path);
      assert_refused (dir, bad[i].text != NULL ? bad[i].file : dir, bad[i].why);
    }
}

static void
test_bad_vocabulary (void)
{
  static const BadFile bad[] = {
    { "vocab.json", NULL, "neither" },
    { "merges.txt", NULL, "neither" },
    { "vocab.json", "", "empty" },
    { "vocab.json", "{", "JSON" },
    { "vocab.json", "[]", "no object" },
    { "vocab.json", "{\"a\":0", "JSON" },
    { "vocab.json", "{\"a\":0}x", "follows" },
    { "vocab.json", "{\"a\":0,}", "JSON" },
    { "vocab.json", "{\"a\" 0}", "colon" },
    { "vocab.json", "{\"a\":\"0\"}", "number" },
    { "vocab.json", "{\"a\":0.5}", "number" },
    { "vocab.json", "{\"a\":1e3}", "number" },
    { "vocab.json", "{\"a\":null}", "number" },
    { "vocab.json", "{\"a\":-1}", "-1" },
    { "vocab.json", "{\"a\":1048576}", "1048576" },
    { "vocab.json", "{\"a\":4294967296}", "4294967296" },
    { "vocab.json", "{\"a\":99999999999999999999999999}", "number" },
    { "vocab.json", "{\"a\":0,\"b\":0}", "two tokens" },
    { "vocab.json", "{\"a\":0,\"a\":1}", "twice" },
    { "vocab.json", "{\"a\\u0000\":0}", "character" },
    { "vocab.json", "{\"\\ud800\":0}", "character" },
    { "vocab.json", "{\"\\ud800\\u0041\":0}", "half of a character" },
    { "vocab.json", "{\"\\x\":0}", "escape" },
    { "vocab.json", "{\"a\\", "middle" },
    { "vocab.json", "{\"a\n\":0}", "control character" },
    { "vocab.json", "{\"\xff\":0}", "UTF-8" },
    { "merges.txt", "a b</w> c\n", "line 1" },
    { "merges.txt", "#version: 0.2\na\n", "line 2" },
    { "merges.txt", " a\n", "line 1" },
    { "merges.txt", "a \n", "line 1" },
    { "merges.txt", "a c</w>\n", "“c</w>”" },
    { "merges.txt", "b</w> a\n", "does not know" },
    { "merges.txt", "a b\xc3\n", "UTF-8" },
  };

  assert_all_refused (bad, G_N_ELEMENTS (bad));
}

static void
test_bad_configs (void)
{
  static const BadFile bad[] = {
    { "tokenizer_config.json", "[]", "no object" },
    { "tokenizer_config.json", "{\"pad_token\":5}", "string" },
    { "tokenizer_config.json", "{\"pad_token\":{\"content\":5}}", "string" },
    { "tokenizer_config.json", "{\"pad_token\":{\"content\":\"x\",\"single_word\":1}}", "true or false" },
    { "tokenizer_config.json", "{\"added_tokens_decoder\":[]}", "no object" },
    { "tokenizer_config.json", "{\"added_tokens_decoder\":{\"1\":true}}", "string" },
    { "tokenizer_config.json", "{\"x\":tru}", "true or false" },
    { "tokenizer_config.json", "{\"x\":nul}", "null" },
    { "tokenizer_config.json", "{\"x\":[1", "middle" },
    { "special_tokens_map.json", "{\"bos_token\":[]}", "string" },
    { "special_tokens_map.json", "null", "no object" },
    { "added_tokens.json", "{\"x\":\"y\"}", "number" },
    { "tokenizer.json", "{}", "no vocabulary" },
    { "tokenizer.json", "{\"model\":[]}", "no object" },
    { "tokenizer.json", "{\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}", "Unigram" },
    { "tokenizer.json", "{\"model\":{\"vocab\":[],\"type\":\"WordLevel\"}}", "no object" },
    { "tokenizer.json", "{\"model\":{\"vocab\":" GOOD_VOCABULARY "}}", "no merges" },
    { "tokenizer.json", "{\"model\":{\"merges\":[]}}", "vocabulary" },
    { "tokenizer.json", "{\"model\":{\"vocab\":" GOOD_VOCABULARY ",\"merges\":[5]}}", "string" },
    { "tokenizer.json", "{\"model\":{\"vocab\":" GOOD_VOCABULARY ",\"merges\":[\"a\"]}}", "two tokens" },
    { "tokenizer.json", "{\"model\":{\"vocab\":" GOOD_VOCABULARY ",\"merges\":[[\"a\"]]}}", "two tokens" },
    { "tokenizer.json", "{\"model\":{\"vocab\":" GOOD_VOCABULARY ",\"merges\":[[\"a\",\"b</w>\",\"c\"]]}}", "two tokens" },
    { "tokenizer.json", "{\"model\":{\"merges\":[\"a q\"],\"vocab\":" GOOD_VOCABULARY "}}", "“q”" },
    { "tokenizer.json", "{\"model\":{\"vocab\":" GOOD_VOCABULARY ",\"merges\":[]},\"added_tokens\":[{\"id\":\"x\"}]}", "number" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(TextTestDir) dir = text_test_make_dir ();

      text_test_write (dir, "vocab.json", GOOD_VOCABULARY, -1);
      text_test_write (dir, "merges.txt", GOOD_MERGES, -1);
      text_test_write (dir, bad[i].file, bad[i].text, -1);
      assert_refused (dir, dir, bad[i].why);
    }
}

static void
test_deep_json (void)
{
  g_autoptr(TextTestDir) dir = text_test_make_dir ();
  GString *deep = g_string_new ("{\"x\":");

  for (int i = 0; i < 5000000; i++)
    g_string_append_c (deep, '[');
  text_test_write (dir, "vocab.json", GOOD_VOCABULARY, -1);
  text_test_write (dir, "merges.txt", GOOD_MERGES, -1);
  text_test_write (dir, "tokenizer_config.json", deep->str, deep->len);
  assert_refused (dir, "tokenizer_config.json", "deep");
  text_test_write (dir, "tokenizer_config.json", "{}", -1);
  text_test_write (dir, "vocab.json", deep->str, deep->len);
  assert_refused (dir, "vocab.json", "number");
  g_string_free (deep, TRUE);
}

static void
test_not_files (void)
{
  g_autoptr(TextTestDir) dir = text_test_make_dir ();
  g_autofree char *vocabulary = g_build_filename (dir, "vocab.json", NULL);
  g_autofree char *nowhere = g_build_filename (dir, "nowhere", NULL);

  text_test_write (dir, "merges.txt", GOOD_MERGES, -1);
  assert_refused (nowhere, "nowhere", "neither");

  /* A pipe that nobody writes to would hold a reader for ever. */
  g_assert_cmpint (mkfifo (vocabulary, 0600), ==, 0);
  assert_refused (dir, "vocab.json", "a file");
  g_assert_cmpint (unlink (vocabulary), ==, 0);

  g_assert_cmpint (mkdir (vocabulary, 0700), ==, 0);
  assert_refused (dir, "vocab.json", "a file");
  g_assert_cmpint (rmdir (vocabulary), ==, 0);

  text_test_write (dir, "vocab.json", GOOD_VOCABULARY, -1);
  g_assert_cmpint (truncate (vocabulary, (off_t) 1 << 40), ==, 0);
  assert_refused (dir, "vocab.json", "larger than");
}

static void
test_bad_table (void)
{
  static const struct { const char *text, *why; } bad[] = {
    { "a b\na b\n", "twice" }, { "a  b\n", "line 1" }, { "a bc\n", "does not know" }, { "\xff b\n", "UTF-8" },
  };
  g_autoptr(TextTestDir) dir = text_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "merges.txt", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      text_test_write (dir, "merges.txt", bad[i].text, -1);
      g_assert_null (pent_tokenizer_new_clip (path, &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
      g_assert_nonnull (strstr (error->message, bad[i].why));
      g_assert_nonnull (strstr (error->message, "merges.txt"));
    }
  g_assert_null (pent_tokenizer_new_clip (dir, NULL));
}

/* Special tokens by position, gaps in the ids, and no unknown token at all. */
static void
test_odd_but_usable (void)
{
  g_autoptr(TextTestDir) dir = text_test_make_dir ();
  g_autoptr(GError) error = NULL;
  g_autoptr(PentTokenizer) tokenizer = NULL;
  g_autoptr(GArray) ids = NULL;
  static const gint32 wanted[] = { 2, 30, 30 };

  text_test_write (dir, "vocab.json", "{\"a\":0,\"b</w>\":1,\"ab</w>\":2,\"START\":29,\"END\":30}", -1);
  text_test_write (dir, "merges.txt", "a b</w>\r\n\r\n", -1);
  tokenizer = pent_tokenizer_new_from_dir (dir, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pent_tokenizer_get_bos (tokenizer), ==, 29);
  g_assert_cmpint (pent_tokenizer_get_eos (tokenizer), ==, 30);
  g_assert_cmpint (pent_tokenizer_get_pad (tokenizer), ==, 30);
  g_assert_cmpint (pent_tokenizer_get_vocabulary_size (tokenizer), ==, 31);
  g_assert_null (pent_tokenizer_get_token (tokenizer, 10));
  ids = pent_tokenizer_encode (tokenizer, "ab xy");
  g_assert_cmpmem (ids->data, ids->len * sizeof (gint32), wanted, sizeof wanted);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/clip-table", test_clip_table);
  g_test_add_func ("/tokenizer/starter", test_starter);
  g_test_add_func ("/tokenizer/folders", test_folders);
  g_test_add_func ("/tokenizer/names-of-tokens", test_names_of_tokens);
  g_test_add_func ("/tokenizer/invalid-utf8", test_invalid_utf8);
  g_test_add_func ("/tokenizer/long-runs", test_long_runs);
  g_test_add_func ("/tokenizer/threads", test_threads);
  g_test_add_func ("/tokenizer/bad-vocabulary", test_bad_vocabulary);
  g_test_add_func ("/tokenizer/bad-configs", test_bad_configs);
  g_test_add_func ("/tokenizer/deep-json", test_deep_json);
  g_test_add_func ("/tokenizer/not-files", test_not_files);
  g_test_add_func ("/tokenizer/bad-table", test_bad_table);
  g_test_add_func ("/tokenizer/odd-but-usable", test_odd_but_usable);
  return g_test_run ();
}
