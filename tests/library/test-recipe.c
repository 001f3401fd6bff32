/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes as JSON and as A1111's text. */
#include <string.h>

#include "pent-error.h"
#include "pent-infotext.h"
#include "pent-json.h"
#include "pent-recipe.h"

static PentRecipe *
make_recipe (void)
{
  PentRecipe *recipe = pent_recipe_new ();
  recipe->program = g_strdup ("Pentimento 0.1.0");
  recipe->prompt = g_strdup ("a red sail, \"caf\xc3\xa9\"\nat noon");
  recipe->negative = g_strdup ("blur: all of it");
  recipe->seed = G_MAXINT64;
  recipe->steps = 30;
  recipe->sampler = g_strdup ("dpmpp-2m-sde");
  recipe->schedule = g_strdup ("exponential");
  recipe->spacing = g_strdup ("linspace");
  recipe->rng = g_strdup ("torch");
  recipe->cfg = 6.3;
  recipe->width = 512;
  recipe->height = 768;
  recipe->clip_skip = 2;
  recipe->prediction = g_strdup ("epsilon");
  recipe->model = g_strdup ("a model, v1: best");
  recipe->model_hash = g_strdup ("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
  recipe->strength = 0.1;
  recipe->source_hash = g_strdup ("ab");
  recipe->mask_hash = g_strdup ("cd");
  recipe->fill = g_strdup ("blur");
  recipe->region = g_strdup ("masked");
  recipe->grow = 0;
  recipe->feather = 12;
  recipe->composite = g_strdup ("exact");
  recipe->device = g_strdup ("cpu");
  recipe->precision = g_strdup ("f32");
  recipe->memory_limit = (gint64) 6 << 30;
  return recipe;
}

static char *
to_text (const PentRecipe *recipe)
{
  g_autoptr (JsonNode) node = pent_recipe_to_json (recipe);
  return pent_json_print (node, FALSE);
}

static void
test_json (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRecipe) recipe = make_recipe ();
  g_autofree char *text = to_text (recipe);
  g_autoptr (PentRecipe) again = pent_recipe_from_text (text, &error);
  g_assert_no_error (error);
  g_autofree char *text_again = to_text (again);
  g_assert_cmpstr (text, ==, text_again);
  g_assert_cmpint (again->seed, ==, G_MAXINT64);
  g_assert_cmpfloat (again->cfg, ==, 6.3);
  g_assert_cmpfloat (again->strength, ==, 0.1);
  g_assert_cmpint (again->grow, ==, 0);
  g_assert_cmpstr (again->prompt, ==, recipe->prompt);
  g_assert_null (again->vae);
  g_assert_true (g_str_has_prefix (text, "{\"pentimento\":1,\"program\":\"Pentimento 0.1.0\",\"prompt\":\"a red sail, "
                                         "\\\"caf\xc3\xa9\\\"\\nat noon\",\"negative\":\"blur: all of it\","
                                         "\"seed\":9223372036854775807,\"steps\":30,"));
  g_assert_nonnull (strstr (text, "\"cfg\":6.3,"));
}

static void
test_json_tolerance (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRecipe) recipe =
    pent_recipe_from_text (" {\"pentimento\": 1, \"cfg\": 7, \"later\": [1, {}], \"prompt\": null, \"steps\": 5} ", &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (recipe->cfg, ==, 7);
  g_assert_cmpint (recipe->steps, ==, 5);
  g_assert_null (recipe->prompt);
  g_assert_cmpint (recipe->seed, ==, PENT_UNSET);
}

