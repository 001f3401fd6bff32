/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes of other programs, from texts in the layouts that these document. The
 * texts are in the fuzzer's corpus as well. */
#include <string.h>

#include "library-fixture.h"
#include "pent-json.h"
#include "pent-picture.h"
#include "pent-recipe-reader.h"

typedef struct
{
  const char *file;        /* in the corpus */
  const char *keyword;     /* under which the program stores it */
  const char *more[4];     /* other keywords and their texts */
  const char *origin;
  const char *expected;    /* the recipe, in one line */
} Case;

static const Case cases[] = {
  { "comfyui.json", "prompt", { NULL }, "comfyui",
    "{\"pentimento\":1,\"program\":\"ComfyUI\",\"prompt\":\"a red sail at noon\",\"negative\":\"blur, \\\"NaN\\\"\","
    "\"seed\":156680208700286,\"steps\":25,\"sampler\":\"dpmpp-2m-sde\",\"schedule\":\"karras\",\"rng\":\"torch\","
    "\"cfg\":7.5,\"width\":512,\"height\":768,\"clip_skip\":2,\"model\":\"dream shaper\",\"strength\":0.6}" },
  { "comfyui-loop.json", "prompt", { NULL }, "comfyui",
    "{\"pentimento\":1,\"program\":\"ComfyUI\",\"seed\":9,\"sampler\":\"euler\",\"rng\":\"torch\",\"clip_skip\":1}" },
  { "invokeai-3.json", "invokeai_metadata", { NULL }, "invokeai",
    "{\"pentimento\":1,\"program\":\"InvokeAI\",\"prompt\":\"a red sail at noon\",\"negative\":\"blur\","
    "\"seed\":1234567890,\"steps\":30,\"sampler\":\"dpmpp-2m\",\"schedule\":\"karras\",\"rng\":\"torch\",\"cfg\":7.5,"
    "\"width\":512,\"height\":768,\"clip_skip\":2,\"model\":\"dream shaper\",\"vae\":\"better vae\",\"strength\":0.7}" },
  { "invokeai-2.json", "sd-metadata", { "Dream", "\"older\" -S 1", NULL }, "invokeai",
    "{\"pentimento\":1,\"program\":\"2.3.5\",\"prompt\":\"a red sail  at noon\",\"negative\":\"blur, grey\",\"seed\":42,"
    "\"steps\":50,\"sampler\":\"euler-a\",\"cfg\":7.5,\"width\":640,\"height\":512,\"model\":\"stable-diffusion-1.5\","
    "\"model_hash\":\"cc6cb27103417325ff94f52b7a5d2dde45a7515b25c255d8e396c90014281516\"}" },
  { "invokeai-1.txt", "Dream", { NULL }, "invokeai",
    "{\"pentimento\":1,\"program\":\"InvokeAI\",\"prompt\":\"a red sail  at noon\",\"negative\":\"blur\",\"seed\":1489,"
    "\"steps\":50,\"sampler\":\"lms\",\"cfg\":7.5,\"width\":512,\"height\":640,\"strength\":0.75}" },
  { "fooocus.json", "parameters", { "fooocus_scheme", "fooocus", NULL }, "fooocus",
    "{\"pentimento\":1,\"program\":\"Fooocus v2.5.0\",\"prompt\":\"a red sail at noon\",\"negative\":\"blur\","
    "\"seed\":2439868862512036302,\"steps\":30,\"sampler\":\"dpmpp-2m-sde\",\"schedule\":\"karras\",\"rng\":\"torch\","
    "\"cfg\":4.0,\"width\":1152,\"height\":896,\"clip_skip\":2,\"model\":\"juggernautXL_v8\","
    "\"model_hash\":\"aeb7e9e689\"}" },
  { "swarmui.json", "parameters", { NULL }, "swarmui",
    "{\"pentimento\":1,\"program\":\"SwarmUI 0.9.5.0\",\"prompt\":\"a red sail at noon\",\"negative\":\"blur\","
    "\"seed\":1462407832,\"steps\":20,\"sampler\":\"dpmpp-2m\",\"schedule\":\"karras\",\"rng\":\"torch\",\"cfg\":7.0,"
    "\"width\":1024,\"height\":768,\"clip_skip\":1,\"model\":\"sd_xl_base_1.0\",\"strength\":0.6}" },
  { "novelai.json", "Comment",
    { "Description", "a red sail at noon", "Software", "NovelAI" }, "novelai",
    "{\"pentimento\":1,\"program\":\"NovelAI\",\"prompt\":\"a red sail at noon\",\"negative\":\"blur\","
    "\"seed\":3886807393,\"steps\":28,\"sampler\":\"euler-a\",\"schedule\":\"karras\",\"cfg\":5.0,\"width\":832,"
    "\"height\":1216,\"strength\":0.7}" },
  { "parameters.txt", "parameters", { "fooocus_scheme", "a1111", NULL }, "fooocus", NULL },
  { "parameters.txt", "parameters", { "prompt", "{\"1\": {}}", NULL }, "a1111", NULL },
  { "recipe.json", "pentimento", { "parameters", "other", NULL }, "pentimento", NULL },
  { "recipe.json", "parameters", { NULL }, NULL, NULL },
  { "novelai.json", "prompt", { NULL }, NULL, NULL },
};

