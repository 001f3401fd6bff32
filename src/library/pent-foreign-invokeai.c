/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InvokeAI has stored three things, of which pictures may have several:
 *
 *   invokeai_metadata   JSON since version 3: positive_prompt, seed, scheduler,
 *                       model {name, hash} or {model_name, base_model}
 *   sd-metadata         JSON of version 2: image {prompt [{prompt, weight}],
 *                       seed, sampler}, model_weights, model_hash
 *   Dream               the command line of version 1: "prompt" -s 50 -S 42
 *
 * The two older ones have the negative prompt in brackets inside the prompt. */
#define G_LOG_DOMAIN "pentimento"

#include <string.h>

#include "pent-foreign-fields.h"
#include "pent-foreign.h"

static PentRecipe *
read_metadata (JsonObject *object)
{
  PentRecipe *recipe = pent_recipe_new ();
  JsonObject *model = pent_foreign_get_object (object, "model");
  JsonObject *vae = pent_foreign_get_object (object, "vae");

  recipe->program = g_strdup ("InvokeAI");
  pent_foreign_take_text (object, "positive_prompt", &recipe->prompt);
  pent_foreign_take_text (object, "negative_prompt", &recipe->negative);
  pent_foreign_take_seed (object, "seed", &recipe->seed);
  pent_foreign_take_int (object, "steps", &recipe->steps);
  pent_foreign_take_real (object, "cfg_scale", &recipe->cfg);
  pent_foreign_take_int (object, "width", &recipe->width);
  pent_foreign_take_int (object, "height", &recipe->height);
  pent_foreign_take_real (object, "strength", &recipe->strength);
  pent_foreign_set_sampler (recipe, pent_foreign_get_text (object, "scheduler"), NULL);
  pent_foreign_set_model (recipe, pent_foreign_get_text (model, "model_name"));
  pent_foreign_set_model (recipe, pent_foreign_get_text (model, "name"));
  pent_foreign_take_text (vae, "name", &recipe->vae);
  pent_foreign_take_text (vae, "model_name", &recipe->vae);
  /* "blake3:..." is no hash that anyone else could compare. */
  const char *hash = pent_foreign_get_text (model, "hash");
  if (hash != NULL && g_str_has_prefix (hash, "sha256:"))
    recipe->model_hash = g_strdup (hash + strlen ("sha256:"));
  /* It counts the layers that are left out. */
  int skipped = 0;
  pent_foreign_take_int (object, "clip_skip", &skipped);
  recipe->clip_skip = MIN (skipped, 100) + 1;
  if (g_strcmp0 (pent_foreign_get_text (object, "rand_device"), "cpu") == 0)
    recipe->rng = g_strdup ("torch");
  return recipe;
}

/* "a sail [blur, [grey]] at noon": what is in the outermost brackets is the
 * negative prompt. Unbalanced brackets stay where they are. */
static void
split_prompt (PentRecipe *recipe, const char *text)
{
  g_autoptr (GString) prompt = g_string_new (NULL);
  g_autoptr (GString) negative = g_string_new (NULL);
  int depth = 0;
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '[' && depth++ == 0)
        {
          if (negative->len > 0)
            g_string_append (negative, ", ");
          continue;
        }
      if (*at == ']' && depth > 0 && --depth == 0)
        continue;
      g_string_append_c (depth > 0 ? negative : prompt, *at);
    }
  recipe->prompt = g_strstrip (g_strdup (depth > 0 ? text : prompt->str));
  recipe->negative = g_strstrip (g_strdup (depth > 0 ? "" : negative->str));
}

/* One text, or several with weights, of which the weights have no place. */
static char *
join_prompts (JsonObject *image)
{
  JsonNode *node = json_object_get_member (image, "prompt");
  GString *text = g_string_new (pent_foreign_get_text (image, "prompt"));
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *part = JSON_NODE_HOLDS_OBJECT (element)
        ? pent_foreign_get_text (json_node_get_object (element), "prompt") : NULL;
      if (part != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", part);
    }
  return g_string_free (text, FALSE);
}

static PentRecipe *
read_sd_metadata (JsonObject *object, JsonObject *image)
{
  PentRecipe *recipe = pent_recipe_new ();
  g_autofree char *prompt = join_prompts (image);

  recipe->program = g_strdup ("InvokeAI");
  split_prompt (recipe, prompt);
  pent_foreign_take_text (object, "app_version", &recipe->program);
  pent_foreign_take_text (object, "model_hash", &recipe->model_hash);
  pent_foreign_set_model (recipe, pent_foreign_get_text (object, "model_weights"));
  pent_foreign_take_seed (image, "seed", &recipe->seed);
  pent_foreign_take_int (image, "steps", &recipe->steps);
  pent_foreign_take_real (image, "cfg_scale", &recipe->cfg);
  pent_foreign_take_int (image, "width", &recipe->width);
  pent_foreign_take_int (image, "height", &recipe->height);
  pent_foreign_take_real (image, "strength", &recipe->strength);
  pent_foreign_set_sampler (recipe, pent_foreign_get_text (image, "sampler"), NULL);
  return recipe;
}

/* --- the command line of version 1 --- */

static void
take_option (PentRecipe *recipe, char option, const char *value)
{
  gint64 whole;
  gboolean is_whole = g_ascii_string_to_signed (value, 10, 0, G_MAXINT64, &whole, NULL);
  int small = is_whole && whole <= G_MAXINT ? (int) whole : PENT_UNSET;

  if (option == 's')
    recipe->steps = small;
  else if (option == 'S' && is_whole)
    recipe->seed = whole;
  else if (option == 'W')
    recipe->width = small;
  else if (option == 'H')
    recipe->height = small;
  else if (option == 'C')
    recipe->cfg = CLAMP (g_ascii_strtod (value, NULL), 0, 1000);
  else if (option == 'f')
    recipe->strength = CLAMP (g_ascii_strtod (value, NULL), 0, 1);
  else if (option == 'A')
    pent_foreign_set_sampler (recipe, value, NULL);
}

static PentRecipe *
read_dream (const char *text)
{
  const char *last = strrchr (text, '"');
  if (*text != '"' || last == text)
    return NULL;
  PentRecipe *recipe = pent_recipe_new ();
  g_autofree char *prompt = g_strndup (text + 1, last - text - 1);
  g_auto (GStrv) words = g_strsplit_set (last + 1, " \t\n", -1);

  recipe->program = g_strdup ("InvokeAI");
  split_prompt (recipe, prompt);
  for (int i = 0; words[i] != NULL; i++)
    {
      if (words[i][0] != '-' || words[i][1] == '\0')
        continue;
      if (words[i][2] != '\0')
        take_option (recipe, words[i][1], words[i] + 2);
      else if (words[i + 1] != NULL)
        take_option (recipe, words[i][1], words[i + 1]);
    }
  return recipe;
}

PentRecipe *
pent_foreign_read_invokeai (const PentTextFields *texts)
{
  const char *dream = pent_text_fields_get (texts, "Dream");
  g_autoptr (JsonObject) metadata = pent_foreign_parse (pent_text_fields_get (texts, "invokeai_metadata"));
  g_autoptr (JsonObject) older = pent_foreign_parse (pent_text_fields_get (texts, "sd-metadata"));
  JsonObject *image = pent_foreign_get_object (older, "image");

  if (metadata != NULL)
    return read_metadata (metadata);
  if (image != NULL)
    return read_sd_metadata (older, image);
  return dream != NULL ? read_dream (dream) : NULL;
}