static void
test_bad_json (void)
{
  g_autofree char *opened = g_strnfill (200000, '[');
  g_autofree char *closed = g_strnfill (200000, ']');
  g_autofree char *deep = g_strconcat ("{\"pentimento\":1,\"x\":", opened, closed, "}", NULL);
  const char *const texts[] = {
    "", " ", "{", "[]", "7", "null", "\"x\"", "{}", "{\"pentimento\":\"1\"}", "{\"pentimento\":2}", "{\"pentimento\":0}",
    "{\"pentimento\":1,\"steps\":\"many\"}", "{\"pentimento\":1,\"steps\":1.5}", "{\"pentimento\":1,\"steps\":-1}",
    "{\"pentimento\":1,\"steps\":4294967297}", "{\"pentimento\":1,\"seed\":-5}", "{\"pentimento\":1,\"prompt\":7}",
    "{\"pentimento\":1,\"cfg\":\"7\"}", "{\"pentimento\":1,\"cfg\":1e999}", "{\"pentimento\":1,\"prompt\":[]}",
    "{\"pentimento\":1,}", "{\"pentimento\":1} x", "/* \" */ [[", "{'pentimento':1}", "\xff", opened, deep,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("text %" G_GSIZE_FORMAT, i);
      g_assert_null (pent_recipe_from_text (texts[i], &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
    }
}

static void
test_reals (void)
{
  static const struct { double value; const char *text; } cases[] = {
    { 7, "7.0" }, { 7.5, "7.5" }, { 0.1, "0.1" }, { 0.6, "0.6" }, { 1.0 / 3, "0.3333333333333333" }, { 1e300, "1e+300" },
    { 0, "0.0" }, { 123456.75, "123456.75" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = json_node_init_double (json_node_alloc (), cases[i].value);
      g_autofree char *text = pent_json_print (node, FALSE);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_infotext_print (void)
{
  g_autoptr (PentRecipe) recipe = make_recipe ();
  g_autofree char *text = pent_infotext_print (recipe);
  g_assert_cmpstr (text, ==,
                   "a red sail, \"caf\xc3\xa9\"\nat noon\n"
                   "Negative prompt: blur: all of it\n"
                   "Steps: 30, Sampler: DPM++ 2M SDE, Schedule type: Exponential, CFG scale: 6.3, "
                   "Seed: 9223372036854775807, Size: 512x768, Model hash: 0011223344, Model: \"a model, v1: best\", "
                   "Denoising strength: 0.1, Clip skip: 2, RNG: CPU, Mask blur: 12, Inpaint area: Only masked, "
                   "Masked content: fill, Version: Pentimento 0.1.0");

  g_autoptr (PentRecipe) plain = pent_recipe_new ();
  plain->prompt = g_strdup ("lake");
  plain->negative = g_strdup ("");
  plain->seed = 0;
  plain->steps = 20;
  plain->sampler = g_strdup ("euler");
  plain->schedule = g_strdup ("normal");
  plain->spacing = g_strdup ("leading");
  plain->rng = g_strdup ("philox");
  plain->cfg = 7;
  plain->clip_skip = 1;
  g_autofree char *plain_text = pent_infotext_print (plain);
  g_assert_cmpstr (plain_text, ==, "lake\nSteps: 20, Sampler: Euler, Schedule type: Normal, CFG scale: 7, Seed: 0, RNG: NV, "
                                   "Timestep spacing: leading");
}

static void
test_infotext_round_trip (void)
{
  static const char *const prompts[][2] = {
    { "a", "" }, { "a\nb\n\nc", "d\ne" }, { "Steps: many", "x" }, { "", "only this" }, { "a: b, c: d", "e: f" },
    { "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x8c\x85" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      g_autoptr (PentRecipe) recipe = make_recipe ();
      g_autoptr (PentTextFields) others = NULL;
      g_free (recipe->prompt);
      g_free (recipe->negative);
      recipe->prompt = g_strdup (prompts[i][0]);
      recipe->negative = g_strdup (prompts[i][1]);
      g_autofree char *text = pent_infotext_print (recipe);
      g_autoptr (PentRecipe) again = pent_infotext_parse (text, &others);
      g_assert_cmpstr (again->prompt, ==, prompts[i][0]);
      g_assert_cmpstr (again->negative, ==, prompts[i][1]);
      g_assert_cmpint (again->seed, ==, recipe->seed);
      g_assert_cmpint (again->steps, ==, 30);
      g_assert_cmpstr (again->sampler, ==, "dpmpp-2m-sde");
      g_assert_cmpstr (again->schedule, ==, "exponential");
      g_assert_cmpstr (again->rng, ==, "torch");
      g_assert_cmpfloat (again->cfg, ==, 6.3);
      g_assert_cmpint (again->width, ==, 512);
      g_assert_cmpint (again->height, ==, 768);
      g_assert_cmpint (again->clip_skip, ==, 2);
      g_assert_cmpstr (again->model, ==, "a model, v1: best");
      g_assert_cmpstr (again->model_hash, ==, "0011223344");
      g_assert_cmpfloat (again->strength, ==, 0.1);
    }
}

/* Texts as A1111 and its forks have written them over the years. */
static void
test_infotext_others (void)
{
  g_autoptr (PentTextFields) others = NULL;
  g_autoptr (PentRecipe) old = pent_infotext_parse (
    "  masterpiece, (sail:1.2) \n  boat\nNegative prompt: bad,\nworse\n"
    "Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 1234567890, Size: 512x768, Model hash: 0123456789, "
    "Model: some_model, ENSD: 31337, Lora hashes: \"one: aa, two: bb\", Version: v1.6.0\n", &others);
  g_assert_cmpstr (old->prompt, ==, "masterpiece, (sail:1.2)\nboat");
  g_assert_cmpstr (old->negative, ==, "bad,\nworse");
  g_assert_cmpstr (old->sampler, ==, "dpmpp-2m");
  g_assert_cmpstr (old->schedule, ==, "karras");
  g_assert_cmpfloat (old->cfg, ==, 7.5);
  g_assert_cmpint (old->clip_skip, ==, 1);
  g_assert_cmpstr (old->rng, ==, "philox");
  g_assert_cmpstr (pent_text_fields_get (others, "ENSD"), ==, "31337");
  g_assert_cmpstr (pent_text_fields_get (others, "Lora hashes"), ==, "one: aa, two: bb");
  g_assert_cmpint (others->fields->len, ==, 2);
}

static void
test_infotext_unknown (void)
{
  g_autoptr (PentTextFields) others = NULL;
  g_autoptr (PentRecipe) recipe = pent_infotext_parse (
    "x\nSteps: 20a, Sampler: Restart, CFG scale: -1, Seed: -1, Size: 512, Clip skip: , Schedule type: Beta", &others);
  g_assert_cmpint (recipe->steps, ==, PENT_UNSET);
  g_assert_null (recipe->sampler);
  g_assert_cmpint (recipe->seed, ==, PENT_UNSET);
  g_assert_cmpstr (recipe->schedule, ==, "automatic");
  g_assert_cmpstr (pent_text_fields_get (others, "Sampler"), ==, "Restart");
  g_assert_cmpstr (pent_text_fields_get (others, "Schedule type"), ==, "Beta");
  g_assert_cmpint (others->fields->len, ==, 7);
}

/* Fewer than three pairs, and the last line belongs to the prompt. */
static void
test_infotext_prompt_alone (void)
{
  static const char *const texts[] = { "a sail", "a sail\nStyle: oil, Mood: calm", "", "c: 3, d: 4, e: 5, f: 6" };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PentTextFields) others = NULL;
      g_autoptr (PentRecipe) recipe = pent_infotext_parse (texts[i], &others);
      g_assert_cmpstr (recipe->prompt, ==, texts[i]);
      g_assert_cmpstr (recipe->negative, ==, "");
      g_assert_null (recipe->schedule);
      g_assert_cmpint (others->fields->len, ==, 0);
    }
}

/* In proportion to the text: a second would be a thousand times too long. */
static void
test_infotext_hostile (void)
{
  static const char *const parts[] = { "x", "ab:\"", "ab: \\\",", "a b-c/d ", "ab:,", "\"", "\\", " ", "\n", "\xc3\xa9:" };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (PentTextFields) others = NULL;
      g_autoptr (GString) text = g_string_new (NULL);
      while (text->len < 1000000)
        g_string_append (text, parts[i]);
      g_autoptr (PentRecipe) recipe = pent_infotext_parse (text->str, &others);
      g_assert_nonnull (recipe->prompt);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/json", test_json);
  g_test_add_func ("/recipe/json-tolerance", test_json_tolerance);
  g_test_add_func ("/recipe/bad-json", test_bad_json);
  g_test_add_func ("/recipe/reals", test_reals);
  g_test_add_func ("/recipe/infotext-print", test_infotext_print);
  g_test_add_func ("/recipe/infotext-round-trip", test_infotext_round_trip);
  g_test_add_func ("/recipe/infotext-others", test_infotext_others);
  g_test_add_func ("/recipe/infotext-unknown", test_infotext_unknown);
  g_test_add_func ("/recipe/infotext-prompt-alone", test_infotext_prompt_alone);
  g_test_add_func ("/recipe/infotext-hostile", test_infotext_hostile);
  return g_test_run ();
}