/* Through a picture's file, as they come. */
static PentTextFields *
through_file (const PentTextFields *texts)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentImage) image = make_picture (4, 4, 3, 8);
  g_autoptr (GBytes) contents = pent_picture_encode (image, PENT_PICTURE_PNG, (PentTextFields *) texts, &error);
  g_assert_no_error (error);
  g_autoptr (PentPictureFile) file = pent_picture_file_decode (contents, FALSE, &error);
  g_assert_no_error (error);
  PentTextFields *read = file->texts;
  file->texts = pent_text_fields_new ();
  return read;
}

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  g_autofree char *name = g_build_filename ("corpus", one->file, NULL);
  g_autoptr (GBytes) bytes = read_test_file (name);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  pent_text_fields_add (texts, one->keyword, text);
  for (int i = 0; i < 4 && one->more[i] != NULL; i += 2)
    pent_text_fields_add (texts, one->more[i], one->more[i + 1]);

  g_autoptr (PentTextFields) read = through_file (texts);
  g_auto (PentFoundRecipe) found = { 0 };
  pent_recipe_find (&found, read);
  g_assert_cmpstr (found.origin, ==, one->origin);
  g_assert_cmpint (found.recipe != NULL, ==, one->origin != NULL);
  if (one->expected == NULL)
    return;
  g_autoptr (JsonNode) node = pent_recipe_to_json (found.recipe);
  g_autofree char *json = pent_json_print (node, FALSE);
  g_assert_cmpstr (json, ==, one->expected);
}

/* Wrong types, absurd numbers, and JSON that ends early. */
static void
test_hostile (void)
{
  static const char *const texts[][2] = {
    { "invokeai_metadata", "{\"seed\": -5, \"steps\": 1e300, \"cfg_scale\": \"x\", \"model\": [], \"clip_skip\": 2147483647}" },
    { "invokeai_metadata", "{\"positive_prompt\": {}" },
    { "sd-metadata", "{\"image\": {\"prompt\": [1, {}, [[\"\"]]], \"seed\": 18446744073709551615}}" },
    { "Dream", "\"" },
    { "Dream", "\"[[[\" -s -S -W 99999999999999999999 -" },
    { "prompt", "{\"1\": {\"inputs\": {\"sampler_name\": 5, \"positive\": [[], 0]}}}" },
    { "parameters", "{\"base_model\": 1, \"resolution\": \"(999999999999, -5)\"}" },
    { "parameters", "{\"sui_image_params\": []}" },
    { "Comment", "{\"uc\": null, \"seed\": 1.5}" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (PentFoundRecipe) found = { 0 };
      g_autoptr (PentTextFields) fields = pent_text_fields_new ();
      pent_text_fields_add (fields, texts[i][0], texts[i][1]);
      pent_recipe_find (&found, fields);
      g_assert_true (found.recipe == NULL || found.recipe->seed == PENT_UNSET);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/recipe-reader/%s-%s", cases[i].file, cases[i].keyword);
      g_autofree char *numbered = g_strdup_printf ("%s-%u", path, (guint) i);
      g_test_add_data_func (numbered, &cases[i], test_case);
    }
  g_test_add_func ("/recipe-reader/hostile", test_hostile);
  return g_test_run ();
}
